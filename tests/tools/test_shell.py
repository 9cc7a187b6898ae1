"""The shell tool, with real commands and real kills."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from agentkit import ToolError
from agentkit.tools.shell import LARGEST_OUTPUT, Shell

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform == "win32", reason="commands of POSIX")]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(allow=True, cwd=tmp_path, seconds=20)


def alive(process: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


async def eventually(fact: Callable[[], bool]) -> bool:
    """Whether something becomes true in due time."""
    with anyio.move_on_after(10):
        while not fact():  # noqa: ASYNC110  other processes set no event
            await anyio.sleep(0.02)
        return True
    return False


def test_each_command_must_be_approved_unless_all_are_allowed() -> None:
    assert [tool.approve for tool in Shell().tools()] == [True]
    assert [tool.approve for tool in Shell(allow=True).tools()] == [False]


async def test_output_errors_and_exit_code_are_told(shell: Shell, tmp_path: Path) -> None:
    assert await shell.run_command("pwd; echo err >&2; exit 3") == f"{tmp_path.resolve()}\nerr\n(exit code 3)"
    assert await shell.run_command("true") == "(no output)\n(exit code 0)"
    assert "exit code 127" in await shell.run_command("no_such_command_here")


async def test_a_command_cannot_ask_questions(shell: Shell) -> None:
    assert await shell.run_command("read answer; echo got $answer") == "got\n(exit code 0)"


async def test_a_long_output_keeps_its_beginning_and_end(shell: Shell) -> None:
    text = await shell.run_command("echo first; yes | head -c 3000000; echo last")
    assert text.startswith("first\ny\n")
    assert text.endswith("last\n(exit code 0)")
    assert len(text) < LARGEST_OUTPUT + 200
    assert "bytes left out" in text


async def test_binary_output_becomes_text(shell: Shell) -> None:
    assert await shell.run_command(r"printf 'a\377b'") == "a�b\n(exit code 0)"


async def test_a_command_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    shell = Shell(allow=True, cwd=tmp_path, seconds=1)
    with pytest.raises(ToolError, match=r"longer than 1 seconds and was killed\.\nstarted"):
        await shell.run_command(
            "trap '' TERM INT HUP; echo $$ > pids; (trap '' TERM; sleep 300) & echo $! >> pids; echo started; sleep 300"
        )
    processes = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert len(processes) == 2
    assert await eventually(lambda: not any(map(alive, processes)))


async def test_a_cancelled_command_is_killed_with_its_children(shell: Shell, tmp_path: Path) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(shell.run_command, "echo $$ > pids; sleep 300 & echo $! >> pids; echo >> pids; wait")
        assert await eventually(lambda: (tmp_path / "pids").is_file() and "\n\n" in (tmp_path / "pids").read_text())
        group.cancel_scope.cancel()
    processes = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert await eventually(lambda: not any(map(alive, processes)))


async def test_what_a_command_leaves_in_the_background_ends_with_it(shell: Shell, tmp_path: Path) -> None:
    assert await shell.run_command("sleep 300 & echo $! > pid") == "(no output)\n(exit code 0)"
    process = int((tmp_path / "pid").read_text())
    assert await eventually(lambda: not alive(process))


async def test_a_process_that_left_the_group_does_not_hold_the_answer_back(shell: Shell, tmp_path: Path) -> None:
    detach = "import os, time; os.setsid(); open('pid', 'w').write(str(os.getpid()) + ' '); time.sleep(300)"
    command = f'"{sys.executable}" -c "{detach}" & while ! grep -q " " pid 2>/dev/null; do sleep 0.02; done; echo done'
    try:
        assert await shell.run_command(command) == "done\n(exit code 0)"
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 9)


async def test_what_cannot_be_a_command_is_told(shell: Shell) -> None:
    with pytest.raises(ToolError, match="could not be started"):
        await shell.run_command("nul\0byte")


async def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a folder"):
        Shell(allow=True, cwd=tmp_path / "nothing")
