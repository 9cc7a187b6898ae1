"""Requests against the parameters of tools: which values go where, before any model is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local.calling.directions import directed
from agentkit.runners.local.calling.evidence import Evidence
from agentkit.runners.local.calling.policy import LONGEST_REQUEST, turn_of
from agentkit.runners.local.calling.repeats import repeated
from agentkit.runners.local.calling.slot import Slot, is_open, slots_of
from agentkit.runners.local.calling.support import evidence_of, support
from agentkit.runners.local.calling.texts import marked_kind

TODAY = date(2026, 11, 21)
TEXT = {"type": "string"}
COUNT = {"type": "integer"}


def evidence(text: str, *topic: str) -> Evidence:
    return Evidence(text, TODAY, frozenset(topic))


def tool(required: Mapping[str, Any], name: str = "do_it", **optional: Any) -> ToolSpec:
    parameters = {"type": "object", "properties": {**required, **optional}, "required": list(required)}
    return ToolSpec(name, "", parameters)


def slot(name: str, schema: Any, **siblings: Any) -> Slot:
    return next(
        each for each in slots_of({"properties": {name: schema, **siblings}, "required": [name]}) if each.name == name
    )


def test_texts_come_last_and_optional_values_after_required_ones() -> None:
    parameters = {"properties": {"a": TEXT, "b": COUNT, "c": TEXT, "d": COUNT}, "required": ["c", "d"]}
    assert [each.name for each in slots_of(parameters)] == ["d", "b", "c", "a"]


@pytest.mark.parametrize(
    "parameters", [{}, {"properties": None}, {"properties": {"a": True}}, {"required": ["a"]}, {"properties": {"a": 5}}]
)
def test_slots_of_odd_objects(parameters: dict[str, Any]) -> None:
    assert all(each.schema == {} for each in slots_of(parameters))


@pytest.mark.parametrize(
    ("schema", "opened"),
    [
        (TEXT, True),
        ({"type": "array", "items": TEXT}, True),
        ({"anyOf": [COUNT, TEXT]}, True),
        ({"type": "string", "enum": ["a"]}, False),
        ({"type": "string", "format": "date"}, False),
        ({"type": "string", "format": "unheard-of"}, True),
        ({"anyOf": [COUNT, {"type": "null"}]}, False),
        ({"type": "array"}, False),
    ],
)
def test_any_words_fit(schema: dict[str, Any], opened: bool) -> None:
    assert is_open(schema) is opened


@pytest.mark.parametrize(
    ("text", "values", "mentioned"),
    [
        ("Two large pizzas", ["small", "large"], ["large"]),
        ("in kilometres per hour", ["kilometre_per_hour", "hour"], ["kilometre_per_hour", "hour"]),
        ("is a <= b?", ["<=", ">="], ["<="]),
        ("at 5", [5, -5, "x"], [5]),
        ("number 1", [True, None], []),
        ("anything", [[1], {"a": 1}], []),
        ("", ["", " "], []),
    ],
)
def test_mentioned_values_of_a_closed_set(text: str, values: list[Any], mentioned: list[Any]) -> None:
    assert evidence(text).mentioned(values) == mentioned


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Shuffle it", True),
        ("without shuffling", False),
        ("Don’t shuffle", False),
        ("don't shuffle", False),
        ("Go", None),
    ],
)
def test_a_flag_is_asked_for_or_refused(text: str, flag: bool | None) -> None:
    assert evidence(text).flag(evidence("shuffle").stems) is flag


@pytest.mark.parametrize(
    ("text", "name", "siblings", "found"),
    [
        ("5 guests, 3 rooms", "rooms", {"guests": COUNT}, [3]),
        ("5 guests, 3 rooms", "guests", {"rooms": COUNT}, [5]),
        ("2.5 and 4", "count", {}, [4]),
        ("9" * 5000, "count", {}, []),
    ],
)
def test_numbers_that_are_meant(text: str, name: str, siblings: dict[str, Any], found: list[int]) -> None:
    request = evidence(text)
    assert [request.units[index].value for index in request.numbers(slot(name, COUNT, **siblings))] == found


def test_numbers_out_of_bounds_are_not_meant() -> None:
    request = evidence("3 or 30")
    found = request.numbers(slot("count", {"type": "integer", "minimum": 5}))
    assert [request.units[index].text for index in found] == ["30"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("source", ["Rome"]), ("destination", ["Oslo"]), ("from_city", ["Rome"]), ("place", ["Rome", "Oslo"])],
)
def test_names_tell_directions(name: str, said: list[str]) -> None:
    request = evidence("fly from Rome to Oslo")
    found = directed(slot(name, TEXT), request.of_kind("name"), request.units)
    assert [request.units[index].text for index in found] == said


@pytest.mark.parametrize(
    ("name", "kind"), [("email", "address"), ("fileName", "path"), ("profile", None), ("websiteURL", "address")]
)
def test_names_ask_for_marked_values(name: str, kind: str | None) -> None:
    assert marked_kind(slot(name, TEXT)) == kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call Tom about the rent", ["Tom about the rent", "rent"]),
        ('write "a, b" twice', ["a, b"]),
        ("find x, y", ["x"]),
        ("walk in new\tyork", ["new\tyork"]),
    ],
)
def test_values_stand_in_the_request(text: str, said: list[str]) -> None:
    spans = evidence(text).spans()
    assert all(spans.located(value, spans.starts) for value in said)


def test_no_value_reaches_over_a_comma() -> None:
    spans = evidence("find x, y").spans()
    assert spans.located("x, y", spans.starts) == []


def test_small_words_without_end_are_no_value() -> None:
    spans = evidence("say " + "the " * 3000).spans()
    assert spans.gbnf(spans.starts[:1]).startswith("root ::= ")


@pytest.mark.parametrize(
    ("text", "first", "schema", "further"),
    [
        ("in Paris and Rome", {"a": "Paris"}, TEXT, [{"a": "Rome"}]),
        ("in Paris, Rome and Oslo", {"a": "Paris"}, TEXT, [{"a": "Rome"}, {"a": "Oslo"}]),
        ("3 and 4", {"a": 3}, COUNT, [{"a": 4}]),
        ("red and blue", {"a": "red"}, {"enum": ["red", "blue"]}, [{"a": "blue"}]),
        ("between Paris and Rome", {"a": "Paris"}, TEXT, []),
        ("in Paris for Rome", {"a": "Paris"}, TEXT, []),
        ("in Paris and Rome", {}, TEXT, []),
    ],
)
def test_one_call_for_each_of_several(
    text: str, first: dict[str, Any], schema: dict[str, Any], further: list[dict[str, Any]]
) -> None:
    assert repeated(first, {"properties": {"a": schema}, "required": ["a"]}, evidence(text)) == further


def test_a_tool_that_takes_a_list_is_called_once() -> None:
    parameters = {"properties": {"a": {"type": "array", "items": TEXT}, "b": TEXT}}
    assert repeated({"a": ["Paris"], "b": "Paris"}, parameters, evidence("Paris and Rome")) == []


@pytest.mark.parametrize(
    ("text", "spec", "missing", "unused", "formed"),
    [
        ("Go", tool({"a": COUNT}), 1, 0, 0),
        ("Take 5", tool({"a": COUNT}), 0, 0, 0),
        ("Take 5", tool({}), 0, 1, 0),
        ("Mail bob@x.org", tool({"email": TEXT}), 0, 0, 1),
        ("Come on 2026-03-05", tool({"day": {"type": "string", "format": "date"}}), 0, 0, 1),
        ("Take 3 + 4", tool({"a": {"type": "string", "description": "A formula, for example 3 * 4."}}), 0, 0, 3),
        ("Go", tool({}, a=COUNT), 0, 0, 0),
        ("", tool({"a": TEXT}), 1, 0, 0),
    ],
)
def test_support_for_a_tool(text: str, spec: ToolSpec, missing: int, unused: int, formed: int) -> None:
    found = support(spec, text, TODAY)
    assert (found.missing, found.unused, found.formed) == (missing, unused, formed)


@pytest.mark.parametrize("name", ["get_weather", "getWeather", "weather-get"])
def test_the_words_of_a_name_are_no_values(name: str) -> None:
    assert evidence_of("weather", tool({}, name), TODAY).topic >= evidence("weather").stems


def test_the_turn_is_what_followed_the_last_request() -> None:
    calls = ToolCall("1", "a"), ToolCall("2", "b"), ToolCall("3", "c")
    messages = [
        Message("user", "old"),
        Message("assistant", tool_calls=(ToolCall("0", "old"),)),
        Message("tool", "old", tool_call_id="0"),
        Message("user", "new"),
        Message("assistant", tool_calls=calls),
        Message("tool", "second", tool_call_id="2"),
        Message("tool", "first", tool_call_id="1"),
    ]
    turn = turn_of(messages)
    assert (turn.request, turn.calls, turn.results) == ("new", calls, ("first", "second", ""))


def test_of_a_huge_request_start_and_end_are_read() -> None:
    request = turn_of([Message("user", "start" + "x" * 100_000 + "end")]).request
    assert len(request) <= LONGEST_REQUEST + 1
    assert request.startswith("start")
    assert request.endswith("end")


def test_a_conversation_without_a_request() -> None:
    assert turn_of([Message("system", "Be kind.")]).request == ""
