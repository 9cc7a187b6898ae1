"""A history that is given: made valid once, and what was mended is told."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit import Agent, ConfigurationError, Message, tool
from agentkit.generation import Repaired
from agentkit.messages import ToolCall
from agentkit.runners.scripted import Scripted, call
from agentkit.wire.history import lint

pytestmark = pytest.mark.anyio

CALL = ToolCall("abcdefghi", "add", '{"a": 1}')
RESULT = Message("tool", "2", tool_call_id="abcdefghi", name="add")
FINE = [Message("user", "1 + 1?"), Message("assistant", "", (CALL,)), RESULT, Message("assistant", "2")]


@tool
def add(a: int) -> int:
    """Add one."""
    return a + 1


async def watched(history: list[Any], prompt: str | None = "And now?") -> tuple[Scripted, list[Repaired]]:
    runner = Scripted(["ok"])
    async with Agent(runner).stream(prompt, history=history) as run:
        return runner, [event async for event in run if isinstance(event, Repaired)]


async def test_messages_that_are_fine_are_the_same_objects() -> None:
    runner, repaired = await watched(FINE)
    sent = runner.requests[0].messages
    assert all(message is given for message, given in zip(sent[:4], FINE, strict=True))
    assert repaired == []


async def test_two_answers_in_a_row_stay_where_the_prompt_comes_after_them() -> None:
    _, repaired = await watched([*FINE, Message("assistant", "Or not?")])
    assert repaired == []


async def test_a_call_without_a_result_is_closed() -> None:
    runner, [repaired] = await watched(FINE[:2])
    assert [message.role for message in runner.requests[0].messages] == ["user", "assistant", "tool", "user"]
    assert repaired.what == "history, message 1: its call 'abcdefghi' of 'add' has no result."
    assert '"role": "assistant"' in repaired.before
    assert "may or may not have taken effect" in repaired.after


async def test_a_result_without_its_call_is_kept() -> None:
    runner, repaired = await watched([RESULT, Message("assistant", "2")])
    assert runner.requests[0].messages[1] is RESULT
    assert len(repaired) == 1


async def test_a_history_of_workers_ai_is_read() -> None:
    """contract/workers_ai.md section 7.1."""
    native = [
        {"role": "user", "content": "1 + 1?"},
        {"role": "assistant", "content": '{"name":"add","arguments":{"a":1}}'},
        {"role": "tool", "content": "2"},
    ]
    runner, _ = await watched(native, None)
    _, asked, told = runner.requests[0].messages
    assert (asked.tool_calls[0].name, asked.tool_calls[0].arguments) == ("add", '{"a": 1}')
    assert told.tool_call_id == asked.tool_calls[0].id


async def test_what_a_run_leaves_needs_no_repair() -> None:
    runner = Scripted([call("add", a=1), "2"])
    result = await Agent(runner, tools=[add]).run("1 + 1?")
    assert lint(result.messages) == []


@pytest.mark.parametrize("entry", ["Hello", 7, {"role": "banana"}])
async def test_what_is_no_message_is_refused(entry: Any) -> None:
    with pytest.raises(ConfigurationError, match="history has an entry that is no message"):
        await Agent(Scripted([])).run("b", history=[entry])


async def test_instructions_of_a_run_follow_those_of_the_agent() -> None:
    with Scripted(["Hi."]) as runner:
        await Agent(runner, instructions="You are Ada.").run("Hello", instructions="Be brief.")
    assert runner.requests[0].messages[0] == Message("system", "You are Ada.\n\nBe brief.")


async def test_instructions_of_a_run_do_without_those_of_an_agent() -> None:
    with Scripted(["Hi."]) as runner:
        await Agent(runner).run("Hello", instructions="Be brief.")
    assert runner.requests[0].messages[0] == Message("system", "Be brief.")
