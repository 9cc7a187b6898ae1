"""What is written under the grammar of a schema satisfies it, whatever the schema and the model."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agentkit.runners.local.constrained.checking import compiled
from agentkit.runners.local.constrained.flattening import UnsayableError
from agentkit.runners.local.constrained.lark import Rules, grammar
from agentkit.runners.local.constrained.marked_reading import read_marked
from agentkit.runners.local.constrained.tagged_reading import CLOSE, read_tagged
from agentkit.runners.local.constrained.tagged_values import TaggedValues
from agentkit.runners.local.constrained.texts import FORMATS
from agentkit.runners.local.constrained.values import Bounds, Values
from agentkit.runners.local.constrained.writing import Marked, Pythonic, Tagged, Writing

Write = Callable[..., tuple[str, bool]]
SMALL = Bounds(text=12, items=3, depth=2, free=1)
SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

numbers = st.integers(-300, 300) | st.floats(-300, 300, allow_nan=False).map(lambda value: round(value, 3))
counts = st.integers(0, 3)
names = st.sampled_from(["city", "", 'a "b" \\', "ü\n\0", "\U0001f600", "{", "a/b", "x"])
constants = st.sampled_from([1, "two", None, True, 2.5, [3, "4"], {"five": 6}, 'say "hi" \\ \n\t\0 ü \U0001f600', ""])
scalars: st.SearchStrategy[Any] = (
    st.just({})
    | st.just(True)
    | st.fixed_dictionaries({"type": st.sampled_from(["boolean", "null", "string", "integer", "number", "object"])})
    | st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number", ["null", "integer"]])},
        optional=dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), numbers)
        | {"multipleOf": st.integers(1, 9)},
    )
    | st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"minLength": counts, "maxLength": st.integers(0, 20)}
    )
    | st.fixed_dictionaries(
        {"format": st.sampled_from(sorted(FORMATS)), "type": st.just("string")},
        optional={"minLength": st.integers(0, 10), "maxLength": st.integers(20, 30)},
    )
    | st.fixed_dictionaries(
        {"pattern": st.sampled_from(["^[A-Z]{3}$", "a|b", r"^\d+-\w$", "^(x|y)/z", '"']), "type": st.just("string")}
    )
    | st.fixed_dictionaries({"enum": st.lists(constants, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"const": constants})
    | st.just({"$ref": "#/$defs/tree"})
    | st.just({"$ref": "#/$defs/list", "description": "again"})
)
schemas = st.recursive(
    scalars,
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.dictionaries(names, inner, max_size=3),
                "required": st.lists(names, unique=True, max_size=2),
                "additionalProperties": st.booleans() | inner,
            },
        )
        | st.fixed_dictionaries(
            {"type": st.just("array")},
            optional={
                "items": inner,
                "prefixItems": st.lists(inner, min_size=1, max_size=2),
                "minItems": counts,
                "maxItems": counts,
            },
        )
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}, optional={"title": st.just("t")})
        | st.fixed_dictionaries({"oneOf": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)})
    ),
    max_leaves=6,
)
DEFINITIONS = {
    "tree": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}, "size": {"type": "integer"}},
        "required": ["children"],
    },
    "list": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"rest": {"$ref": "#/$defs/list"}}}]},
}


def grammar_of(schema: Any, bounds: Bounds = SMALL, writing: Writing | None = None) -> str | None:
    rules = Rules()
    value = Values(rules, schema, bounds, writing).value()
    return None if value is None else grammar(value, rules)


def whole(schema: Any) -> Any:
    return {**schema, "$defs": DEFINITIONS} if isinstance(schema, dict) else schema


@SOME
@given(schemas, st.integers(), st.sampled_from([0.0, 0.7, 5.0]))
def test_any_value_of_any_schema_satisfies_it(write: Write, schema: Any, seed: int, temperature: float) -> None:
    schema = whole(schema)
    try:
        text = grammar_of(schema)
    except UnsayableError:
        assume(False)
    assume(text is not None)
    written, ended = write(text, seed, temperature)
    assert ended
    jsonschema.Draft202012Validator(schema).validate(json.loads(written))
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', written)
    assert outside == re.sub(r"\s", "", outside).replace(",", ", ").replace(":", ": ")


@SOME
@given(schemas, st.integers())
def test_values_in_pythons_way_are_literals_that_satisfy_the_schema(write: Write, schema: Any, seed: int) -> None:
    schema = whole(schema)
    try:
        text = grammar_of(schema, writing=Pythonic())
    except UnsayableError:
        assume(False)
    assume(text is not None)
    written, ended = write(text, seed)
    assert ended
    jsonschema.Draft202012Validator(schema).validate(ast.literal_eval(written))


@SOME
@given(schemas, st.integers(), st.sampled_from(["<escape>", "\n</value>"]))
def test_values_with_texts_between_marks_satisfy_the_schema(write: Write, schema: Any, seed: int, mark: str) -> None:
    schema = whole(schema)
    try:
        text = grammar_of(schema, writing=Marked(mark, {}))
    except UnsayableError:
        assume(False)
    assume(text is not None)
    written, ended = write(text, seed)
    assert ended
    value, end = read_marked(written, 0, mark)
    assert end == len(written)
    jsonschema.Draft202012Validator(schema).validate(json.loads(value))


@SOME
@given(schemas, schemas, st.integers(), st.sampled_from([0.7, 5.0]))
def test_arguments_between_tags_satisfy_the_schema(
    write: Write, one: Any, other: Any, seed: int, temperature: float
) -> None:
    schema = whole({"type": "object", "properties": {"one": one, "other": other}, "required": ["one"]})
    rules = Rules()
    values = TaggedValues(rules, schema, SMALL, Tagged())
    try:
        start = values.arguments(CLOSE)
    except UnsayableError:
        assume(False)
    assume(start is not None)
    written, ended = write(grammar(str(start), rules), seed, temperature)
    assert ended
    value, end = read_tagged(written, 0, values.texts())
    assert end == len(written)
    jsonschema.Draft202012Validator(schema).validate(json.loads(value))


@pytest.mark.parametrize(
    ("schema", "value"), [({"type": "number"}, 12.5), ({}, [1, {"a": 2.5}]), ({"type": "object"}, {"x": 1})]
)
def test_a_hundred_optional_properties_can_be_followed_to_their_end(schema: Any, value: Any) -> None:
    """llguidance gives up where too much may come next; behind a number that is soon the case."""
    text = grammar_of({"type": "object", "properties": {f"k{number}": schema for number in range(100)}}, Bounds())
    assert text is not None
    matcher = compiled(text)
    for byte in json.dumps({f"k{number}": value for number in range(100)}).encode():
        assert np.frombuffer(matcher.compute_logit_bias(), np.uint8)[byte], matcher.get_error()[:300]
        matcher.consume_token(byte)
    assert matcher.is_accepting()
