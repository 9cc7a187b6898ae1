"""`local` with `caller="needle-3"`: one model chooses and talks, the other reads the values."""

from __future__ import annotations

import json
import os
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest

from agentkit import Agent, tool
from agentkit.generation import Request, Sampling, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local import LocalRunner

pytestmark = [pytest.mark.anyio, pytest.mark.real]


@tool
def lend(person: str, amount: float) -> str:
    """Lend money to a person.

    Args:
        person: Who gets the money.
        amount: How much, in euros.
    """
    return f"{person} got {amount:.0f} euros"


@tool
def weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: Name of the city, for example Paris.
    """
    return "sunny"


@pytest.fixture(scope="module")
def runner(weights: Path, needle_weights: Path) -> LocalRunner:
    return LocalRunner(threads=1, caller="needle-3")


async def deltas_of(runner: LocalRunner, text: str, choice: str = "auto") -> list[Any]:
    request = Request([Message("user", text)], (lend.spec, weather.spec), choice, Sampling(max_tokens=8))
    async with aclosing(runner.generate(request)) as deltas:
        return [delta async for delta in deltas]


async def test_an_agent_comes_to_an_answer_in_words(runner: LocalRunner) -> None:
    result = await Agent(runner, tools=[lend, weather]).run("Lend Maria 37,029 euros.")
    assert json.loads(result.messages[1].tool_calls[0].arguments) == {"person": "Maria", "amount": 37029}
    assert "Maria got 37029 euros" in result.response


async def test_small_talk_is_answered_in_words(runner: LocalRunner) -> None:
    text, *_ = await deltas_of(runner, "Hello")
    assert isinstance(text, TextDelta)


@pytest.mark.parametrize("choice", ["required", "weather"])
async def test_a_call_that_is_required_comes(runner: LocalRunner, choice: str) -> None:
    call, *_ = await deltas_of(runner, "Hello", choice)
    assert isinstance(call, ToolCall)
    assert choice in ("required", call.name)


async def test_where_no_tool_may_be_called_none_is(runner: LocalRunner) -> None:
    assert not any(isinstance(delta, ToolCall) for delta in await deltas_of(runner, "Weather in Oslo?", "none"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
async def test_closing_ends_the_other_process_too(runner: LocalRunner, anyio_backend_name: str) -> None:
    await runner.aclose()
    before = workers()
    city = {"asyncio": "Lagos", "trio": "Bergen"}[anyio_backend_name]  # what was asked before, starts nothing
    assert len(await deltas_of(runner, f"What is the weather in {city}?")) == 2
    assert len(workers()) == len(before) + 1
    await runner.aclose()
    assert workers() == before


def workers() -> list[str]:
    """The processes of Needle that this one has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"worker.py" in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


async def test_a_tool_that_is_too_long_for_needle_is_filled_without_it(runner: LocalRunner) -> None:
    described = {"type": "string", "description": "Name of the city, for example Paris. " * 400}
    parameters = {"type": "object", "properties": {"city": described}, "required": ["city"]}
    request = Request([Message("user", "Weather in Oslo?")], (ToolSpec("weather", "Tell the weather.", parameters),))
    async with aclosing(runner.generate(request)) as deltas:
        call = await anext(deltas)
    assert json.loads(call.arguments) == {"city": "Oslo"}
