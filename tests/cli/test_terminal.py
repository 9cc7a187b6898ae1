"""`agentkit run` on a terminal: streaming, spinner, colour, width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Sample = Callable[[str], str]
Start = Callable[..., Any]


def test_calls_have_colour_and_the_answer_has_none(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("sums"), "-t", sample("add"), "Hi")
    assert screen.end() == 0
    assert "\x1b[1;36madd" in screen.seen
    assert "\nIt is 3, and 9." in screen.text
    assert "It is 3, and 9.\r\n" in screen.seen


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(terminal: Start, sample: Sample, setting: dict[str, str]) -> None:
    screen = terminal("run", "-m", sample("sums"), "-t", sample("add"), "Hi", **setting)
    assert screen.end() == 0
    assert "\x1b[1;36m" not in screen.seen
    assert "\x1b[3" not in screen.seen


def test_a_spinner_tells_that_it_works_and_goes_away(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("counts"), "-t", sample("count"), "Hi")
    screen.expect("thinking")
    assert screen.end() == 0
    assert screen.seen.count("\x1b[?25l") == screen.seen.count("\x1b[?25h") > 0, "the cursor is shown again"


@pytest.mark.parametrize("columns", [80, 120])
def test_results_fit_the_width(terminal: Start, sample: Sample, columns: int) -> None:
    screen = terminal("run", "-m", sample("longs"), "-t", sample("long"), "Hi", columns=columns)
    assert screen.end() == 0
    lines = [line for line in screen.text.splitlines() if line.startswith("  line")]
    assert len(lines) == 7
    assert all(len(line) == columns for line in lines)


def test_no_control_character_of_model_or_tool_is_obeyed(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("dirty"), "-t", sample("binary"), "-t", sample("add"), "Hi")
    assert screen.end() == 0
    assert not set(screen.seen) & set("\x07\x9b\u202e")
    for dangerous in ("\x1b]0;", "\x1b[2J", "\x1b[31mlook", "\x1b[31mred"):
        assert dangerous not in screen.seen
    assert r"\x1b]0;title\x07plain [bold]text[/bold]\x9b2J" in screen.text


@pytest.mark.parametrize("model", ["overloaded", "breaks_off"])
def test_an_error_leaves_the_terminal_as_it_was(terminal: Start, sample: Sample, model: str) -> None:
    screen = terminal("run", "-m", sample(model), "-t", sample("add"), "Hi")
    assert screen.end() == 4
    assert screen.seen.count("\x1b[?25l") == screen.seen.count("\x1b[?25h"), "the cursor is shown again"
    assert "\nerror: no capacity." in screen.text
    if model == "breaks_off":
        assert "It is\n" in screen.text


def test_control_c_ends_a_run_with_its_code(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("naps"), "-t", sample("add"), "-t", sample("nap"), "Hi")
    screen.expect("● nap(seconds=60)")
    screen.type("\x03")
    screen.expect("stopped")
    assert screen.end() == 130


def test_control_c_is_heard_whichever_thread_gets_it(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("misdirects"), "-t", sample("misdirect"), "-t", sample("nap"), "Hi")
    screen.expect("stopped")
    assert screen.end() == 130


def test_control_c_is_heard_at_the_prompt_whichever_thread_gets_it(terminal: Start, sample: Sample) -> None:
    screen = terminal("chat", "-m", sample("misdirects_later"), "-t", sample("misdirect"))
    screen.expect("› ")
    screen.type("Hi\r")
    screen.expect("All done.")
    screen.expect("(Ctrl-D or /exit ends the chat)")
    screen.expect("› ")
    screen.type("\x04")
    assert screen.end() == 0


def test_without_a_question_a_terminal_is_not_waited_for(terminal: Start, sample: Sample) -> None:
    screen = terminal("run", "-m", sample("plain"))
    screen.expect("There is no question. Give one, or pipe one in.")
    assert screen.end() == 2
