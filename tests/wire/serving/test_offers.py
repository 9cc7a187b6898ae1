"""Tools in every shape that clients have for them, and the four forms of choosing one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import BadRequestError
from agentkit.messages import ToolSpec
from agentkit.wire.serving.offers import read_choice, read_tools

EMPTY = {"type": "object", "properties": {}}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FLAT = {"name": "getWeather", "description": "The weather.", "parameters": CITY}
WRAPPED = {"type": "function", "function": FLAT}
WEATHER = ToolSpec("getWeather", "The weather.", CITY)
ADD = ToolSpec("add", "Add", EMPTY)


@pytest.mark.parametrize(
    "item", [FLAT, WRAPPED, {"type": "function", **FLAT}, {**WRAPPED, **FLAT}], ids=["flat", "wrapped", "typed", "both"]
)
def test_all_shapes_mean_the_same(item: Any) -> None:
    assert read_tools([item]) == ((WEATHER,), ())


def test_a_mixed_list() -> None:
    assert read_tools([WRAPPED, {"name": "add"}]) == ((WEATHER, ADD), ())


@pytest.mark.parametrize("parameters", [None, "", {}, {"type": "object"}, {"properties": None}, EMPTY])
def test_a_tool_without_parameters(parameters: Any) -> None:
    assert read_tools([{"name": "add", "parameters": parameters}]) == ((ADD,), ())


def test_parameters_as_text() -> None:
    assert read_tools([{**FLAT, "parameters": '{"type":"object"}'}])[0][0].parameters == EMPTY


def test_whatever_else_a_schema_says_stays() -> None:
    schema = {"$defs": {"a": {}}, "additionalProperties": False, **CITY}
    assert read_tools([{**FLAT, "parameters": schema}])[0][0].parameters == schema


@pytest.mark.parametrize(
    ("name", "words"),
    [("getWeather", "Get weather"), ("max_results", "Max results"), ("a.b-c", "A b c"), ("-", "-"), ("x2", "X2")],
)
@pytest.mark.parametrize("description", [None, "", "  "])
def test_a_missing_description_is_the_name_in_words(name: str, words: str, description: Any) -> None:
    assert read_tools([{"name": name, "description": description}])[0][0].description == words


def test_a_description_that_is_no_text_becomes_one() -> None:
    assert read_tools([{**FLAT, "description": False}])[0][0].description == "False"


DROPPED: list[tuple[Any, str]] = [
    (None, "it is None, and no object"),
    ([1, "a"], "it is [1, 'a'], and no object"),
    ({}, "its name is None; a name has 1 to 128 letters, digits and any of _ - . : /"),
    ({"name": "a b"}, "its name is 'a b'; a name has 1 to 128 letters, digits and any of _ - . : /"),
    ({"name": "none"}, "its name is 'none', which means something else in tool_choice"),
    ({"name": "f", "parameters": "x"}, "the parameters of 'f' are no schema of an object"),
    ({"name": "f", "parameters": {"type": "string"}}, "the parameters of 'f' are no schema of an object"),
    ({"name": "f", "parameters": {"properties": [1]}}, "the parameters of 'f' are no schema of an object"),
    (WRAPPED, "there is another 'getWeather' before it"),
]


@pytest.mark.parametrize(("item", "reason"), DROPPED, ids=[row[1][:30] for row in DROPPED])
def test_what_is_no_tool_is_dropped_and_noted(item: Any, reason: str) -> None:
    assert read_tools([FLAT, item]) == ((WEATHER,), (f"tools[1] was dropped: {reason}",))


def test_no_list_is_refused() -> None:
    with pytest.raises(BadRequestError) as caught:
        read_tools("add")
    assert (caught.value.code, caught.value.message) == (
        5006,
        "Bad input: Error: Type mismatch of '/tools', 'array' not in 'string'",
    )


def test_no_tools() -> None:
    assert read_tools(None) == read_tools([]) == ((), ())


def named(name: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(
    ("value", "choice"),
    [(None, "auto"), ("auto", "auto"), ("none", "none"), ("required", "required"), (named("add"), "add")],
)
def test_the_four_forms_of_choosing(value: Any, choice: str) -> None:
    assert read_choice(value, (ADD, WEATHER)) == choice


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("any", "tool_choice is 'any'; it must be 'auto', 'none', 'required' or "),
        ("add", "tool_choice is 'add'; it must be "),
        ({"type": "tool", "name": "add"}, "it must be"),
        (named(None), "it must be"),
        (7, "tool_choice is 7"),
        (named("subtract"), "tool_choice names 'subtract', which is not offered. Offered are: add, getWeather."),
    ],
)
def test_other_choices_are_refused(value: Any, says: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_choice(value, (ADD, WEATHER))
    assert says in caught.value.message
    assert (caught.value.status, caught.value.code) == (400, 8001)


@pytest.mark.parametrize("value", ["required", named("add")])
def test_a_call_cannot_be_required_where_nothing_is_offered(value: Any) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_choice(value, ())
    assert caught.value.code == 8001


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "function", "type", "parameters", "properties", "description"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4), json_values)
def test_nothing_is_too_odd(items: list[Any], choice: Any) -> None:
    tools, notes = read_tools(items)
    assert len(tools) + len(notes) == len(items)
    assert all(tool.description and tool.parameters["type"] == "object" for tool in tools)
    with suppress(BadRequestError):
        assert read_choice(choice, tools) in ("auto", "none", "required", *(tool.name for tool in tools))
