"""Texts of models and tools, made fit for a terminal."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agentkit.cli.text import clipped, first_lines, one_line, safe, shown_call, to_json
from agentkit.messages import ToolCall

anything = st.text(st.characters(codec=None))


@given(anything)
def test_no_control_character_is_left(text: str) -> None:
    shown = safe(text)
    assert all(char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") for char in shown)
    shown.encode()


@given(st.text(st.sampled_from("\u061c\u202a\u202e\u2066\u2069\x9b\x1b\x7f\r"), min_size=1))
def test_what_reorders_or_commands_is_left_out(text: str) -> None:
    assert safe(text).isascii()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(st.recursive(anything | st.integers() | st.none(), lambda inner: st.dictionaries(anything, inner)))
def test_json_means_the_same_and_is_safe(data: object) -> None:
    text = to_json(data)
    assert json.loads(text) == data
    assert safe(text) == text


def test_a_call_reads_like_python() -> None:
    call = ToolCall("a", "convert", '{"amount": 12.5, "to": "USD", "tags": ["x"], "note": null}')
    assert shown_call(call) == ("convert", 'amount=12.5, to="USD", tags=["x"], note=null')


def test_long_arguments_are_cut() -> None:
    name, arguments = shown_call(ToolCall("a", "write", json.dumps({"text": "x" * 100})), 20)
    assert (name, arguments) == ("write", 'text="' + "x" * 18 + "…")


@given(anything, anything)
def test_any_call_can_be_shown(name: str, arguments: str) -> None:
    shown = " ".join(shown_call(ToolCall("a", name, arguments)))
    assert safe(shown) == shown


def test_lines_are_counted_and_cut() -> None:
    assert first_lines("a\nb\n\n", 3, 80) == ["a", "b"]
    assert first_lines("a\nb\nc\nd", 3, 80) == ["a", "b", "… 2 more lines"]
    assert first_lines("abcdef", 3, 4) == ["abc…"]
    assert cell_len(first_lines("東京タワー", 3, 4)[0]) == 4, "wide letters take two cells"
    assert one_line(" a \n\t b ") == "a b"
    assert clipped("abcdef", 4) == "abc…"
