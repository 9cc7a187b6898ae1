"""What the embedded model calls, for real: the tool that fits or none, with arguments that always fit."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit import Agent, Tool, tool
from agentkit.generation import Finish, Request, Sampling
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local import LocalRunner

pytestmark = [pytest.mark.anyio, pytest.mark.real]


@pytest.fixture(scope="module")
def runner() -> LocalRunner:
    """One runner for all; the model is loaded once."""
    return LocalRunner(threads=1)


@tool
def convert(amount: float, source: str, target: str) -> float:
    """Convert money between currencies.

    Args:
        amount: How much, in units of the source currency.
        source: ISO 4217 code to convert from, for example EUR.
        target: ISO 4217 code to convert to.
    """
    return 129.6


@tool
def weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: Name of the city, for example Paris.
    """
    return "sunny"


async def calls_of(runner: LocalRunner, text: str, *tools: Tool[..., Any], choice: str = "auto") -> list[ToolCall]:
    specs = tuple(sorted((each.spec for each in tools), key=lambda spec: spec.name))
    request = Request([Message("user", text)], specs, choice, Sampling(max_tokens=8))
    async with aclosing(runner.generate(request)) as deltas:
        return [delta async for delta in deltas if isinstance(delta, ToolCall)]


async def test_the_example_of_the_readme_is_right(runner: LocalRunner) -> None:
    result = await Agent(runner, tools=[convert]).run("How much is 120 euros in dollars?")
    assert json.loads(result.messages[1].tool_calls[0].arguments) == {"amount": 120, "source": "EUR", "target": "USD"}
    assert "129.6" in result.response


async def test_the_tool_that_fits_is_called(runner: LocalRunner) -> None:
    (call,) = await calls_of(runner, "What is the weather in Lagos?", convert, weather)
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Lagos"})


async def test_two_places_are_two_calls(runner: LocalRunner) -> None:
    calls = await calls_of(runner, "What is the weather in Paris and in Rome?", weather)
    assert [json.loads(call.arguments)["city"] for call in calls] == ["Paris", "Rome"]


@pytest.mark.parametrize("text", ["Hello", "Thanks!"])
async def test_small_talk_calls_nothing(runner: LocalRunner, text: str) -> None:
    assert await calls_of(runner, text, convert, weather) == []


async def test_tool_choice_is_obeyed(runner: LocalRunner) -> None:
    assert await calls_of(runner, "What is the weather in Lagos?", weather, choice="none") == []
    assert len(await calls_of(runner, "Hello", weather, choice="required")) == 1
    (call,) = await calls_of(runner, "How much is 5 euros in yen?", convert, weather, choice="weather")
    assert call.name == "weather"


@tool
def read_file(path: str) -> str:
    """Read a text file.

    Args:
        path: Name of the file, for example notes.txt.
    """
    return "buy milk\ncall Ana about the roof\npay the electricity bill before Friday\n"


async def test_a_long_result_is_shown_and_not_retold(runner: LocalRunner) -> None:
    result = await Agent(runner, tools=[read_file]).run("Read the file todo.txt")
    assert json.loads(result.messages[1].tool_calls[0].arguments) == {"path": "todo.txt"}
    assert result.response == "buy milk\ncall Ana about the roof\npay the electricity bill before Friday"


properties = st.dictionaries(
    st.sampled_from(["city", "count", "day", "kind", "price", "urgent", "tags"]),
    st.sampled_from(
        [
            {"type": "string", "description": "A text."},
            {"type": "integer", "description": "A number.", "minimum": 0},
            {"type": "number", "description": "A price."},
            {"type": "boolean", "description": "Whether."},
            {"type": "string", "description": "A kind.", "enum": ["small", "large"]},
            {"type": "string", "description": "A day.", "format": "date"},
            {"type": "array", "description": "Some.", "items": {"type": "string"}},
            {
                "type": "object",
                "description": "A place.",
                "properties": {"x": {"type": "integer", "description": "x"}},
                "required": ["x"],
            },
        ]
    ),
    max_size=4,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(properties, st.data())
async def test_every_call_parses_and_validates(
    runner: LocalRunner, schema: dict[str, Any], data: st.DataObject
) -> None:
    required = data.draw(st.lists(st.sampled_from(sorted(schema)), unique=True)) if schema else []
    parameters = {"type": "object", "properties": schema, "required": required}
    text = data.draw(st.sampled_from(["Do it for Oslo with 3 large ones tomorrow.", "?", "Yes, 12.5 on 2026-05-04!"]))
    spec = ToolSpec("do_it", "Do what is asked for.", parameters)
    request = Request([Message("user", text)], (spec,), "required", Sampling(max_tokens=8))
    async with aclosing(runner.generate(request)) as deltas:
        calls = [delta async for delta in deltas if isinstance(delta, ToolCall)]
    assert calls
    for call in calls:
        jsonschema.validate(json.loads(call.arguments), parameters)


async def test_a_call_that_is_remembered_counts_what_was_read_for_it(runner: LocalRunner, anyio_backend: str) -> None:
    """Its second time costs no computation; a usage of zeros would say that nothing was asked."""
    asked = Message("user", f"What is the weather in {'Oslo' if anyio_backend == 'trio' else 'Rome'}?")
    request = Request([asked], (weather.spec,), sampling=Sampling(max_tokens=8))
    usages = []
    for _ in range(2):
        async with aclosing(runner.generate(request)) as deltas:
            usages += [delta.usage async for delta in deltas if isinstance(delta, Finish)]
    first, again = usages
    assert first.prompt_tokens > first.cached_tokens
    assert again.prompt_tokens == again.cached_tokens > 0
    assert again.completion_tokens == 0
