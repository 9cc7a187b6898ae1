"""Texts without quotation marks, under a grammar: everything but what ends them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import ServerError
from agentkit.runners.local.constrained.checking import Follower
from agentkit.runners.local.constrained.flattening import UnsayableError
from agentkit.runners.local.constrained.lark import grammar
from agentkit.runners.local.constrained.plain_texts import COUNTED, plain_text

MARKS = ("<escape>", "\n</parameter>\n")


def fits(text: str, schema: dict[str, Any], mark: str = "<escape>", **more: Any) -> bool:
    """Whether a text may be written, and is over with the mark."""
    expression = plain_text(schema, None, mark, **more)
    if expression is None:
        return False
    follower = Follower(grammar('T "}"', f"T: {expression}\n"))
    try:
        follower.take(f"{text}{mark}}}")
    except ServerError:
        return False
    return follower.whole


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["<", "<esc", "ape>", "\n", "</para", "meter>", "</parameter>", "x", "ü\t"])), st.data()
)
def test_any_text_may_be_written_but_one_with_the_mark_in_it(parts: list[str], data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from(MARKS))
    text = "".join(parts)
    assert fits(text, {}, mark) == (mark.rstrip() not in text)
    assert fits(text, {"maxLength": 900}, mark) == (mark.rstrip() not in text)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^[A-Z]{3}$", "ABC", "ABCD"),
        ("a|b", "xbx", "xcx"),
        (r"^\d+-\w$", "12-x", "\u0663-x"),
        ("^(x|y)/z", "x/z and more", "z/x"),
        (r"\/b$", "a/b", "a/bc"),
        (r"^[\d/]+$", "1/2", "1-2"),
        (r"cost: \$", "cost: $5", "cost: 5"),
    ],
)
def test_a_pattern_is_looked_for_as_json_schema_says(pattern: str, good: str, bad: str) -> None:
    assert fits(good, {"pattern": pattern})
    assert not fits(bad, {"pattern": pattern})


@pytest.mark.parametrize("schema", [{"pattern": "^a|b$"}, {"pattern": "(?=x)"}, {"pattern": "("}, {"minLength": 2001}])
def test_what_cannot_be_said_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(UnsayableError):
        plain_text(schema, None, "<escape>")


def test_lengths_are_kept_and_a_longer_bound_is_lowered() -> None:
    assert fits("ab", {"minLength": 2, "maxLength": 2})
    assert not fits("a", {"minLength": 2})
    assert not fits("abc", {"maxLength": 2})
    assert fits("a" * COUNTED, {"maxLength": 5000})
    assert not fits("a" * (COUNTED + 1), {"maxLength": 5000})
    assert fits("a" * 9000, {})


def test_contradictions_have_no_text() -> None:
    for schema in ({"pattern": "^[A-Z]{5}$", "maxLength": 3}, {"format": "date", "maxLength": 5}):
        assert plain_text(schema, None, "<escape>") is None


@pytest.mark.parametrize("text", ["5", " -1", '"x"', "[", "{x", "true", "\nnull ", "false"])
def test_a_text_that_may_be_json_can_be_left_out(text: str) -> None:
    assert fits(text, {})
    assert not fits(text, {}, apart=True)


@pytest.mark.parametrize("text", ["", "true story", "nullable", "x5", "Paris"])
def test_other_texts_are_not(text: str) -> None:
    assert fits(text, {}, apart=True)
