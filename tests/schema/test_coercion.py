"""Arguments as models send them: what is mended, what is left alone, and what is refused."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, field_validator

from agentkit.schema import ArgumentsError, Parameters
from agentkit.schema.parsing import NotJSON, parse


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Line(BaseModel):
    points: list[Point]
    label: str = ""
    colour: Colour | None = None


def shapes(
    n: int = 0,
    f: float = 0.5,
    flag: bool = False,
    text: str = "",
    items: list[int] = [],  # noqa: B006
    point: Point | None = None,
    line: Line | None = None,
    colour: Colour = Colour.RED,
    size: Literal["S", "M"] = "M",
    maybe: int | None = 7,
    day: date | None = None,
) -> None:
    """Takes all sorts."""


ALL = Parameters(shapes, "shapes", type(None))


def read(text: str, function: Callable[..., Any] | None = None) -> dict[str, Any]:
    return (Parameters(function, "it", type(None)) if function else ALL).read(text)[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"n": "5"}, {"n": 5}),
        ({"f": "1.5"}, {"f": 1.5}),
        ({"flag": "true"}, {"flag": True}),
        ({"n": 5.0}, {"n": 5}),
        ({"colour": "blue"}, {"colour": Colour.BLUE}),
        ({"day": "2026-01-31"}, {"day": date(2026, 1, 31)}),
    ],
)
def test_what_a_type_accepts_by_itself_is_no_repair(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert ALL.read(json.dumps(given)) == (expected, ())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"n": None}, {}),
        ({"n": "null"}, {}),
        ({"n": ""}, {}),
        ({"n": " 5 km"}, None),
        ({"n": [5]}, {"n": 5}),
        ({"n": "1e3"}, {"n": 1000}),
        ({"n": 5.5}, None),
        ({"maybe": None}, {"maybe": None}),
        ({"maybe": "null"}, {"maybe": None}),
        ({"maybe": ""}, {}),
        ({"maybe": "None"}, {"maybe": None}),
        ({"text": 5}, {"text": "5"}),
        ({"text": True}, {"text": "true"}),
        ({"text": ["one"]}, {"text": "one"}),
        ({"text": ["one", "two"]}, None),
        ({"text": {"a": 1}}, None),
        ({"items": 3}, {"items": [3]}),
        ({"items": "3"}, {"items": [3]}),
        ({"items": "[1, 2]"}, {"items": [1, 2]}),
        ({"items": ["1", "2"]}, {"items": [1, 2]}),
        ({"items": "one"}, None),
        ({"items": [1, None]}, {"items": [1]}),
        ({"point": {"x": "1"}}, {"point": Point(1)}),
        ({"point": '{"x": 1}'}, {"point": Point(1)}),
        ({"point": "{'x': 1}"}, {"point": Point(1)}),
        ({"point": '"{\\"x\\": \\"1\\"}"'}, None),
        ({"point": {"x": None}}, None),
        ({"point": {"x": 1, "y": None}}, {"point": Point(1)}),
        ({"line": {"points": '[{"x": 1}]'}}, {"line": Line(points=[Point(1)])}),
        ({"line": {"points": {"x": 1}}}, {"line": Line(points=[Point(1)])}),
        ({"line": '{"points": "[{\\"x\\": [1]}]"}'}, {"line": Line(points=[Point(1)])}),
        ({"line": {"points": [], "colour": "RED"}}, {"line": Line(points=[], colour=Colour.RED)}),
        ({"colour": "Blue"}, {"colour": Colour.BLUE}),
        ({"colour": "green"}, None),
        ({"size": "m"}, {"size": "M"}),
        ({"day": ""}, {}),
        ({"day": "tomorrow"}, None),
    ],
)
def test_values_are_mended_where_the_types_say_how(given: dict[str, Any], expected: dict[str, Any] | None) -> None:
    if expected is None:
        with pytest.raises(ArgumentsError):
            read(json.dumps(given))
    else:
        values, repairs = ALL.read(json.dumps(given))
        assert values == expected
        assert bool(repairs) == (
            json.dumps(given) not in ('{"maybe": null}', '{"items": ["1", "2"]}', '{"point": {"x": "1"}}')
        )


def test_text_that_looks_like_json_stays_text_where_text_is_wanted() -> None:
    for text in ('{"a": 1}', "[1, 2]", "5", "null", "true", '"quoted"', ""):
        assert ALL.read(json.dumps({"text": text})) == ({"text": text}, ())
        assert read(json.dumps({"text": text, "n": "null"}))["text"] == text


def test_a_union_keeps_what_one_of_its_types_accepts() -> None:
    def f(a: int | str, b: list[str] | str, n: int) -> None:
        pass

    given = {"a": 5, "b": '["x"]', "n": [1]}
    assert read(json.dumps(given), f) == {"a": 5, "b": '["x"]', "n": 1}


def test_every_repair_says_what_was_done() -> None:
    repairs = ALL.read('{"n": null, "items": "3", "FLAG": "true"}')[1]
    assert repairs == (
        (
            "'FLAG' was meant as 'flag'",
            '{"n": null, "items": "3", "FLAG": "true"}',
            '{"n": null, "items": "3", "flag": "true"}',
        ),
        ("null left out (n)", "null", ""),
        ("a single value taken as a list (items)", '"3"', '["3"]'),
    )


def test_one_object_may_come_flat_or_wrapped() -> None:
    def only(point: Point) -> None:
        pass

    def first(point: Point, label: str = "") -> None:
        pass

    for text in (
        '{"x": 1}',
        '{"point": {"x": 1}}',
        '{"point": "{\\"x\\": 1}"}',
        '{"arguments": {"x": "1"}}',
        '[{"x": 1}]',
    ):
        assert read(text, only) == {"point": Point(1)}
    for text in ('{"point": {"x": 1}}', '{"x": 1}', '{"parameters": {"point": {"x": 1}}}'):
        assert read(text, first) == {"point": Point(1)}
    assert read('{"x": 1, "label": "a"}', first) == {"point": Point(1), "label": "a"}


def test_only_a_name_for_all_arguments_is_a_wrapper() -> None:
    def remove(path: str) -> None:
        pass

    assert read('{"it": {"path": "x"}}', remove) == {"path": "x"}
    with pytest.raises(ArgumentsError, match="dry_run: there is no such parameter"):
        read('{"dry_run": {"path": "x"}}', remove)


def test_wrapping_is_seen_also_where_every_field_has_a_default() -> None:
    class Options(BaseModel):
        size: int = 1

    def f(options: Options) -> None:
        pass

    assert read('{"options": {"size": 5}}', f) == {"options": Options(size=5)}
    assert read('{"size": 5}', f) == {"options": Options(size=5)}
    assert read("{}", f) == {"options": Options()}


def test_a_field_may_have_the_name_of_the_parameter() -> None:
    class Query(BaseModel):
        query: str

    def f(query: Query) -> None:
        pass

    assert read('{"query": "x"}', f) == {"query": Query(query="x")}
    assert read('{"query": {"query": "x"}}', f) == {"query": Query(query="x")}


@pytest.mark.parametrize("name", ["maxResults", "max-results", "MAX_RESULTS", "Max Results", "maxresults"])
def test_a_name_written_otherwise_is_recognised(name: str) -> None:
    def f(max_results: int) -> None:
        pass

    assert read(json.dumps({name: 3}), f) == {"max_results": 3}


def test_a_keyword_may_lose_its_underscore() -> None:
    def f(class_: str) -> None:
        pass

    assert read('{"class": "a"}', f) == {"class_": "a"}


def test_a_name_that_could_be_two_is_not_guessed() -> None:
    def f(ab: int = 0, a_b: int = 0) -> None:
        pass

    with pytest.raises(ArgumentsError, match="AB: there is no such parameter"):
        read('{"AB": 1}', f)


def test_invented_parameters_are_refused_and_empty_ones_left_out() -> None:
    with pytest.raises(ArgumentsError, match="dry_run: there is no such parameter"):
        read('{"n": 1, "dry_run": true}')
    assert read('{"n": 1, "dry_run": null, "note": "", "more": {}}') == {"n": 1}


def test_a_bare_value_is_the_only_parameter() -> None:
    def one(city: str) -> None:
        pass

    def one_required(items: list[int], limit: int = 5) -> None:
        pass

    assert read('"Paris"', one) == {"city": "Paris"}
    assert read("[1, 2]", one_required) == {"items": [1, 2]}
    with pytest.raises(ArgumentsError):
        read("5")


def test_the_type_of_the_user_decides_about_its_own_fields() -> None:
    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        n: int
        day: date

        @field_validator("n")
        @classmethod
        def even(cls, value: int) -> int:
            if value % 2:
                raise ValueError("must be even")
            return value

    def f(it: Strict, other: int = 0) -> None:
        pass

    assert read('{"it": {"n": 2, "day": "2026-01-31"}}', f)["it"].n == 2
    with pytest.raises(ArgumentsError, match=r"it\.n: must be even; got 3"):
        read('{"it": {"n": 3, "day": "2026-01-31"}}', f)
    with pytest.raises(ArgumentsError, match=r"it\.z: there is no such parameter"):
        read('{"it": {"n": 2, "day": "2026-01-31", "z": 1}}', f)


@pytest.mark.parametrize("text", ["", "  ", "null", "{}", '"{}"', '""', "\ufeff{}"])
def test_nothing_is_an_empty_object(text: str) -> None:
    assert read(text) == {}


def test_arguments_may_be_encoded_twice_or_thrice() -> None:
    text = '{"n": 1}'
    for _ in range(3):
        text = json.dumps(text)
        values, repairs = ALL.read(text)
        assert values == {"n": 1}
        assert [what for what, _, _ in repairs] == ["arguments were encoded twice"]


@pytest.mark.parametrize(
    "text",
    ['{"n": 1', '{"n": 1} {"n": 2}', "{'n': 1", "```json\n{}", "n=1", '{"n": one}', "9" * 5000],
)
def test_what_does_not_parse_is_never_guessed_at(text: str) -> None:
    with pytest.raises(NotJSON):
        parse(text)
    with pytest.raises(ArgumentsError, match="they are not valid JSON"):
        read(text)


@pytest.mark.parametrize("depth", [150, 250, 500, 900, 1_000, 100_000])
def test_what_is_nested_too_deeply_is_refused(depth: int) -> None:
    for text in ("[" * depth + "]" * depth, '{"n": ' * depth + "1" + "}" * depth):
        with pytest.raises(ArgumentsError):
            read(text)


def test_half_a_character_is_replaced() -> None:
    assert read('{"text": "a\\ud83d"}') == {"text": "a\ufffd"}
    assert read('{"text": "\\ud83d\\ude00"}') == {"text": "\N{GRINNING FACE}"}
    assert read('{"text": "a\ud83d"}') == {"text": "a\ufffd"}


def test_a_repeated_key_has_its_last_value() -> None:
    assert read('{"n": 1, "n": 2}') == {"n": 2}
    assert read('{"n": 1, "n": null}') == {}


def test_nonsense_of_any_size_is_refused_quickly() -> None:
    with pytest.raises(ArgumentsError) as caught:
        read(json.dumps({f"k{index}": index for index in range(2000)}))
    assert len(str(caught.value)) < 2_000
    with pytest.raises(ArgumentsError) as caught:
        read(json.dumps({"items": ["x"] * 5000}))
    assert len(str(caught.value)) < 2_000


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["n", "text", "items", "point", "line", "colour", "maybe", "x"]), anything))
def test_arguments_are_read_or_refused_but_nothing_else_is_raised(given: dict[str, Any]) -> None:
    with contextlib.suppress(ArgumentsError):
        read(json.dumps(given))


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ArgumentsError):
        read(text)
