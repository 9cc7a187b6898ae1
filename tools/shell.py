"""Commands of this machine: `agentkit chat -t shell` asks before each one, `-t shell,allow` does not."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process

from agentkit import Tool, ToolError, Toolset

LARGEST_OUTPUT = 20_000
"""Bytes of a command's output that the model sees: the first and the last half of them."""


class Shell(Toolset):
    """Run commands in a shell, with all the rights of whoever started this program.

    Args:
        allow: Run commands without asking. Otherwise a person must approve each one, by the `approve=` of the agent or
            of the run. There is no list of harmless commands: a shell can do whatever you can.
        cwd: The folder that commands start in.
        seconds: How long a command may take. Then it is killed, with everything that it started.

    Raises:
        ValueError: `cwd` is no folder.
    """

    def __init__(self, *, allow: bool = False, cwd: str | Path = ".", seconds: float = 60) -> None:
        if not Path(cwd).is_dir():
            raise ValueError(f"{str(cwd)!r} is not a folder.")
        self._allow = allow
        self._cwd = Path(cwd).resolve()
        self._seconds = seconds

    def tools(self) -> Iterator[Tool[..., Any]]:
        """What a model may call: with approval only, unless `allow` is set."""
        return (Tool(tool, approve=not self._allow) for tool in super().tools())

    async def run_command(self, command: str) -> str:
        """Run a shell command and return its output. May change anything on this machine.

        Args:
            command: The command, for example ls -l or git status. It cannot ask questions.
        """
        process = await self._start(command)
        output = _Output()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(output.collect, process)
                with anyio.move_on_after(self._seconds) as limit:
                    await process.wait()
                _kill_group(process)  # what it left in the background ends with it
                with anyio.move_on_after(1):  # what escaped the group may hold the pipe for ever
                    await output.complete.wait()
                group.cancel_scope.cancel()
        finally:
            await _end(process)
        if limit.cancelled_caught:
            raise ToolError(f"The command took longer than {self._seconds:g} seconds and was killed.\n{output.text()}")
        return f"{output.text()}\n(exit code {process.returncode})".strip()

    async def _start(self, command: str) -> Process:
        try:
            with anyio.CancelScope(shield=True):  # cancelled half-way, it would leave children that nobody knows of
                process = await anyio.open_process(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    cwd=self._cwd,
                    start_new_session=True,  # a group of its own, which can be killed as a whole
                )
        except (OSError, ValueError) as error:
            raise ToolError(f"The command could not be started: {error}.") from None
        return process


class _Output:
    """The first and the last bytes of an output of any length."""

    def __init__(self) -> None:
        self.complete = anyio.Event()
        self._head = b""
        self._tail = b""
        self._length = 0

    async def collect(self, process: Process) -> None:
        half = LARGEST_OUTPUT // 2
        assert process.stdout is not None
        async for piece in process.stdout:
            self._length += len(piece)
            room = half - len(self._head)
            self._head += piece[:room]
            self._tail = (self._tail + piece[room:])[-half:]
        self.complete.set()

    def text(self) -> str:
        cut = self._length - len(self._head) - len(self._tail)
        middle = f"\n... ({cut:,} bytes left out) ...\n".encode() if cut else b""
        return (self._head + middle + self._tail).decode("utf-8", "replace").strip() or "(no output)"


def _kill_group(process: Process) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError, PermissionError):  # nobody is left in it
        os.killpg(process.pid, signal.SIGKILL)


async def _end(process: Process) -> None:
    """Kill and reap, also while this task is being cancelled."""
    with anyio.CancelScope(shield=True):
        _kill_group(process)
        await process.aclose()
