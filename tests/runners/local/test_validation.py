"""Whether values satisfy schemas: what `jsonschema` says, over the subset."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.runners.local.validation import plainest, settle, valid

scalars = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([0.5, 2.0, -1.5]) | st.text("ab ", max_size=4)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
numbers = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-5, 0),
        "exclusiveMinimum": st.integers(-5, 0),
        "maximum": st.sampled_from([2, 3, 7.5]),
        "exclusiveMaximum": st.sampled_from([2, 3, 7.5]),
    },
)
texts = st.fixed_dictionaries(
    {"type": st.just("string")}, optional={"minLength": st.integers(0, 2), "maxLength": st.integers(2, 4)}
)
closed = st.lists(values, min_size=1, max_size=3).map(lambda given: {"enum": given}) | values.map(
    lambda value: {"const": value}
)
leaves = numbers | texts | closed | st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}])


def _objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    properties = st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": properties},
        optional={
            "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
            "additionalProperties": st.booleans() | inner,
        },
    ).map(_possible)


def _possible(schema: dict[str, Any]) -> dict[str, Any]:
    """Nothing is required that is forbidden."""
    if schema.get("additionalProperties") is False and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name in schema["properties"]]
    return schema


def _arrays(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "minItems": st.integers(0, 3),
            "maxItems": st.integers(3, 4),
        },
    )


schemas = st.recursive(
    leaves,
    lambda inner: (
        _objects(inner)
        | _arrays(inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda choices: {"anyOf": choices})
        | st.lists(st.sampled_from(["integer", "string", "null"]), min_size=1).map(lambda kinds: {"type": kinds})
    ),
    max_leaves=6,
)
"""The whole subset, with bounds that do not contradict each other."""


def accepted(value: Any, schema: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


@settings(deadline=None, max_examples=400)
@given(values, schemas)
def test_values_are_judged_as_json_schema_says(value: Any, schema: dict[str, Any]) -> None:
    assert valid(value, schema) == accepted(value, schema)


@settings(deadline=None, max_examples=400)
@given(schemas)
def test_the_plainest_value_satisfies_its_schema(schema: dict[str, Any]) -> None:
    value = json.loads(json.dumps(plainest(schema)))
    assert valid(value, schema)
    assert accepted(value, schema)


@given(st.integers(-50, 50) | st.floats(-50, 50), numbers)
def test_a_settled_number_is_inside_its_bounds(value: float, schema: dict[str, Any]) -> None:
    settled = settle(value, schema | {"type": "number"})
    assert accepted(settled, schema | {"type": "number"})


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("2026-02-30", {"type": "string", "format": "date"}),
        ("25:00:00", {"type": "string", "format": "time"}),
        ("P", {"type": "string", "format": "duration"}),
        ("1234", {"type": "string", "format": "uuid"}),
        ("abc", {"type": "string", "pattern": "^[0-9]+$"}),
        (True, {"enum": [1]}),
        ([1], {"const": [True]}),
        (1, {"type": "string", "enum": [1]}),
        (1e15, {"type": "number", "exclusiveMinimum": 1e15}),
        ({"a": 1}, {"properties": {"a": False}}),
    ],
)
def test_is_not_valid(value: Any, schema: dict[str, Any]) -> None:
    assert not valid(value, schema)


def test_one_of_is_read_like_any_of() -> None:
    assert valid(3, {"oneOf": [{"type": "integer"}, {"type": "number"}]})


@pytest.mark.parametrize("keyword", [{"multipleOf": 7}, {"uniqueItems": True}, {"$ref": "#/x"}, {"not": {}}])
def test_other_keywords_are_not_checked(keyword: dict[str, Any]) -> None:
    assert valid(3, keyword)


@pytest.mark.parametrize(
    ("value", "schema", "settled"),
    [
        (0, {"type": "integer", "minimum": 0.5}, 1),
        (9, {"type": "integer", "exclusiveMaximum": 9}, 8),
        (0.0, {"type": "number", "exclusiveMinimum": 0}, 1e-6),
        ("abcdef", {"type": "string", "maxLength": 3.0}, "abc"),
        ("a", {"type": "string", "minLength": 3}, "a  "),
        ([1, 2, 3], {"type": "array", "maxItems": 2}, [1, 2]),
        (True, {"type": "boolean", "minimum": 5}, True),
        (3, {"type": "integer", "exclusiveMinimum": True}, 3),
    ],
)
def test_settled(value: Any, schema: dict[str, Any], settled: Any) -> None:
    assert settle(value, schema) == settled


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"type": []},
        {"type": "unheard-of"},
        {"type": "object", "properties": None, "required": "a"},
        {"type": "array", "items": [{}], "minItems": "2"},
        {"enum": []},
        {"anyOf": []},
        {"type": "string", "format": ["date"], "pattern": "(", "minLength": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "integer", "minimum": 5, "maximum": 2},
    ],
)
def test_no_schema_is_too_odd(schema: Any) -> None:
    valid(plainest(schema), schema)
