"""`agentkit pull` from a model hub, as a person sees it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..runners.local.hub.hub_server import Fault, Hub, Repo

REPOSITORY = "Qwen/Qwen1.5-1.8B-Chat"
MODEL = "qwen1.5-1.8b-chat"
WEIGHTS = "model.safetensors"
FILES = {"config.json": b"{}", "tokenizer.json": b"{}", WEIGHTS: os.urandom(4_000_000)}
HALF = 2_000_000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the model."""
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING")):
            monkeypatch.delenv(name)
    with Hub().running() as hub:
        hub.repos[REPOSITORY] = repo = Repo()
        repo.commit(FILES)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def folder(home: Path) -> Path:
    """Where the weights go."""
    return home / "cache" / "Qwen--Qwen1.5-1.8B-Chat@main"


def test_terms_come_first_and_a_bar_shows_how_far_it_is(hub: Hub, terminal: Callable[..., Any], folder: Path) -> None:
    hub.faults.append(Fault(WEIGHTS, hold=HALF))
    screen = terminal("pull", MODEL, HF_ENDPOINT=hub.url)
    screen.expect(f"@cf/qwen/{MODEL} from {REPOSITORY}, revision main")
    screen.expect("licence: Tongyi Qianwen Research License Agreement, https://")
    screen.expect("not for commercial use")
    hub.wait_for_half()
    screen.expect("2.0/4.0 MB")
    hub.go.set()
    screen.expect(f"@cf/qwen/{MODEL} fetched: ")
    assert screen.end() == 0
    assert (folder / WEIGHTS).read_bytes() == FILES[WEIGHTS]


def test_what_is_here_is_said_and_nothing_is_asked_for(hub: Hub, agentkit: Callable[..., Any], folder: Path) -> None:
    assert agentkit("pull", MODEL, HF_ENDPOINT=hub.url).returncode == 0
    hub.sent.clear()
    ended = agentkit("pull", MODEL, HF_ENDPOINT=hub.url)
    assert ended.stderr == f"@cf/qwen/{MODEL} is here: {folder}\n"
    assert hub.sent == []


def test_control_c_ends_it_at_once_and_the_next_pull_goes_on_there(
    hub: Hub, terminal: Callable[..., Any], agentkit: Callable[..., Any], folder: Path
) -> None:
    hub.faults.append(Fault(WEIGHTS, hold=HALF))
    screen = terminal("pull", MODEL, HF_ENDPOINT=hub.url)
    hub.wait_for_half()
    screen.expect("2.0/4.0 MB")
    screen.type("\x03")
    assert screen.end() == 130
    assert "Traceback" not in screen.text
    assert not (folder / WEIGHTS).exists()
    hub.go.set()
    ended = agentkit("pull", MODEL, HF_ENDPOINT=hub.url)
    assert ended.returncode == 0, ended.stderr
    assert (folder / WEIGHTS).read_bytes() == FILES[WEIGHTS]
    assert hub.bodies(WEIGHTS)[-1].range == f"bytes={HALF}-"


def test_a_gated_repository_says_what_to_do(hub: Hub, agentkit: Callable[..., Any]) -> None:
    hub.repos["meta-llama/Llama-2-7b-chat-hf"] = repo = Repo(gated=True)
    repo.commit(FILES)
    ended = agentkit("pull", "llama-2-7b-chat-fp16", HF_ENDPOINT=hub.url)
    assert ended.returncode == 3
    assert "set HF_TOKEN" in ended.stderr
    error = ended.stderr.splitlines()[-1]
    assert error.startswith("error: ")
    assert "meta-llama/Llama-2-7b-chat-hf" in error
