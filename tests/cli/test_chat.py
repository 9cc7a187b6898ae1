"""`agentkit chat`: on a terminal, with pipes, stopped, killed and continued."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]
Start = Callable[..., Any]

ARROW = "› "


def saved(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())["messages"]  # type: ignore[no-any-return]


def test_a_chat_streams_calls_and_ends_with_control_d(terminal: Start, sample: Sample) -> None:
    screen = terminal("chat", "-m", sample("sums"), "-t", sample("add"))
    assert "scripted · tools: add · /help" in screen.expect(ARROW)
    screen.type("What is it?\r")
    shown = screen.expect(ARROW)
    for text in ("Let me see.", "● add(a=1, b=2)", "add: 3", "add: 9", "It is 3, and 9."):
        assert text in shown
    screen.type("\x04")
    assert screen.end() == 0


def test_the_history_reaches_the_model(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("chat", "-m", sample("echo"), "-s", "Rhyme.", stdin="one\ntwo\n")
    first, second = ended.stdout.splitlines()
    assert first.startswith("'one'")
    assert first.endswith("['Rhyme.'] 2")
    assert second.startswith("'two'")
    assert second.endswith("['Rhyme.'] 4")


def test_control_c_stops_the_answer_and_not_the_chat(terminal: Start, sample: Sample, home: Path) -> None:
    screen = terminal("chat", "-m", sample("naps"), "-t", sample("add"), "-t", sample("nap"))
    screen.expect(ARROW)
    screen.type("Go\r")
    screen.expect("● nap(seconds=60)")
    screen.type("\x03")
    assert "stopped" in screen.expect(ARROW)
    messages = saved(home / "state" / "chat.json")
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant", "tool"]
    assert messages[2]["content"] == "42"
    assert "Interrupted" in messages[4]["content"]
    screen.type("Go on\r")
    assert "All done." in screen.expect(ARROW)
    screen.type("/exit\r")
    assert screen.end() == 0


def test_control_c_leaves_a_tool_behind_that_cannot_be_stopped(terminal: Start, sample: Sample) -> None:
    screen = terminal("chat", "-m", sample("hangs"), "-t", sample("hang"))
    screen.expect(ARROW)
    screen.type("Go\r")
    screen.expect("● hang()")
    screen.type("\x03")
    screen.expect(ARROW)
    screen.type("Go on\r")
    assert "All done." in screen.expect(ARROW)
    screen.type("\x04")
    assert screen.end() == 0


def test_control_c_at_the_prompt_clears_the_line(terminal: Start, sample: Sample) -> None:
    screen = terminal("chat", "-m", sample("echo"))
    screen.expect(ARROW)
    screen.type("never mind\x03")
    assert "Ctrl-D or /exit ends the chat" in screen.expect(ARROW)
    screen.type("hello\r")
    assert "'hello'" in screen.expect(ARROW)


def test_the_line_can_be_edited(terminal: Start, sample: Sample) -> None:
    pytest.importorskip("readline")
    screen = terminal("chat", "-m", sample("echo"))
    screen.expect(ARROW)
    screen.type("world\x01hello \r")
    assert "'hello world'" in screen.expect(ARROW)


def test_commands(agentkit: Run, sample: Sample) -> None:
    lines = ["/help", "/tools", "Hi", "/history", "/clear", "/history", "/nope", f"/model {sample('plain')}", "Hi"]
    ended = agentkit("chat", "-m", sample("sums"), "-t", sample("add"), stdin="\n".join([*lines, "/exit", "never"]))
    for text in ("/model NAME", "add: Add two numbers.", "user: Hi", "add: 3", "forgotten", "there is no /nope"):
        assert text in ended.stderr
    assert ended.stdout == "It is 3, and 9.\nHello there.\n"
    assert ended.stderr.count("user: Hi") == 1


def test_a_runner_that_does_not_exist_leaves_the_old_one(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("chat", "-m", sample("plain"), stdin="/model bogus\nHi\n")
    assert "error: unknown runner 'bogus'" in ended.stderr
    assert ended.stdout == "Hello there.\n"


def test_another_runner_finds_the_tools_as_they_are(agentkit: Run, sample: Sample) -> None:
    lines = f"Hi\n/model {sample('describes')}\nHi\n"
    ended = agentkit("chat", "-m", sample("describes"), "-t", f"{sample('Store')},name=shop", stdin=lines)
    assert "asked 1" in ended.stderr
    assert "asked 2" in ended.stderr


def test_an_error_does_not_end_the_chat_and_what_tools_did_is_kept(agentkit: Run, sample: Sample, home: Path) -> None:
    ended = agentkit("chat", "-m", sample("overloaded"), "-t", sample("add"), stdin="Hi\n/history\n")
    assert ended.returncode == 0
    assert "error: no capacity. Wait a minute." in ended.stderr
    assert "\nadd: 3\n" in ended.stderr, "the history has it"
    assert [message["role"] for message in saved(home / "state" / "chat.json")] == ["user", "assistant", "tool"]


def test_a_question_that_failed_at_once_is_not_kept(agentkit: Run, sample: Sample, home: Path) -> None:
    ended = agentkit("chat", "-m", sample("refused"), stdin="Hi\n")
    assert "error: the token was refused." in ended.stderr
    assert not (home / "state" / "chat.json").exists()


def test_a_chat_goes_on_where_it_ended(agentkit: Run, sample: Sample) -> None:
    agentkit("chat", "-m", sample("plain"), stdin="one\n")
    ended = agentkit("chat", "--continue", "-m", sample("echo"), stdin="two\n")
    assert "going on with 2 messages" in ended.stderr
    assert ended.stdout.endswith("[] 3\n")


def test_a_chat_is_kept_in_a_file_of_ones_own(agentkit: Run, sample: Sample, tmp_path: Path, home: Path) -> None:
    agentkit("chat", "--save", "talk.json", "-m", sample("plain"), stdin="one\n")
    assert [message["content"] for message in saved(tmp_path / "talk.json")] == ["one", "Hello there."]
    assert not (home / "state").exists()
    refused = agentkit("chat", "--save", "talk.json", "-m", sample("plain"), stdin="two\n")
    assert (refused.returncode, len(saved(tmp_path / "talk.json"))) == (2, 2)
    agentkit("chat", "-c", "--save", "talk.json", "-m", sample("plain"), stdin="two\n")
    assert len(saved(tmp_path / "talk.json")) == 4


def test_a_file_that_is_no_chat_is_refused_and_left_alone(agentkit: Run, sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("my notes")
    ended = agentkit("chat", "-c", "--save", "notes.txt", "-m", sample("plain"), stdin="one\n")
    assert ended.returncode == 3
    assert "cannot be read as a chat" in ended.stderr
    assert (tmp_path / "notes.txt").read_text() == "my notes"


def test_a_chat_that_cannot_be_saved_is_told_and_goes_on(agentkit: Run, sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tools = ("-t", sample("add"))
    ended = agentkit("chat", "--save", "file/talk.json", "-m", sample("sums"), *tools, stdin="one\ntwo\n")
    assert ended.stdout == "It is 3, and 9.\n" * 2
    assert ended.stderr.count("error: the chat cannot be saved") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_tools_did_survives_a_kill(started: Start, agentkit: Run, sample: Sample, home: Path) -> None:
    process = started("chat", "-m", sample("naps"), "-t", sample("add"), "-t", sample("nap"))
    process.stdin.write("Go\n")
    process.stdin.flush()
    while "nap(seconds=60)" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    messages = saved(home / "state" / "chat.json")
    assert [message["role"] for message in messages] == ["user", "assistant", "tool"]
    assert messages[2]["content"] == "42"
    assert [path.name for path in (home / "state").iterdir()] == ["chat.json"]
    assert agentkit("chat", "-c", "-m", sample("echo"), stdin="Go on\n").stdout.endswith("[] 4\n")
