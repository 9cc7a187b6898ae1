"""A run that goes round in circles is told, then answered from memory, then ended."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit import Agent, tool
from agentkit.events import Stalling
from agentkit.messages import ToolCall
from agentkit.runners.scripted import Scripted, call

pytestmark = pytest.mark.anyio

ran: list[str] = []


@tool
def look(key: str) -> str:
    """Look something up."""
    ran.append(key)
    return f"nothing about {key[0]}"


@tool
def broken(key: str) -> str:
    """Fail."""
    raise ValueError("always the same")


async def stalls(steps: list[ToolCall], tools: list[Any], end: str = "I give up.") -> tuple[list[str], str]:
    ran.clear()
    agent = Agent(Scripted([*steps, end]), tools=tools)
    async with agent.stream("go") as run:
        actions = [event.action async for event in run if isinstance(event, Stalling)]
    return actions, run.result.stop_reason


async def test_the_same_call_with_the_same_result_is_nudged_cached_and_landed() -> None:
    steps = [call("look", key="x") for _ in range(4)]
    assert await stalls(steps, [look]) == (["nudge", "cached", "land"], "stalled")
    assert ran == ["x", "x"]


async def test_a_cycle_of_two_is_seen() -> None:
    steps = [call("look", key="ab"[number % 2]) for number in range(7)]
    actions, reason = await stalls(steps, [look])
    assert (actions, reason) == (["nudge", "cached", "cached", "land"], "stalled")
    assert ran == ["a", "b", "a", "b"]


async def test_different_arguments_with_equal_results_are_no_stall() -> None:
    steps = [call("look", key=f"x{number}") for number in range(6)]
    assert await stalls(steps, [look]) == ([], "final")


async def test_equal_arguments_in_another_order_are_the_same_call() -> None:
    @tool
    def pair(a: int, b: int) -> str:
        """Pair."""
        return "same"

    steps = [
        ToolCall("a00000001", "pair", '{"a": 1, "b": 2}'),
        ToolCall("a00000002", "pair", '{"b":2,"a":1}'),
    ]
    assert (await stalls(steps, [pair]))[0] == ["nudge"]


async def test_polling_may_go_on() -> None:
    @tool(polling=True)
    def status() -> str:
        """Ask for the status."""
        return "still running"

    assert await stalls([call("status") for _ in range(8)], [status]) == ([], "final")


async def test_a_result_that_changes_is_progress() -> None:
    count = iter(range(100))

    @tool
    def draw() -> int:
        """Draw a number."""
        return next(count)

    assert await stalls([call("draw") for _ in range(6)], [draw]) == ([], "final")


async def test_the_same_failure_again_and_again_ends_the_run() -> None:
    steps = [call("broken", key=f"x{number}") for number in range(6)]
    assert await stalls(steps, [broken]) == (["nudge"], "stalled")


async def test_a_cached_result_is_marked_for_the_model() -> None:
    steps: list[Any] = [call("look", key="x") for _ in range(3)]
    result = await Agent(Scripted([*steps, "ok"]), tools=[look]).run("go")
    contents = [message.content for message in result.messages if message.role == "tool"]
    assert contents[0] == "nothing about x"
    assert contents[1].startswith("nothing about x\n\n(This call was made before")
    assert contents[2].startswith("Not run again")
