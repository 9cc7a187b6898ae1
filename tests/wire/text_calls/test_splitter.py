"""What streams on, what is held back, and for how long."""

from __future__ import annotations

import pytest

from agentkit.wire.text_calls.splitter import CallSplitter

from .case import WEATHER
from .splitting import split

CALL = '<tool_call>{"name": "search", "arguments": {"query": "x"}}</tool_call>'


class Counting(frozenset[str]):
    """Names that count how often they are asked for."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def held(*pieces: str, tools: tuple[str, ...] = WEATHER) -> str:
    """What of a text has not come back."""
    splitter = CallSplitter(tools)
    came = "".join(splitter.feed(piece) for piece in pieces)
    text = "".join(pieces)
    assert text.startswith(came)
    return text[len(came) :]


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("Hello", ""),
        ("It is 3 < 4", ""),
        ("It is 3 <", "<"),
        ("See <t", "<t"),
        ("See <table", ""),
        ("See [1", ""),
        ("See [TOOL", "[TOOL"),
        ("Ok.\n<tool_call>", "<tool_call>"),
        ("Ok.\n<tool_call> and", ""),
        ('Ok.\n<tool_call>{"name": "nothing"', ""),
        ('Ok.\n<tool_call>{"name": "search", "arg', '<tool_call>{"name": "search", "arg'),
        ("{", "{"),
        ('{"na', '{"na'),
        ('{"age', ""),
        ('{"name": "Ana', '{"name": "Ana'),
        ('{"name": "Ana"', ""),
        ('{"name": "search", "age', ""),
        ('{"name": "search", "arguments": {"q', '{"name": "search", "arguments": {"q'),
        ("{'name", ""),
        ("[", "["),
        ("[1", ""),
        ('["a', ""),
        ("[sea", "[sea"),
        ("[search]", ""),
        ("[search(", "[search("),
        ("[seek(", ""),
        ("`", "`"),
        ("`search`", ""),
        ("```json\n", "```json\n"),
        ('```json\n{"b', ""),
        ("```python\n", ""),
        ("comm", "comm"),
        ("commit", ""),
        ("assistant", "assistant"),
        ("assistants", ""),
        ("<|channel|>", "<|channel|>"),
        ("<|channel|>analysis<|message|>We", ""),
        ("  \n", "  \n"),
        ("  \nHello", ""),
    ],
)
def test_only_what_may_become_a_call_is_held_back(text: str, back: str) -> None:
    assert held(text) == back
    assert held(*text) == back


def test_text_before_a_call_streams_on() -> None:
    assert held("I will look.\n\n", CALL) == CALL


def test_what_is_held_back_is_let_go_soon_after_it_can_be_no_call() -> None:
    """A long text is looked at when it has grown by half, so that it is not read again and again."""
    begun = '<tool_call>{"name": "search", "arguments": {"query": "' + "word " * 400
    assert held(begun) == begun
    assert held(begun, '"}} is what', " models write here " * 100) == ""


@pytest.mark.parametrize("mark", ["<tool_call>", "[TOOL_CALLS]", "<|python_tag|>", ""])
def test_a_long_call_is_not_read_again_with_every_piece(mark: str) -> None:
    names = Counting(WEATHER)
    splitter = CallSplitter(names)
    for piece in (mark, '{"name": "search", "arguments": {"query": "', *["word "] * 20_000):
        splitter.feed(piece)
    splitter.finish()
    assert names.asked < 300


def test_marks_without_end_are_not_all_read_to_the_end() -> None:
    names = Counting(WEATHER)
    split(["[TOOL_CALLS]search[ARGS]{" * 2_000], names)
    assert names.asked < 50_000


def test_all_that_comes_behind_a_call_is_held_back() -> None:
    """Whether the reply was cut is only known at its end."""
    assert held(CALL, "\n", "Found it. ", "It is here.") == f"{CALL}\nFound it. It is here."


def test_an_answer_that_shows_a_call_streams_on() -> None:
    assert held(f"The format is `{CALL}`.\n", CALL, " and so on") == ""


def test_nothing_is_lost_where_nothing_is_called() -> None:
    splitter = CallSplitter(WEATHER)
    assert splitter.feed("Ok <tool_") == "Ok "
    assert splitter.finish().source == "<tool_"


def test_a_block_keeps_its_source() -> None:
    assert [block.source for block in split([f"Ok.\n{CALL}"], WEATHER).blocks] == [CALL]


@pytest.mark.parametrize("text", ["", "\n", "\n</think>\n"])
def test_a_call_at_the_end_of_thoughts_is_one(text: str) -> None:
    thoughts = f"I need to search, like {CALL} or so.\n{CALL}"
    assert split([thoughts], WEATHER, reasoning=True).calls == [("search", '{"query": "x"}')]


def test_a_call_in_the_middle_of_thoughts_is_none() -> None:
    found = split([f"{CALL} Or better not."], WEATHER, reasoning=True)
    assert (found.calls, found.text) == ([], f"{CALL} Or better not.")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"name":' * 5_000, '{"name": "search", "arguments": ' + "[" * 100_000]
)
def test_deep_nesting_is_text(text: str) -> None:
    assert split([text], WEATHER).text == text


@pytest.mark.parametrize("text", ["[search(a=" + "(" * 1000 + ")" * 1000 + ")]", "[search(a=1" + "0" * 5000 + ")]"])
def test_python_that_cannot_be_read_is_text(text: str) -> None:
    assert split([text], WEATHER).text == text
