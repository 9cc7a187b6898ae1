"""`local:needle-3`: it calls tools, and shows what they gave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest

from agentkit import Agent, tool
from agentkit.errors import BadRequestError, ConfigurationError
from agentkit.generation import Finish, Request, TextDelta
from agentkit.messages import Message, ToolCall
from agentkit.runners import as_runner
from agentkit.runners.base import Runner
from agentkit.runners.local.needle.alone import NOTHING

pytestmark = [pytest.mark.anyio, pytest.mark.real]


@tool
def add(a: float, b: float) -> float:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return a + b


@tool
def weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: Name of the city, for example Paris.
    """
    return "18 degrees, sunny"


@pytest.fixture(scope="module")
def runner(needle_weights: Path) -> Runner:
    """One process for all tests; it ends with this module."""
    return as_runner("local:needle-3")


def asked(text: str, choice: str = "auto", messages: Sequence[Message] = ()) -> Request:
    specs = tuple(sorted((each.spec for each in (add, weather)), key=lambda spec: spec.name))
    return Request([Message("user", text), *messages], specs, choice)


async def deltas_of(runner: Runner, request: Request) -> list[Any]:
    async with aclosing(runner.generate(request)) as deltas:
        return [delta async for delta in deltas]


async def test_a_request_for_a_tool_is_a_call_with_an_id_and_a_cost(runner: Runner, anyio_backend_name: str) -> None:
    city = {"asyncio": "Lagos", "trio": "Oslo"}[anyio_backend_name]  # what was asked before, costs nothing
    call, finish = await deltas_of(runner, asked(f"What is the weather in {city}?"))
    assert isinstance(call, ToolCall)
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": city})
    assert len(call.id) == 9
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.model, finish.engine) == ("tool_calls", "needle-3", "needle-rs (cpu)")
    assert finish.usage.prompt_tokens > finish.usage.completion_tokens > 0


async def test_an_agent_comes_to_its_answer(runner: Runner) -> None:
    result = await Agent(runner, tools=[add, weather]).run("What is the weather in Lagos?")
    assert (result.response, len(result.turns)) == ("18 degrees, sunny.", 2)


async def test_two_places_are_two_calls(runner: Runner) -> None:
    *calls, _ = await deltas_of(runner, asked("What is the weather in Paris and in Rome?"))
    assert [json.loads(call.arguments)["city"] for call in calls] == ["Paris", "Rome"]


async def test_what_comes_after_a_result_gets_it(runner: Runner) -> None:
    result = await Agent(runner, tools=[add, weather]).run("Add 3 and 4, then add 5 to the result.")
    assert "12" in result.response


async def test_small_talk_calls_nothing(runner: Runner) -> None:
    text, finish = await deltas_of(runner, asked("Good morning!"))
    assert (text, finish.reason) == (TextDelta(NOTHING), "stop")


async def test_no_tool_is_called_where_none_may_be(runner: Runner) -> None:
    text, _ = await deltas_of(runner, asked("What is the weather in Lagos?", "none"))
    assert text == TextDelta(NOTHING)


@pytest.mark.parametrize("choice", ["required", "add"])
async def test_a_call_that_is_required_comes_and_fits(runner: Runner, choice: str) -> None:
    call, finish = await deltas_of(runner, asked("Good morning!", choice))
    assert finish.reason == "tool_calls"
    assert set(json.loads(call.arguments)) in ({"a", "b"}, {"city"})
    assert choice == "required" or call.name == choice


async def test_a_required_call_is_not_made_again_after_its_result(runner: Runner) -> None:
    call = ToolCall("abcdefghi", "add", '{"a":0,"b":0}')
    results = [Message("assistant", "", (call,)), Message("tool", "0", tool_call_id=call.id, name="add")]
    text, finish = await deltas_of(runner, asked("Good morning!", "add", results))
    assert (text.text, finish.reason) == ("The result is 0.", "stop")


async def test_without_tools_it_says_what_it_is_for(runner: Runner) -> None:
    with pytest.raises(BadRequestError, match="writes no prose"):
        await deltas_of(runner, Request([Message("user", "Hello")]))


async def test_it_fills_a_typed_answer(runner: Runner) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    text, _ = await deltas_of(runner, Request([Message("user", "I moved to Lagos.")], output_schema=schema))
    assert json.loads(text.text) == {"city": "Lagos"}


async def test_other_work_goes_on_while_it_computes_and_cancelling_is_quick(runner: Runner) -> None:
    await deltas_of(runner, asked("What is the weather in Oslo?"))
    ticks = 0
    with anyio.move_on_after(1):
        async with anyio.create_task_group() as group:
            group.start_soon(deltas_of, runner, asked("What is the weather in the city of Bergen? " * 60))
            while True:
                await anyio.sleep(0.01)
                ticks += 1
    assert ticks > 10
    assert len(await deltas_of(runner, asked("What is the weather in Turin?"))) == 2


async def test_closed_it_can_be_used_again(runner: Runner) -> None:
    await runner.aclose()
    assert len(await deltas_of(runner, asked("What is the weather in Hanoi?"))) == 2


def test_options_of_other_models_are_not_taken() -> None:
    with pytest.raises(TypeError):
        as_runner("local:needle-3", context=512)


def test_another_caller_is_not_known() -> None:
    with pytest.raises(ConfigurationError, match="caller='other' must be 'needle-3' or None"):
        as_runner("local", caller="other")
