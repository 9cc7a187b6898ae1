"""Odd tools and odd requests on the real model: the call comes, and validates wherever its schema can be satisfied."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import jsonschema
import pytest

from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local import LocalRunner

pytestmark = [pytest.mark.anyio, pytest.mark.real]

REQUEST = "Do it for Oslo with 3 large ones tomorrow."
VALUES: dict[str, dict[str, Any]] = {
    "closed set of all types": {"enum": [2.5, True, None, [1, 2], {"x": 1}]},
    "closed set with quotes": {"type": "string", "enum": ['x "y"', "b\\c", "n\nl", "t\x00"]},
    "closed set with other types": {"type": "string", "enum": [1, "x"]},
    "union": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "string"}}]},
    "union of keywords": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "tuple": {"prefixItems": [{"type": "number"}, {"type": "string"}], "type": "array", "minItems": 3},
    "long list": {"type": "array", "items": {"type": "integer"}, "minItems": 80},
    "whole number between fractions": {"type": "integer", "minimum": 0.5, "maximum": 2.5},
    "open bound": {"type": "number", "exclusiveMinimum": 1e15},
    "length": {"type": "string", "maxLength": 2.0, "minLength": 1},
    "unknown format": {"type": "string", "format": "ipv4"},
    "described but not declared": {"type": "object", "required": ["x"]},
    "list of anything": {"type": "array", "items": True},
    "large closed set": {"type": "string", "enum": [f"value {index}" for index in range(100)]},
    "code with a bar": {"type": "string", "description": "Part code such as A1|B2."},
    "code with a quote": {"type": "string", "description": 'Part code such as A"1.'},
}


@pytest.fixture(scope="module")
def runner() -> LocalRunner:
    """One runner for all; the model is loaded once."""
    return LocalRunner(threads=1)


async def calls_of(runner: LocalRunner, text: str, parameters: dict[str, Any]) -> list[ToolCall]:
    spec = ToolSpec("do_it", "Do what is asked for.", parameters)
    request = Request([Message("user", text)], (spec,), "required", Sampling(max_tokens=8))
    async with aclosing(runner.generate(request)) as deltas:
        return [delta async for delta in deltas if isinstance(delta, ToolCall)]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("schema", VALUES.values(), ids=VALUES)
async def test_a_call_validates(runner: LocalRunner, schema: dict[str, Any]) -> None:
    parameters = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    calls = await calls_of(runner, REQUEST, parameters)
    assert calls
    for call in calls:
        jsonschema.validate(json.loads(call.arguments), parameters)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": None},
        {
            "type": "object",
            "properties": {"a": True, "b": {"type": "string", "description": None}},
            "required": ["a", "b"],
        },
        {"type": "object", "properties": {"a": {"type": "string", "enum": []}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "integer", "minimum": 5, "maximum": 2}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]},
    ],
    ids=str,
)
async def test_a_schema_that_nothing_satisfies_or_that_is_broken_still_gives_an_object(
    runner: LocalRunner, schema: dict[str, Any]
) -> None:
    (call,) = await calls_of(runner, REQUEST, schema)
    assert isinstance(json.loads(call.arguments), dict)


async def test_names_may_be_any_text(runner: LocalRunner) -> None:
    properties = {name: {"type": "integer"} for name in ("a b", 'ü"\\', "\n", "", "\U0001f600", "\0")}
    (call,) = await calls_of(runner, REQUEST, {"type": "object", "properties": properties, "required": [*properties]})
    assert list(json.loads(call.arguments)) == list(properties)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    "text",
    [
        "Os\0lo",
        "🌧️ 👩‍👩‍👧‍👧",
        "东京的天气怎么样？",
        "\x1b[0m\x07\x7f\ufeff",
        '"""«Oslo "north"»',
        "the " * 30,
        "walk in new\tyork",
    ],
    ids=lambda text: ascii(text)[:20],
)
async def test_no_request_is_too_odd(runner: LocalRunner, text: str) -> None:
    properties = {"a": {"type": "string"}, "b": {"type": "number"}, "c": {"type": "array", "items": {"type": "string"}}}
    parameters = {"type": "object", "properties": properties, "required": ["a", "b", "c"]}
    for call in await calls_of(runner, text, parameters):
        jsonschema.validate(json.loads(call.arguments), parameters)
