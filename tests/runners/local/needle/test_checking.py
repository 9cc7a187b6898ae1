"""What Needle writes becomes calls that fit, or nothing."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.messages import ToolSpec
from agentkit.runners.local.needle.calls import all_said, checked
from agentkit.runners.local.needle.wording import as_needle_reads


def tool_of(properties: dict[str, Any], *required: str, name: str = "do_it") -> ToolSpec:
    return ToolSpec(name, "Do it.", {"type": "object", "properties": properties, "required": list(required)})


def made(arguments: Any, tool: ToolSpec, request: str) -> list[dict[str, Any]]:
    return [found for _, found in checked([{"name": tool.name, "arguments": arguments}], [tool], request)]


CITY = tool_of({"city": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]}}, "city")


@pytest.mark.parametrize("written", [None, "x", {}, [None], ["do_it"], [{}], [{"name": "other", "arguments": {}}]])
def test_what_is_no_call_is_dropped(written: Any) -> None:
    assert checked(written, [CITY], "Rome?") == []


@pytest.mark.parametrize("name", [None, 3, ["do_it"], {"a": 1}])
def test_a_name_that_is_none_is_dropped(name: Any) -> None:
    assert checked([{"name": name, "arguments": {"city": "Rome"}}], [CITY], "Rome?") == []


def test_a_call_without_a_required_value_is_dropped() -> None:
    assert made({"unit": "kelvin"}, CITY, "in kelvin") == []


def test_an_optional_value_that_nobody_said_is_left_out() -> None:
    assert made({"city": "Rome", "unit": "celsius"}, CITY, "How warm is Rome?") == [{"city": "Rome"}]


def test_an_optional_value_that_was_said_stays() -> None:
    assert made({"city": "Rome", "unit": "KELVIN"}, CITY, "Rome in kelvin") == [{"city": "Rome", "unit": "kelvin"}]


def test_an_optional_flag_that_nobody_spoke_of_is_left_out() -> None:
    tool = tool_of({"song": {"type": "string"}, "shuffle": {"type": "boolean"}}, "song")
    assert made({"song": "Help", "shuffle": False}, tool, "Play Help") == [{"song": "Help"}]
    assert made({"song": "Help", "shuffle": True}, tool, "Shuffle Help") == [{"song": "Help", "shuffle": True}]


def test_a_property_that_the_tool_does_not_have_is_left_out() -> None:
    assert made({"city": "Rome", "country": "Italy"}, CITY, "Rome, Italy") == [{"city": "Rome"}]


@pytest.mark.parametrize(
    ("schema", "value", "mended"),
    [
        ({"type": "integer"}, "12", 12),
        ({"type": "number"}, "1,250.5", 1250.5),
        ({"type": "integer"}, "seven", 7),
        ({"type": "string"}, 5, "5"),
        ({"type": "string", "format": "date"}, "March 5, 2026", "2026-03-05"),
        ({"type": "string", "format": "time"}, "6 pm", "18:00:00"),
        ({"enum": ["EUR", "USD"]}, "eur", "EUR"),
        ({"type": "integer", "maximum": 10}, 12, 10),
        ({"type": "array", "items": {"type": "integer"}}, ["1", 2], [1, 2]),
        ({"type": "array", "items": {"type": "string"}}, "eggs", ["eggs"]),
    ],
)
def test_a_value_of_nearly_the_right_form_is_mended(schema: dict[str, Any], value: Any, mended: Any) -> None:
    assert made({"it": value}, tool_of({"it": schema}, "it"), "") == [{"it": mended}]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, "many"),
        ({"type": "string", "format": "date"}, "someday"),
        ({"type": "string", "format": "time"}, "late"),
        ({"enum": ["EUR", "USD"]}, "JPY"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"b": 1}),
        ({"type": "integer"}, None),
    ],
)
def test_a_value_that_cannot_be_mended_ends_the_call(schema: dict[str, Any], value: Any) -> None:
    assert made({"it": value}, tool_of({"it": schema}, "it"), "") == []


def test_the_same_call_twice_is_one() -> None:
    call = {"name": "do_it", "arguments": {"city": "Rome"}}
    assert len(checked([call, call], [CITY], "Rome")) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
schemas = st.dictionaries(
    st.sampled_from("abc"),
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer", "minimum": 3},
            {"type": "number"},
            {"type": "boolean"},
            {"enum": ["x", 5]},
            {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            {"type": "string", "format": "date"},
        ]
    ),
    max_size=3,
)


@given(schemas, st.data())
def test_every_call_that_comes_out_satisfies_its_schema(properties: dict[str, Any], data: st.DataObject) -> None:
    required = data.draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    tool = tool_of(properties, *required)
    written = data.draw(st.fixed_dictionaries(dict.fromkeys(properties, json_values)) | json_values)
    for arguments in made(written, tool, data.draw(st.sampled_from(["x 5 a", "", "tomorrow 3"]))):
        jsonschema.validate(json.loads(json.dumps(arguments)), tool.parameters)


def test_whether_every_value_was_said() -> None:
    tool = tool_of({"a": {"type": "number"}, "b": {"type": "string"}})
    assert all_said({"a": 37_029, "b": "rent"}, tool, "Note 37,029 for the rent.")
    assert not all_said({"a": 37.029}, tool, "Note 37,029 for the rent.")
    assert not all_said({"b": "Austin"}, tool, "Note 37,029 for the rent.")


def test_commas_between_thousands_are_not_read_as_points() -> None:
    assert as_needle_reads("1,250 and 12,000,000.5, then 1,2,3") == "1250 and 12000000.5, then 1,2,3"
