"""The real program in a process of its own, with pipes or with a terminal."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(sys.executable).with_name("agentkit.exe" if sys.platform == "win32" else "agentkit")
SAMPLES = Path(__file__).with_name("samples.py")
PATIENCE = 30.0
"""Seconds after which a test gives up on a process; nothing takes that long."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the program keeps its things in this test."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "AGENTKIT_STATE": str(home / "state"),
        "AGENTKIT_CACHE": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PYTHONWARNINGS": "error",
        "TERM": "xterm-256color",
    }


@pytest.fixture
def agentkit(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run the program to its end, with pipes."""

    def run(*arguments: str | Path, stdin: str | bytes = "", **more: str) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [PROGRAM, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=environment | more,
            cwd=tmp_path,
            timeout=PATIENCE * 2,
        )
        out, err = result.stdout.decode(), result.stderr.decode(errors="replace")
        assert "Traceback" not in err or "--debug" in arguments, err
        return subprocess.CompletedProcess(result.args, result.returncode, out, err)

    return run


@pytest.fixture
def sample() -> Callable[[str], str]:
    """The command line's name of something in samples.py."""
    return lambda name: f"{SAMPLES}:{name}"


class Terminal:
    """A process on a pseudo terminal, as a person sees it."""

    def __init__(self, command: list[str | Path], columns: int, **options: Any) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        own = "import fcntl, os, sys, termios as t; fcntl.ioctl(0, t.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        ends: Any = dict.fromkeys(("stdin", "stdout", "stderr"), slave)
        command = [sys.executable, "-c", own, *command]
        self.process = subprocess.Popen(command, start_new_session=True, **ends, **options)
        os.close(slave)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.seen = ""
        """Everything that was written, as it came."""
        self._read = 0

    @property
    def text(self) -> str:
        """Everything that was written, without colours and cursor movements."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.seen).replace("\r", "")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def expect(self, text: str) -> str:
        """Wait until a text is written, after what was expected before; return what came until then."""
        end = time.monotonic() + PATIENCE
        while text not in self.text[self._read :]:
            if not self._take(end):
                raise AssertionError(f"{text!r} did not come; the terminal shows:\n{self.text}")
        start = self._read
        self._read = self.text.index(text, start) + len(text)
        return self.text[start : self._read]

    def end(self) -> int:
        """Wait for the end of the process; its exit code."""
        end = time.monotonic() + PATIENCE
        while self._take(end):
            pass
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _take(self, end: float) -> bool:
        """Read what there is; False at the end of the process, or of patience."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        data = b""
        if ready:
            with contextlib.suppress(OSError):  # Linux's way to say that nobody is at the other side
                data = os.read(self._master, 65_536)
        self.seen += self._decode(data)
        return bool(data)


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the program on a terminal."""
    if sys.platform == "win32":
        pytest.skip("pseudo terminals of POSIX")
    opened: list[Terminal] = []

    def start(*arguments: str | Path, columns: int = 100, **more: str) -> Terminal:
        opened.append(Terminal([PROGRAM, *arguments], columns, env=environment | more, cwd=tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the program with pipes, to be interrupted."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen([PROGRAM, *arguments], env=environment, cwd=tmp_path, text=True, **pipes)
        processes.append(process)
        return process

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate()
