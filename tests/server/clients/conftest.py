"""Servers for real clients, and programs that play the clients of other environments."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find
from agentkit.runners.scripted import Scripted
from agentkit.server.assembly import assemble
from agentkit.server.settings import Settings

from ..conftest import running, served
from .site import DOCUMENTED, MODEL, Site, surroundings

collect_ignore = ["python"]

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("agentkit.exe" if sys.platform == "win32" else "agentkit")
ABLE = ("function_calling", "json_mode", "async_queue")


@pytest.fixture
def scripted() -> Iterator[Callable[..., Site]]:
    """Serve a script, on a server like the one of `agentkit serve`; at the end, all of it was asked for."""
    with ExitStack() as stack:

        def start(*steps: Any, **options: Any) -> Site:
            script = stack.enter_context(Scripted(steps))
            settings = Settings(**({"port": 0, "grace": 0.5} | options))
            server = stack.enter_context(running([served(script, MODEL, capabilities=ABLE)], assemble, settings))
            return Site(server.url, script=script)

        yield start


@pytest.fixture(scope="session")
def embedded() -> Iterator[Site]:
    """`agentkit serve` in a process of its own, with the embedded model under names that the service documents."""
    if find(DEFAULT) is None:
        pytest.skip("the embedded weights are not here: agentkit pull")
    models = [f"{name}=local" for name in (MODEL, *DOCUMENTED)]
    command = [PROGRAM, "serve", *models, "--port", "0", "--json", "--quiet", "--grace", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=surroundings()) as process:
        assert process.stdout is not None
        try:
            yield Site(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()
    assert process.returncode == 0


Install = Callable[[Path], Sequence[str | Path]]


@pytest.fixture(scope="session")
def folder_with(request: pytest.FixtureRequest) -> Callable[[Path, Install], Path]:
    """A folder with a copy of what is in another one, where `install` has been run once for that content."""
    cache = request.config.cache
    assert cache is not None

    def make(source: Path, install: Install) -> Path:
        wanted = [path.read_text() for path in sorted(source.iterdir()) if path.suffix in (".json", ".txt")]
        key = hashlib.sha256("".join([sys.version, *wanted]).encode()).hexdigest()[:12]
        place = Path(cache.mkdir("clients")) / f"{source.name}-{key}"
        place.mkdir(exist_ok=True)
        with FileLock(place.with_suffix(".lock")):  # of tests side by side, one installs
            shutil.copytree(source, place, dirs_exist_ok=True)
            if not (place / "ready").exists():
                ended = subprocess.run(install(place), cwd=place, capture_output=True, text=True, timeout=600)
                if ended.returncode:
                    pytest.skip(f"the clients could not be installed: {ended.stderr.strip()[-500:]}")
                (place / "ready").touch()
        return place

    return make


@pytest.fixture(scope="session")
def javascript(folder_with: Callable[[Path, Install], Path]) -> Path:
    """A folder with the packages of the JavaScript clients, and what plays them."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("node and npm are not here")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        pytest.skip(f"the clients need Node 20 or newer; this is {version}")
    return folder_with(HERE / "javascript", lambda place: [npm, "install", "--no-audit", "--no-fund", "--silent"])


@pytest.fixture(scope="session")
def python(folder_with: Callable[[Path, Install], Path]) -> Path:
    """A folder with an environment of the Python clients that our own one has no room for, and what plays them.

    One of them needs an older `huggingface-hub` than agentkit does; together they weigh 280 MB.
    """
    uv = shutil.which("uv", path=os.pathsep.join([str(PROGRAM.parent), os.environ.get("PATH", "")]))
    if uv is None:
        pytest.skip("uv is not here")

    def install(place: Path) -> Sequence[str | Path]:
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, "venv"], cwd=place, check=True)
        return [uv, "pip", "install", "--quiet", "--python", "venv", "--requirement", "requirements.txt"]

    return folder_with(HERE / "python", install)
