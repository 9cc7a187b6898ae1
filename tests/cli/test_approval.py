"""Calls that ask first: on a terminal, without one, and with `--yes`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]
Start = Callable[..., Any]

WHY_NOT = "tell the model why not: "


@pytest.fixture
def erasing(sample: Sample) -> tuple[str, ...]:
    return ("-m", sample("erases"), "-t", sample("erase"), "-t", sample("add"))


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ("y", "erased a\\x1b[31m.txt"),
        ("YES", "erased"),
        ("", "did not approve this call."),
        ("n", "did not approve this call."),
        ("it is the wrong file", "They say: it is the wrong file"),
        ("\x04", "did not approve this call."),
    ],
)
def test_a_person_is_asked(terminal: Start, erasing: tuple[str, ...], answer: str, heard: str) -> None:
    screen = terminal("run", *erasing, "Go")
    screen.expect("erase asks for approval:")
    asked = screen.expect(WHY_NOT)
    assert "│ path: a\\x1b[31m.txt" in asked
    assert "│ text: one\n  │   two" in asked
    screen.type(answer if answer == "\x04" else f"{answer}\r")
    screen.expect("I heard:")
    assert screen.end() == 0
    assert heard in screen.text


def test_in_a_chat_a_person_is_asked_each_time(terminal: Start, erasing: tuple[str, ...]) -> None:
    screen = terminal("chat", *erasing)
    screen.expect("› ")
    for answer, heard in (("y", "I heard: erased"), ("n", "I heard: Not run")):
        screen.type("Go\r")
        screen.expect(WHY_NOT)
        screen.type(f"{answer}\r")
        screen.expect(heard)
        screen.expect("› ")
    screen.type("\x04")
    assert screen.end() == 0


def test_what_happens_meanwhile_is_shown_after_the_answer(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("erases"), "-t", sample("erase"), "-t", sample("add"), "Go")
    screen.expect(WHY_NOT)
    screen.type("y\r")
    rest = screen.expect("I heard:")
    assert "add: 42" in rest
    assert "erase: erased" in rest


def test_what_was_typed_before_the_question_is_no_answer(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("later"), "-t", sample("erase"), "-t", sample("nap"), "Go")
    screen.expect("● nap(seconds=1)")
    screen.type("y\r")
    screen.expect(WHY_NOT)
    screen.type("n\r")
    screen.expect("I heard: Not run")
    assert screen.end() == 0


def test_control_c_at_the_question_stops_the_run_and_not_the_chat(terminal: Start, erasing: tuple[str, ...]) -> None:
    screen = terminal("chat", *erasing)
    screen.expect("› ")
    screen.type("Go\r")
    screen.expect(WHY_NOT)
    screen.type("\x03")
    assert "stopped" in screen.expect("› ")
    screen.type("/history\r")
    assert "Not run: the run was stopped" in screen.expect("› ")
    screen.type("\x04")
    assert screen.end() == 0


def test_the_deadline_takes_the_question_back(terminal: Start, erasing: tuple[str, ...]) -> None:
    screen = terminal("run", *erasing, "--deadline", "3", "Go")
    screen.expect(WHY_NOT)
    screen.expect("landing: deadline")
    assert screen.end() == 5


def test_without_a_terminal_it_is_refused(agentkit: Run, erasing: tuple[str, ...]) -> None:
    ended = agentkit("run", *erasing, "Go")
    assert ended.returncode == 0
    assert "nobody here can give it" in ended.stdout


@pytest.mark.parametrize("verb", ["run", "chat"])
def test_yes_approves_everything(agentkit: Run, erasing: tuple[str, ...], verb: str) -> None:
    ended = agentkit(verb, *erasing, "--yes", *(["Go"] if verb == "run" else []), stdin="Go\n")
    assert "I heard: erased" in ended.stdout


def test_events_tell_that_it_was_asked(agentkit: Run, erasing: tuple[str, ...]) -> None:
    ended = agentkit("run", *erasing, "--yes", "--events", "Go")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    [asked] = [event for event in events if event["event"] == "approval_asked"]
    assert json.loads(asked["call"]["function"]["arguments"]) == {"path": "a\x1b[31m.txt", "text": "one\ntwo"}


def test_the_events_of_a_run_on_a_terminal_ask_too(terminal: Start, erasing: tuple[str, ...]) -> None:
    screen = terminal("run", *erasing, "--events", "Go")
    screen.expect(WHY_NOT)
    screen.type("y\r")
    screen.expect('"status": "ok", "content": "erased')
    assert screen.end() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="commands of POSIX")
def test_the_shell_asks_unless_it_is_allowed(agentkit: Run, terminal: Start, sample: Sample) -> None:
    model = ("-m", sample("lists"), "-t")
    assert "nobody here can give it" in agentkit("run", *model, "shell", "Go").stderr
    assert "hello" in agentkit("run", *model, "shell,allow", "Go").stderr
    screen = terminal("run", *model, "shell", "Go")
    screen.expect("│ command: echo hello")
    screen.expect(WHY_NOT)
    screen.type("y\r")
    screen.expect("(exit code 0)")
    assert screen.end() == 0
