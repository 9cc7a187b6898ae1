"""Conversations with a Workers AI that refuses what the real one refuses, or may refuse: `strict_service`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from agentkit import Agent
from agentkit.errors import (
    AgentKitError,
    AuthenticationError,
    BadRequestError,
    ContextOverflowError,
    ModelNotFoundError,
)
from agentkit.generation import Delta, Finish, ReasoningDelta, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.workers_ai import WorkersAIRunner

from ..wire.cases.table import CASES, streamed, written
from .loopback import Seen, Step, chunk, events, reply, serve
from .strict_service import MODEL, service

pytestmark = pytest.mark.anyio


def envelope(result: Any) -> dict[str, Any]:
    return {"result": result, "success": True, "errors": [], "messages": []}


USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "neurons": 0.5}
OPENAI_CALL = {"id": "chatcmpl-tool-1", "type": "function", "function": {"name": "add", "arguments": '{"a": "1"}'}}

ANSWERS: list[tuple[dict[str, Any], list[Any]]] = [
    (
        {"response": None, "tool_calls": [{"name": "add", "arguments": {"a": "1"}}, {"name": "now", "arguments": {}}]},
        [
            {"tool_calls": [{"index": 0, "id": None, "name": "add", "arguments": {"a": "1"}}], "p": "abdef"},
            {"tool_calls": [{"index": 1, "name": "now", "arguments": {}}]},
            {"response": "", "tool_calls": [], "usage": USAGE},
        ],
    ),
    (
        {"choices": [{"index": 0, "finish_reason": "stop", "message": {
            "content": None, "reasoning_content": "Again.", "tool_calls": [OPENAI_CALL]}}]},
        [
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "reasoning_content": "Again."}}]},
            {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **OPENAI_CALL}]}}]},
            {"choices": [{"index": 0, "delta": {"content": None}, "finish_reason": "tool_calls"}], "usage": USAGE},
        ],
    ),
    ({"tool_calls": [OPENAI_CALL]}, [{"tool_calls": [{"index": 0, **OPENAI_CALL}]}]),
    (
        {"response": "It is 3.", "tool_calls": [], "usage": USAGE},
        [{"response": "It is "}, {"response": 3}, {"response": "."}, {"response": "", "usage": USAGE}],
    ),
]  # fmt: skip
"""Whole and streamed: native without ids, a chat completion, native with the id of before again, text."""


def play(request: Seen) -> Sequence[Step]:
    turn = sum(message["role"] == "assistant" for message in request.json["messages"])
    whole, frames = ANSWERS[min(turn, len(ANSWERS) - 1)]
    return events(*frames) if request.json.get("stream") else reply(envelope(whole))


def spec(name: str, **properties: Any) -> ToolSpec:
    return ToolSpec(name, f"The tool {name}.", {"type": "object", "properties": properties})


TOOLS = (spec("add", a={"type": "string", "description": "A number."}), spec("now"))


def runner(url: str, **options: Any) -> WorkersAIRunner:
    given = {"model": MODEL, "account_id": "acc", "api_token": "secret", "retries": 0} | options
    return WorkersAIRunner(base_url=url, **given)


async def ask(asked: WorkersAIRunner, request: Request) -> list[Delta]:
    return [delta async for delta in asked.generate(request)]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_conversation_with_tools(stream: bool) -> None:
    messages = [Message("system", "Be brief."), Message("user", "1 + 2, twice?")]
    async with serve(service(play)) as server:
        asked = runner(server.url, stream=stream)
        for turn in range(4):
            choice = "required" if turn == 0 else "auto"
            deltas = await ask(asked, Request(messages, TOOLS, choice, Sampling(temperature=0.5), conversation="c1"))
            calls = tuple(delta for delta in deltas if isinstance(delta, ToolCall))
            text = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
            thought = "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta))
            messages.append(Message("assistant", text, calls, reasoning=thought or None))
            messages += [Message("tool", "3", tool_call_id=call.id, name=call.name) for call in calls]
            assert isinstance(deltas[-1], Finish)
            assert deltas[-1].reason == ("stop" if turn == 3 else "tool_calls")
        await asked.aclose()
        assert server.connections == 1
    assert [len(message.tool_calls) for message in messages if message.role == "assistant"] == [2, 1, 1, 0]
    assert messages[-1].content == "It is 3."
    sent = [message.get("tool_call_id") for message in server.requests[3].json["messages"] if message["role"] == "tool"]
    assert sent[2:] == ["chatcmpl-tool-1", "chatcmpl-tool-1"]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_typed_answer(stream: bool) -> None:
    async with serve(service(play)) as server:
        asked = runner(server.url, stream=stream)
        messages = [Message("user", "?"), *[Message("assistant", "x"), Message("user", "y")] * 3]
        schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
        deltas = await ask(asked, Request(messages, output_schema=schema))
        assert deltas[0] == TextDelta("It is 3.")
        await asked.aclose()


@pytest.mark.parametrize("arguments", ["", "{", "[]", "null"])
async def test_a_call_that_was_broken_does_not_poison_the_conversation(arguments: str) -> None:
    history = [
        Message("user", "?"),
        Message("assistant", "", (ToolCall("abcdefghi", "add", arguments),)),
        Message("tool", "these arguments are no JSON object", tool_call_id="abcdefghi", name="add"),
    ]
    async with serve(service(play)) as server:
        asked = runner(server.url)
        assert isinstance((await ask(asked, Request(history, TOOLS)))[-1], Finish)
        await asked.aclose()


@pytest.mark.parametrize(
    ("options", "change", "kind"),
    [
        ({"api_token": "wrong"}, {}, AuthenticationError),
        ({"model": "@cf/x/y"}, {}, ModelNotFoundError),
        ({}, {"messages": [Message("user", None)]}, BadRequestError),  # type: ignore[arg-type]
        ({}, {"extra": {"temperature": 9}}, BadRequestError),
        ({}, {"extra": {"max_tokens": None}}, BadRequestError),
        ({}, {"extra": {"max_token": 5}}, BadRequestError),
        ({}, {"sampling": Sampling(max_tokens=128_000)}, ContextOverflowError),
        ({"account_id": "other"}, {}, AuthenticationError),
    ],
)
async def test_what_it_refuses_has_its_class(
    options: dict[str, Any], change: dict[str, Any], kind: type[AgentKitError]
) -> None:
    async with serve(service(play)) as server:
        asked = runner(server.url, **options)
        with pytest.raises(kind):
            await ask(asked, Request(**({"messages": [Message("user", "Hi")]} | change)))
        await asked.aclose()


CALLING = {name: case for name, case in CASES.items() if case.calls and case.reason != "length"}
"""The rows of the table that call tools."""


def perform(request: Seen) -> Sequence[Step]:
    """The row whose name is the prompt, and an answer once there are results."""
    name, *later = [message for message in request.json["messages"] if message["role"] != "system"]
    if later:
        return reply(envelope({"response": "Done."}))
    stream = streamed(CASES[name["content"]])
    if stream is None:
        return reply(written(CASES[name["content"]].came))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return [head + chunk(stream) + b"0\r\n\r\n"]


def add(a: int) -> int:
    """Add one."""
    return a + 1


def sub(b: int = 0) -> int:
    """Take one away."""
    return b - 1


def now() -> str:
    """The time."""
    return "12:00"


def get_vn_details(id: int) -> str:
    """Details of a novel."""
    return f"novel {id}"


@pytest.mark.parametrize("stream", [True, False])
async def test_an_agent_gets_through_with_calls_of_every_shape(stream: bool) -> None:
    """Each call has one result, and the conversation is one that the service takes."""
    wrong = {}
    with anyio.fail_after(60):
        async with serve(service(perform)) as server:
            agent = Agent(runner(server.url, stream=stream), tools=[add, sub, now, get_vn_details])
            for name, case in CALLING.items():
                result = await agent.run(name)
                told = [message.name for message in result.messages if message.role == "tool"]
                if (result.response, result.stop_reason) != ("Done.", "final") or told != [
                    call for call, _ in case.calls
                ]:
                    wrong[name] = result
            await agent.aclose()
    assert wrong == {}
    assert len(CALLING) > 80


EMPTY = {
    "text": {"response": ""},
    "null": {"response": None},
    "white space": {"response": " \n"},
    "no calls": {"response": "", "tool_calls": []},
    "a choice": {"choices": [{"message": {"content": None}, "finish_reason": "stop"}]},
    "only thoughts": {"choices": [{"message": {"content": "", "reasoning": "Hm."}, "finish_reason": "stop"}]},
}


@pytest.mark.parametrize("name", EMPTY)
async def test_an_empty_reply_is_asked_for_again_once_and_then_told(name: str) -> None:
    async with serve(service(lambda _: reply(envelope(EMPTY[name])))) as server:
        agent = Agent(runner(server.url))
        result = await agent.run("Hi")
        assert (result.stop_reason, len(server.requests)) == ("empty", 2)
        await agent.aclose()


async def test_a_reply_that_reasoning_has_eaten_is_told_as_cut() -> None:
    """Quirk Q55."""
    eaten = {"choices": [{"message": {"content": None, "reasoning": "2 + 2 is"}, "finish_reason": "length"}]}
    async with serve(service(lambda _: reply(envelope(eaten)))) as server:
        agent = Agent(runner(server.url))
        result = await agent.run("2 + 2?")
        assert (result.response.strip(), result.stop_reason) == ("", "length")
        await agent.aclose()
