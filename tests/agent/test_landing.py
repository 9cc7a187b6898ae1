"""Every way a run can end gives a result with its reason and a valid history."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from agentkit import Agent, ConfigurationError, Message, Result, tool
from agentkit.errors import ServerError
from agentkit.events import Landing, RunFinished, ToolFinished, ToolStarted
from agentkit.generation import TextDelta
from agentkit.messages import Usage
from agentkit.runners.scripted import Reply, Scripted, call

pytestmark = pytest.mark.anyio


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
async def wait(seconds: float) -> str:
    """Wait."""
    await anyio.sleep(seconds)
    return "waited"


def check_valid(messages: Sequence[Message]) -> None:
    """Every call has exactly one result, right after it, in order."""
    open_calls: list[str] = []
    for message in messages:
        if message.role == "tool":
            assert message.tool_call_id == open_calls.pop(0)
        else:
            assert not open_calls
            open_calls = [item.id for item in message.tool_calls]
    assert not open_calls


async def test_max_turns_lands_with_a_last_answer_without_tools() -> None:
    steps = [call("add", a=number, b=1) for number in range(3)]
    with Scripted([*steps, "As far as I came: 3."]) as runner:
        result = await Agent(runner, tools=[add], max_turns=3).run("go")
    assert (result.stop_reason, result.response, len(result.turns)) == ("max_turns", "As far as I came: 3.", 4)
    assert runner.requests[-1].tools == ()
    check_valid(result.messages)


async def test_the_deadline_interrupts_the_model_and_leaves_time_to_land() -> None:
    with Scripted([Reply("too late", delay=60), "What I have."]) as runner:
        started = time.monotonic()
        result = await Agent(runner, deadline=2).run("go")
    assert (result.stop_reason, result.response) == ("deadline", "What I have.")
    assert time.monotonic() - started < 30
    check_valid(result.messages)


async def test_the_deadline_interrupts_tools_and_keeps_what_is_finished() -> None:
    calls = [call("add", a=1, b=2), call("wait", seconds=60)]
    with Scripted([calls, "What I have."]) as runner:
        result = await Agent(runner, tools=[add, wait], deadline=2).run("go")
    contents = [message.content for message in result.messages if message.role == "tool"]
    assert contents[0] == "3"
    assert contents[1].startswith("Interrupted")
    assert result.stop_reason == "deadline"
    check_valid(result.messages)


async def test_a_deadline_that_leaves_no_time_to_land_still_gives_a_result() -> None:
    runner = Scripted([Reply("too late", delay=60), Reply("again too late", delay=60)])
    result = await Agent(runner, deadline=0.2).run("go")
    assert (result.stop_reason, result.response) == ("deadline", "")
    check_valid(result.messages)


async def test_the_deadline_covers_an_agent_used_as_a_tool() -> None:
    inner = Agent(Scripted([Reply("never", delay=60)]))
    outer = Agent(
        Scripted([call("helper", request="x"), "Gave up."]), tools=[inner.as_tool("helper", "Helps.")], deadline=2
    )
    assert (await outer.run("go")).response == "Gave up."


async def test_the_token_limit_keeps_a_tenth_for_the_last_answer() -> None:
    usage = Usage(90, 0, 0, 0.0, 1)
    steps = [Reply(calls=(call("add", a=1, b=1),), usage=usage), Reply("Two.", usage=usage)]
    with Scripted(steps) as runner:
        result = await Agent(runner, tools=[add], max_total_tokens=100).run("go")
    assert (result.stop_reason, result.response) == ("usage_limit", "Two.")


async def test_the_limit_on_calls_is_checked_for_all_of_a_turn_before_the_first() -> None:
    ran: list[int] = []

    @tool
    def note(number: int) -> str:
        """Note a number."""
        ran.append(number)
        return "noted"

    steps: list[Any] = [[call("note", number=1)], [call("note", number=2), call("note", number=3)], "Enough."]
    with Scripted(steps) as runner:
        result = await Agent(runner, tools=[note], max_tool_calls=2).run("go")
    assert ran == [1]
    assert result.stop_reason == "usage_limit"
    check_valid(result.messages)


async def test_invented_names_have_one_budget_for_the_whole_run() -> None:
    steps = [call(f"invented_{number}") for number in range(4)]
    with Scripted([*steps, "I give up."]) as runner:
        result = await Agent(runner, tools=[add], max_invalid_calls=3).run("go")
    assert (result.stop_reason, result.response) == ("invalid_calls", "I give up.")
    check_valid(result.messages)


async def test_a_call_cut_by_length_is_never_run() -> None:
    ran: list[str] = []

    @tool
    def write(text: str) -> str:
        """Write a text."""
        ran.append(text)
        return "written"

    cut = Reply(calls=(call("write", text="half of it"),), finish_reason="length")
    with Scripted([cut, "I will be brief."]) as runner:
        result = await Agent(runner, tools=[write]).run("go")
    assert ran == []
    assert "max_tokens" in result.messages[2].content
    check_valid(result.messages)


async def test_an_empty_reply_is_asked_for_again_once_and_then_reported() -> None:
    with Scripted([" ", "Hello."]) as runner:
        assert (await Agent(runner).run("go")).response == "Hello."
    with Scripted(["", ""]) as runner:
        result = await Agent(runner).run("go")
    assert (result.response, result.stop_reason, len(result.turns)) == ("", "empty", 2)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_a_final_answer_that_was_cut_says_so(reason: Any) -> None:
    result = await Agent(Scripted([Reply("half", finish_reason=reason)])).run("go")
    assert (result.stop_reason, result.response) == (reason, "half")


async def test_calls_in_the_last_answer_are_not_made() -> None:
    steps = [call("add", a=1, b=1), "It would be 2."]
    with Scripted(steps) as runner:
        result = await Agent(runner, tools=[add], max_turns=1).run("go")
    assert result.response == "It would be 2."


async def test_cancel_keeps_finished_results_and_ends_with_a_result() -> None:
    calls = [call("add", a=1, b=2), call("wait", seconds=60)]
    agent = Agent(Scripted([calls]), tools=[add, wait])
    result: Result[str] | None = None
    async with agent.stream("go") as run:
        async for event in run:
            if isinstance(event, ToolFinished) and event.call.name == "add":
                run.cancel()
            if isinstance(event, RunFinished):
                result = event.result
    assert result is not None
    assert result.stop_reason == "cancelled"
    contents = [message.content for message in result.messages if message.role == "tool"]
    assert contents[0] == "3"
    assert contents[1].startswith("Interrupted")
    check_valid(result.messages)


async def test_cancel_keeps_the_text_that_had_come() -> None:
    agent = Agent(Scripted([lambda request: Reply("one two three " * 2000)]))
    async with agent.stream("go") as run:
        async for event in run:
            if isinstance(event, TextDelta):
                run.cancel()
    assert run.result.stop_reason == "cancelled"
    assert run.result.response.startswith("one")
    check_valid(run.messages)


async def test_cancellation_from_outside_wins_and_leaves_a_valid_history() -> None:
    calls = [call("add", a=1, b=2), call("wait", seconds=60)]
    agent = Agent(Scripted([calls]), tools=[add, wait])
    with anyio.move_on_after(0.5) as scope:
        async with agent.stream("go") as run:
            async for _ in run:
                pass
    assert scope.cancelled_caught
    assert [message.role for message in run.messages] == ["user", "assistant", "tool", "tool"]
    check_valid(run.messages)


async def test_a_call_that_was_interrupted_is_reported_as_finished_too() -> None:
    agent = Agent(Scripted([call("wait", seconds=60)]), tools=[wait])
    statuses = []
    async with agent.stream("go") as run:
        async for event in run:
            if isinstance(event, ToolStarted):
                run.cancel()
            if isinstance(event, ToolFinished):
                statuses.append(event.result.status)
    assert statuses == ["cancelled"]


async def test_leaving_the_block_early_stops_the_run() -> None:
    agent = Agent(Scripted([call("wait", seconds=60)]), tools=[wait])
    async with agent.stream("go") as run:
        async for event in run:
            if isinstance(event, ToolStarted):
                break
    check_valid(run.messages)
    assert run.messages[-1].role == "tool"


async def test_a_cancelled_history_goes_on_in_the_next_run() -> None:
    runner = Scripted([call("wait", seconds=60), "All good."])
    agent = Agent(runner, tools=[wait])
    async with agent.stream("go") as run:
        async for event in run:
            if isinstance(event, ToolStarted):
                run.cancel()
    result = await agent.run("and now?", history=run.messages)
    assert result.response == "All good."
    check_valid(result.messages)


async def test_landing_is_told() -> None:
    steps = [call("add", a=1, b=1), "Two."]
    agent = Agent(Scripted(steps), tools=[add], max_turns=1)
    async with agent.stream("go") as run:
        events = [event async for event in run]
    assert [event.reason for event in events if isinstance(event, Landing)] == ["max_turns"]


@pytest.mark.parametrize(
    "limits", [{"max_turns": 0}, {"deadline": -1}, {"max_tool_calls": -1}, {"max_total_tokens": 0}]
)
def test_a_limit_that_makes_no_sense_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(limits))):
        Agent(Scripted([]), **limits)


@pytest.mark.parametrize("calls", [(), (call("add", a=1, b=1),)])
async def test_a_reply_that_ends_with_an_error_is_an_error_with_what_had_come(calls: Any) -> None:
    failed = Reply("half of", calls=calls, finish_reason="error")
    with Scripted([failed]) as runner, pytest.raises(ServerError) as caught:
        await Agent(runner, tools=[add]).run("go")
    assert caught.value.text == "half of"
    assert [message.role for message in caught.value.partial.messages][:2] == ["user", "assistant"]
    check_valid(caught.value.partial.messages)
