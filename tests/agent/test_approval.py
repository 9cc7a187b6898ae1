"""Approval in a run: who is asked, what happens meanwhile, and how a run that waits ends."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from agentkit import Agent, ConfigurationError, ToolCall, tool
from agentkit.events import ApprovalAsked, Event, RunFinished, ToolFinished, ToolStarted
from agentkit.runners.scripted import Scripted, call

pytestmark = pytest.mark.anyio


@tool(approve=True)
async def delete(path: str) -> str:
    """Delete."""
    return f"deleted {path}"


@tool
async def look(path: str) -> str:
    """Look."""
    return f"saw {path}"


@tool(approve=True, sequential=True)
async def wipe() -> str:
    """Wipe."""
    return "wiped"


async def forever(call: ToolCall) -> bool:
    await anyio.sleep_forever()
    return True


def contents(messages: Any) -> list[str]:
    return [message.content for message in messages if message.role == "tool"]


async def test_the_agents_approver_is_asked_and_the_runs_takes_its_place() -> None:
    agent = Agent(
        Scripted([call("delete", path="a"), "Done."], loop=True), tools=[delete], approve=lambda call: "not that one"
    )
    first = await agent.run("go")
    assert contents(first.messages)[0].endswith("They say: not that one")
    second = await agent.run("go", approve=lambda call: True)
    assert contents(second.messages) == ["deleted a"]


async def test_without_an_approver_the_run_goes_on_without_the_call() -> None:
    with Scripted([call("delete", path="a"), "I may not."]) as runner:
        events = [event async for event in _events(Agent(runner, tools=[delete]))]
    result = next(event.result for event in events if isinstance(event, ToolFinished))
    assert result.status == "refused"
    assert not any(isinstance(event, ApprovalAsked) for event in events)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].result.response == "I may not."


async def _events(agent: Agent[Any], **options: Any) -> Any:
    async with agent.stream("go", **options) as run:
        async for event in run:
            yield event


async def test_the_waiting_is_seen() -> None:
    agent = Agent(Scripted([call("delete", path="a"), "Done."]), tools=[delete], approve=lambda call: True)
    events = [event async for event in _events(agent)]
    kinds = [type(event) for event in events if isinstance(event, ToolStarted | ApprovalAsked | ToolFinished)]
    assert kinds == [ToolStarted, ApprovalAsked, ToolFinished]


async def test_other_calls_of_the_turn_run_while_one_waits() -> None:
    looked = anyio.Event()

    async def approve(call: ToolCall) -> bool:
        await looked.wait()
        return True

    calls = [call("delete", path="a"), call("look", path="b")]
    events: list[Event] = []
    with anyio.fail_after(30):
        async for event in _events(Agent(Scripted([calls, "Done."]), tools=[delete, look], approve=approve)):
            events.append(event)
            if isinstance(event, ToolFinished) and event.call.name == "look":
                looked.set()
    assert contents(events[-1].result.messages) == ["deleted a", "saw b"]  # type: ignore[union-attr]


async def test_a_sequential_tool_waits_alone() -> None:
    seen: list[str] = []

    async def approve(call: ToolCall) -> bool:
        await anyio.sleep(0.05)
        seen.append("approved")
        return True

    calls = [call("look", path="a"), call("wipe"), call("look", path="b")]
    async for event in _events(Agent(Scripted([calls, "Done."]), tools=[look, wipe], approve=approve)):
        if isinstance(event, ToolStarted | ToolFinished):
            seen.append(f"{type(event).__name__} {event.call.name}")  # noqa: PERF401  while it happens
    assert seen[2:] == [
        "ToolStarted wipe",
        "approved",
        "ToolFinished wipe",
        "ToolStarted look",
        "ToolFinished look",
    ]


async def test_the_deadline_ends_the_waiting_and_says_that_nothing_ran() -> None:
    calls = [call("look", path="a"), call("delete", path="b")]
    with Scripted([calls, "What I have."]) as runner, anyio.fail_after(30):
        result = await Agent(runner, tools=[look, delete], approve=forever, deadline=2).run("go")
    assert (result.stop_reason, result.response) == ("deadline", "What I have.")
    assert contents(result.messages)[0] == "saw a"
    assert contents(result.messages)[1].startswith("Not run")


async def test_cancelling_ends_the_waiting_and_each_start_has_an_end() -> None:
    statuses: list[str] = []
    agent = Agent(Scripted([call("delete", path="b")]), tools=[delete], approve=forever)
    with anyio.fail_after(30):
        async with agent.stream("go") as run:
            async for event in run:
                if isinstance(event, ApprovalAsked):
                    run.cancel()
                if isinstance(event, ToolFinished):
                    statuses.append(event.result.status)
    assert run.result.stop_reason == "cancelled"
    assert statuses == ["skipped"]


async def test_a_model_that_insists_is_stopped() -> None:
    steps: Any = [lambda request: call("delete", path="a") if request.tools else "I give up."]
    result = await Agent(Scripted(steps, loop=True), tools=[delete], approve=lambda call: False).run("go")
    assert (result.stop_reason, result.response) == ("stalled", "I give up.")


async def test_an_approver_that_is_no_function_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be a function"):
        Agent(Scripted([]), approve=True)  # type: ignore[arg-type]


async def test_an_agent_that_is_a_tool_asks_whoever_the_other_asks() -> None:
    def deputy(**options: Any) -> Any:
        steps = [call("delete", path="a"), lambda request: request.messages[-1].content]
        return Agent(Scripted(steps), tools=[delete], **options).as_tool("deputy", "Delete things.")

    def outer(tool: Any) -> Agent[str]:
        steps = [call("deputy", request="Delete a."), lambda request: request.messages[-1].content]
        return Agent(Scripted(steps), tools=[tool], approve=lambda call: call.name == "delete")

    assert (await outer(deputy()).run("go")).response == "deleted a"
    assert (await outer(deputy(approve=lambda call: "never")).run("go")).response.endswith("They say: never")
    asked = [event.call.name async for event in _events(outer(deputy())) if isinstance(event, ApprovalAsked)]
    assert asked == ["delete"]
