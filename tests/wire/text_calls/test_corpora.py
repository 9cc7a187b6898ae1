"""The tables: every call that was written is found, and none that was not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.wire.text_calls.formats import FORMATS as TABLE
from agentkit.wire.text_calls.formats import MARKS

from .corpora import ALL, FORMATS, NEGATIVES, POSITIVES
from .splitting import cut, split

PLACES = st.lists(st.integers(0, 2000), max_size=12)
TOOLS = ("get_weather", "search")
PIECES = [
    *MARKS,
    "</tool_call>",
    "</function>",
    "</think>",
    "<think>",
    "<parameter=q>",
    "</parameter>",
    "<|message|>",
    "<|call|>",
    "<｜tool▁sep｜>",
    "<｜tool▁call▁end｜>",
    "[ARGS]",
    "commentary to=functions.search ",
    "search",
    "nothing",
    '{"name": "search", "arguments": {"q": "x"}}',
    '{"name": "nothing", "arguments": {}}',
    "{'name': 'search', 'arguments': {'q': 1}}",
    '{"q": 1}',
    '{"name": ',
    '"search"',
    ', "arguments": ',
    "[search(q='a]b')]",
    "[search(",
    "q=1",
    ")]",
    "```",
    "```json\n",
    "\n",
    "\n\n",
    " ",
    "    ",
    "`",
    '"',
    "> ",
    "- ",
    ":",
    ".",
    ";",
    ",",
    "}",
    "]",
    "<",
    "[",
    "Word",
    "word ",
    "函数。",
    "<|eot_id|>",
    "x" * 50,
]


@pytest.mark.parametrize("name", POSITIVES)
def test_a_written_call_is_found(name: str) -> None:
    case = POSITIVES[name]
    found = split([case.text], case.tools)
    assert (found.calls, found.text) == (list(case.calls), case.left)


@pytest.mark.parametrize("name", NEGATIVES)
def test_what_is_no_call_stays_text(name: str) -> None:
    case = NEGATIVES[name]
    found = split([case.text], case.tools)
    assert (found.calls, found.text) == ([], case.text)


@pytest.mark.parametrize("name", ALL)
def test_single_characters_give_the_same(name: str) -> None:
    case = ALL[name]
    assert split(case.text, case.tools) == split([case.text], case.tools)


@settings(max_examples=400)
@given(st.sampled_from(sorted(ALL)), PLACES)
def test_any_pieces_give_the_same(name: str, places: list[int]) -> None:
    case = ALL[name]
    assert split(cut(case.text, places), case.tools) == split([case.text], case.tools)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), PLACES, st.booleans())
def test_any_pieces_of_any_mixture_give_the_same(text: str, places: list[int], reasoning: bool) -> None:
    whole = split([text], TOOLS, reasoning=reasoning)
    assert split(cut(text, places), TOOLS, reasoning=reasoning) == whole
    assert split(text, TOOLS, reasoning=reasoning) == whole


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_only_offered_tools_are_called(text: str) -> None:
    assert {name for name, _ in split([text], TOOLS).calls} <= set(TOOLS)


@pytest.mark.parametrize("name", NEGATIVES)
def test_what_is_no_call_is_none_among_thoughts_with_text_behind_it(name: str) -> None:
    case = NEGATIVES[name]
    found = split([case.text, "\nSo much for that"], case.tools, reasoning=True)
    assert (found.calls, found.text) == ([], f"{case.text}\nSo much for that")


def test_there_are_a_hundred_of_each() -> None:
    assert min(len(POSITIVES), len(NEGATIVES)) >= 100
    assert len({case.text for case in ALL.values()}) == len(ALL)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reads_a_table_of_its_own(name: str) -> None:
    assert name in {item.name for item in TABLE}
    read = [block.format for case in FORMATS[name].values() for block in split([case.text], case.tools).blocks]
    assert read.count(name) / len(read) > 0.8


def test_every_format_has_a_table() -> None:
    assert {item.name for item in TABLE} == set(FORMATS)
