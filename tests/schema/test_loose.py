"""Arguments that are nearly JSON: what is forgiven, and what is not read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.schema import Parameters
from agentkit.schema.loose import DEEPEST, LONGEST, NotRead, read_loosely

FORGIVEN = [
    ('```json\n{"a": 1}\n```', {"a": 1}, "a code fence"),
    ('```\n{"a": 1}```', {"a": 1}, "a code fence"),
    ('{"a": [1, 2,], }', {"a": [1, 2]}, "a comma too many"),
    ("{'a': 'b'}", {"a": "b"}, "quotation marks"),
    ("{“a”: “b”}", {"a": "b"}, "quotation marks"),
    ("{`a`: `b`}", {"a": "b"}, "quotation marks"),
    ('{"a": True, "b": False, "c": None}', {"a": True, "b": False, "c": None}, "words of Python"),
    ('{"a": undefined}', {"a": None}, "words of JavaScript"),
    ('{"a": (1, 2)}', {"a": [1, 2]}, "a tuple"),
    ('{"a": (1)}', {"a": 1}, "a tuple"),
    ('{"a": (1,)}', {"a": [1]}, "a comma too many, a tuple"),
    ("{a: 1, b_2: 2}", {"a": 1, "b_2": 2}, "a name without them"),
    ('{"a": 1} // that is all', {"a": 1}, "a comment"),
    ('{"a": 1, /* and */ "b": 2, # so\n "c": 3}', {"a": 1, "b": 2, "c": 3}, "a comment"),
    ('{"a": "he said "hi" to me", "b": 1}', {"a": 'he said "hi" to me', "b": 1}, "quotation marks inside a text"),
    ("{'a': 'it's', 'b': 'don\\'t'}", {"a": "it's", "b": "don't"}, "quotation marks, quotation marks inside a text"),
    ('{"a": "one\ntwo",}', {"a": "one\ntwo"}, "line breaks inside a text, a comma too many"),
    ('{"a": """one\n"two" """}', {"a": 'one\n"two" '}, "three quotation marks"),
    (r'{"a": "C:\dir\new"}', {"a": r"C:\dir\new"}, "backslashes"),
    (r'{"a": "\d+\s\"x\""}', {"a": r'\d+\s"x"'}, "backslashes"),
    (r'{"a": "\u00e9\n\ud83d\ude00",}', {"a": "é\n😀"}, "a comma too many"),
    ('{"a": 1_000, "b": .5, "c": +3}', {"a": 1000, "b": 0.5, "c": 3}, "a number"),
    ('{"a": 1};', {"a": 1}, "a semicolon"),
]
"""What a model wrote, what it means, what was forgiven."""

REFUSED = [
    "", "{", '{"a": 1', '{"a": "b', '{"a": "b}', '["x" "y"]', '["x", "y" "z"]', '{"a" 1}', '{"a": 1 "b": 2}', '{"a":}',
    '{"a": Tokyo}', "Tokyo", '{"a": NaN}', '{"a": 007}', '{"a": 1,, "b": 2}', '{,}', '[,]', '{"a": 1}}',
    '{"a": 1} and more',
    "{a: 1, $b: 2}", '{"a": """b\\""""}', "f(a=1)", "{'a': 'b", "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
    " " * LONGEST + "{}",
]  # fmt: skip

json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\r")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize(("text", "meant", "forgiven"), FORGIVEN)
def test_what_is_forgiven(text: str, meant: Any, forgiven: str) -> None:
    assert read_loosely(text) == (meant, forgiven)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_read(text: str) -> None:
    with pytest.raises(NotRead):
        read_loosely(text)


@given(json_data)
def test_json_is_read_as_what_it_is(data: Any) -> None:
    assert read_loosely(json.dumps(data)) == (data, "")
    assert read_loosely(json.dumps(data, ensure_ascii=False, indent=1)) == (data, "")


@given(st.dictionaries(st.text(max_size=4), json_data, min_size=1, max_size=3), st.data())
def test_what_is_cut_off_is_never_read(data: Any, draw: st.DataObject) -> None:
    text = json.dumps(data)
    with pytest.raises(NotRead):
        read_loosely(text[: draw.draw(st.integers(0, len(text) - 1))])


@given(st.text(max_size=60) | st.text("{}[]()\"':, \\truefalsn01.-#/`\n", max_size=60))
def test_whatever_is_written_either_data_or_a_refusal_comes_back(text: str) -> None:
    try:
        data, _ = read_loosely(text)
    except NotRead:
        return
    json.dumps(data)


def test_a_repair_is_told_with_before_and_after() -> None:
    def move(x: int, y: int = 0) -> None: ...

    read = Parameters(move, "move", type(None)).read
    assert read("{'x': 1, y: 2,}") == (
        {"x": 1, "y": 2},
        (
            (
                "arguments were not JSON: quotation marks, a name without them, a comma too many",
                "{'x': 1, y: 2,}",
                '{"x": 1, "y": 2}',
            ),
        ),
    )
