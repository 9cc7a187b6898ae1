"""A hub with one small model, and programs that fetch from it."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import agentkit

from .hub_server import Hub, Repo

NAME = "maker/tiny-chat"
NOISE = random.Random(7)
FILES = {
    "config.json": b'{"architectures": ["Qwen2ForCausalLM"]}',
    "generation_config.json": b"{}",
    "tokenizer.json": NOISE.randbytes(70_000),
    "tokenizer.model": NOISE.randbytes(30_000),
    "tokenizer_config.json": b'{"chat_template": "..."}',
    "merges.txt": b"a b\n",
    "chat_template.jinja": b"{{ messages }}",
    "additional_chat_templates/tool_use.jinja": b"{{ tools }}",
    "model-00001-of-00002.safetensors": NOISE.randbytes(3_000_000),
    "model-00002-of-00002.safetensors": NOISE.randbytes(1_000_000),
    "model.safetensors.index.json": b'{"weight_map": {}}',
    "special_tokens_map.json": b"",
    "LICENSE.txt": b"Do what you like.",
}
"""What is to be brought."""
OTHERS = {
    ".gitattributes": b"*.safetensors filter=lfs",
    ".hidden/config.json": b"{}",
    "README.md": b"# Tiny",
    "consolidated.safetensors": NOISE.randbytes(5000),
    "pytorch_model-00001-of-00001.bin": NOISE.randbytes(5000),
    "pytorch_model.bin.index.json": b"{}",
    "optimizer.pt": NOISE.randbytes(500),
    "model.ckpt": NOISE.randbytes(500),
    "original/consolidated.00.pth": NOISE.randbytes(500),
    "original/params.json": b"{}",
    "onnx/model.safetensors": NOISE.randbytes(500),
    "modeling_tiny.py": b"raise SystemExit('I was run')",
    "LICENSE.py": b"raise SystemExit('I was run')",
}
"""What is to be left."""

LARGEST = "model-00001-of-00002.safetensors"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, the only one that is known here; nobody is logged in."""
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING")):
            monkeypatch.delenv(name)
    with Hub().running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def repo(hub: Hub) -> Repo:
    """A chat model with everything that repositories have."""
    repo = hub.repos[NAME] = Repo()
    repo.commit(FILES | OTHERS)
    return repo


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The folder to fetch into; not there yet."""
    return tmp_path / "models" / "tiny"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program in a process of its own, with `fetch` and the errors at hand."""
    names = (
        "import os, sys\nfrom pathlib import Path\nfrom agentkit.errors import *\n"
        "from agentkit.runners.local.hub import *\nfrom agentkit.runners.local.threads import Stopped\n"
    )
    with contextlib.ExitStack() as stack:

        def started(program: str, **more: str) -> subprocess.Popen[str]:
            paths = filter(None, [str(Path(agentkit.__file__).parents[1]), os.environ.get("PYTHONPATH")])
            process = subprocess.Popen(
                [sys.executable, "-W", "error", "-c", names + program],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "HF_HOME": str(tmp_path / "hf")} | more,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield started


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder that a model is made of; not what starts with a dot."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}
