"""Whatever the model replies and wherever a run is stopped: it lands, and its history is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit import Agent, Message, RunnerError, ToolError, tool
from agentkit.events import Event, RunFinished, ToolFinished, ToolStarted
from agentkit.generation import Request
from agentkit.messages import ToolCall, Usage
from agentkit.runners.scripted import Reply, Scripted


@tool
async def echo(text: str) -> str:
    """Give the text back."""
    await anyio.lowlevel.checkpoint()
    return text


@tool(sequential=True)
async def refuse(text: str) -> str:
    """Refuse."""
    raise ToolError(text)


@tool
def crash(number: int) -> str:
    """Crash."""
    raise ValueError(number)


@tool(approve=True)
async def ask(text: str) -> str:
    """Give the text back, if that is approved."""
    return text


async def approve(call: ToolCall) -> bool | str:
    """Say yes or no, after a while."""
    await anyio.lowlevel.checkpoint()
    return int(call.id) % 2 == 0 or "not now"


names = st.sampled_from(["echo", "refuse", "crash", "ask", "invented"])
arguments = st.sampled_from(["{}", '{"text": "a"}', '{"number": 1}', '{"text": ["a"]}', "null", "", "{", "[1]", '"x"'])
calls = st.lists(st.tuples(names, arguments), max_size=3)
reasons = st.sampled_from([None, None, None, "length", "content_filter", "stop"])
replies = st.lists(st.tuples(st.sampled_from(["", "Some text."]), calls, reasons), min_size=1, max_size=6)
limits = st.fixed_dictionaries(
    {},
    optional={
        "max_turns": st.integers(1, 5),
        "max_tool_calls": st.integers(0, 4),
        "max_total_tokens": st.integers(1, 60),
        "max_invalid_calls": st.integers(0, 2),
        "output": st.just(int),
        "approve": st.just(approve),
    },
)


def script(chosen: Sequence[tuple[str, Sequence[tuple[str, str]], Any]]) -> Scripted:
    """The replies, again and again; their calls have new ids each time."""
    count = iter(range(1_000_000))

    def reply_to(text: str, wanted: Sequence[tuple[str, str]], reason: Any) -> Any:
        def reply(request: Request) -> Reply:
            offered = wanted if request.tools else ()
            made = tuple(ToolCall(f"{next(count):09}", name, given) for name, given in offered)
            return Reply(text, made, finish_reason=reason, usage=Usage(10, 5, 0, 0.0, 1))

        return reply

    return Scripted([reply_to(*item) for item in chosen], loop=True)


def check(messages: Sequence[Message]) -> None:
    waiting: list[str] = []
    for message in messages:
        if message.role == "tool":
            assert message.tool_call_id == waiting.pop(0)
        else:
            assert not waiting
            waiting = [item.id for item in message.tool_calls]
    assert not waiting


@settings(max_examples=150, deadline=None)
@given(replies, limits)
def test_a_run_always_lands_with_a_valid_history(chosen: Any, options: Any) -> None:
    agent: Agent[Any] = Agent(script(chosen), tools=[echo, refuse, crash, ask], **options)
    result = anyio.run(agent.run, "go")
    check(result.messages)
    assert len(result.turns) <= options.get("max_turns", 20) + 4
    assert result.response == (result.messages[-1].content if result.messages[-1].role == "assistant" else "")


@settings(max_examples=100, deadline=None)
@given(replies, limits, st.integers(0, 25), st.booleans())
def test_a_run_that_is_stopped_anywhere_leaves_a_valid_history(
    chosen: Any, options: Any, when: int, leave: bool
) -> None:
    agent: Agent[Any] = Agent(script(chosen), tools=[echo, refuse, crash, ask], **options)

    async def main() -> tuple[list[Event], list[Message]]:
        events: list[Event] = []
        async with agent.stream("go") as run:
            async for event in run:
                events.append(event)
                if len(events) == when:
                    if leave:
                        break
                    run.cancel()
        return events, run.messages

    events, messages = anyio.run(main)
    check(messages)
    if not (leave and len(events) == when):
        assert isinstance(events[-1], RunFinished)
        started = [event.call.id for event in events if isinstance(event, ToolStarted)]
        finished = [event.call.id for event in events if isinstance(event, ToolFinished)]
        assert sorted(started) == sorted(finished)


@settings(max_examples=50, deadline=None)
@given(replies, st.integers(0, 4))
def test_an_endpoint_that_fails_anywhere_leaves_a_valid_history(chosen: Any, when: int) -> None:
    steps: list[Any] = [*script(chosen)._steps[:when], Reply("half an ", error=RunnerError("broken"))]
    agent = Agent(Scripted(steps, loop=True), tools=[echo, refuse, crash, ask])
    try:
        result = anyio.run(agent.run, "go")
    except RunnerError as error:
        result = error.partial
    check(result.messages)
