"""Schemas as grammars: what llama.cpp takes, and what a model writes under them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.first_use import weights_of
from agentkit.runners.local.formats import FORMATS
from agentkit.runners.local.grammar import LONGEST_LIST, MOST_ITEMS, literal, one_of, to_gbnf
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.validation import valid

PROMPT = "A city, a number and a list of words as JSON: "


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """The embedded model itself."""
    load = Load(weights_of(DEFAULT, None, lambda: False), DEFAULT.context, 1, None)
    yield Decoder(claim(load, lambda: False), lambda: False)
    release(load)


def written(decoder: Decoder, grammar: str, tokens: int) -> tuple[str, bool]:
    completion = decoder.complete(decoder.prompt(PROMPT), tokens, temperature=0, grammar=grammar)
    return completion.text, completion.complete


leaves = st.sampled_from(
    [
        {},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": ["null", "integer"]},
        {"type": "string"},
        *({"type": "string", "format": name} for name in FORMATS),
        {"enum": [1, "two", None, [3, "4"], {"five": 6}]},
        {"const": 'say "hi" \\ \n\t\0 ü \U0001f600'},
    ]
)
names = st.sampled_from(["city", "", 'a "b" \\', "ü\n\0", "\U0001f600", "{", "a-b ::= c"])
schemas = st.recursive(
    leaves,
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
                "prefixItems": st.lists(inner, max_size=2),
                "minItems": st.integers(0, 3),
                "maxItems": st.integers(0, 3),
            },
        )
        | st.lists(inner, max_size=3).map(lambda choices: {"anyOf": choices})
    ),
    max_leaves=5,
)


@pytest.mark.real
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemas)
def test_llama_cpp_takes_the_grammar_of_every_schema(decoder: Decoder, schema: dict[str, Any]) -> None:
    written(decoder, to_gbnf(schema), 1)


@pytest.mark.real
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "integer"}, "minItems": 10**9},
        {"type": "object", "properties": {f"name{index}": {"type": "string"} for index in range(100)}},
        {"enum": [f"value {index}" for index in range(2000)]},
        {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}},
    ],
    ids=["long list", "many optional properties", "many values", "deep"],
)
def test_llama_cpp_takes_large_grammars(decoder: Decoder, schema: dict[str, Any]) -> None:
    written(decoder, to_gbnf(schema), 1)


@pytest.mark.real
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "integer"}, 'b "c"': {"type": "boolean"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a", "not described"]},
        {"type": "array", "items": {"enum": ["x", 2]}, "minItems": 2, "maxItems": 3},
        {"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "integer"}], "minItems": 3},
        {"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]},
        {
            "type": "object",
            "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        *({"type": "string", "format": name} for name in FORMATS),
    ],
    ids=str,
)
def test_what_is_written_under_a_grammar_satisfies_its_schema(decoder: Decoder, schema: dict[str, Any]) -> None:
    text, complete = written(decoder, to_gbnf(schema), 128)
    assert complete
    jsonschema.validate(json.loads(text), schema)
    assert valid(json.loads(text), schema)


@pytest.mark.real
@pytest.mark.parametrize("text", ['"', "\\", "a\nb\r\t", "\U0001f600", "]) | (", "ü\u2028"])
def test_a_literal_is_written_as_it_is(decoder: Decoder, text: str) -> None:
    assert written(decoder, f"root ::= {literal(text)}", 16) == (text, True)


def test_lists_have_an_end() -> None:
    assert f"{{0,{MOST_ITEMS - 1}}}" in to_gbnf({"type": "array", "items": {"type": "null"}})
    assert f"{{{LONGEST_LIST - 1},{LONGEST_LIST - 1}}}" in to_gbnf({"type": "array", "minItems": 10**9})


def test_a_closed_set_has_only_values_of_its_type() -> None:
    assert to_gbnf({"type": "string", "enum": [1, "x", None]}) == to_gbnf({"enum": ["x"]})


def test_a_rule_is_written_once() -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in "abc"}, "required": list("abc")}
    assert to_gbnf(schema).count("{0,400}") == 1


def test_one_of_several_texts() -> None:
    assert one_of(["a", 'b"']) == '("a" | "b\\"")'
