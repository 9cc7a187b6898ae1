"""A conversation with a Workers AI that refuses what the real one refuses, or may refuse.

It validates strictly against the documented schema, and beyond it by contract/workers_ai.md sections 5 to 7, 10, 11b.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agentkit.errors import AgentKitError, AuthenticationError, BadRequestError, ModelNotFoundError
from agentkit.generation import Delta, Finish, ReasoningDelta, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.workers_ai import WorkersAIRunner

from .loopback import Seen, Step, events, reply, serve

pytestmark = pytest.mark.anyio

MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
SEED = json.loads((Path(__file__).parent.parent / "data/seed002.llama-2-13b-chat-awq.input.schema.json").read_text())
BRANCH = jsonschema.Draft202012Validator({"type": "object", **SEED["oneOf"][1]})


class Refusal(Exception):
    """Status, code and text of an error."""


def refuse(status: int, code: int, text: str) -> None:
    raise Refusal(status, code, text)


def check(request: Seen) -> None:
    """Refuse what Workers AI refuses."""
    if request.headers.get("authorization") != "Bearer secret":
        refuse(401, 10000, "Authentication error")
    if request.target != f"/client/v4/accounts/acc/ai/run/{MODEL}":
        refuse(400, 5007, f"No such model {request.target} or task")
    body = request.json
    for problem in BRANCH.iter_errors(body):
        refuse(400, 5006, f"AiError: Bad input: Error: {problem.message} at {problem.json_path}")
    nulls = [name for name, value in body.items() if value is None]
    if nulls or "prompt" in body:
        refuse(400, 5006, f"AiError: Bad input: Error: Type mismatch of {nulls}")
    if "max_tokens" not in body:
        refuse(400, 5006, "the default of 256 would cut the call")
    if any("function" not in tool or "name" in tool for tool in body.get("tools", ())):
        refuse(400, 8001, "AiError: AiError: Invalid input")
    if body.get("tool_choice") == "any" or ("tool_choice" in body and not body.get("tools")):
        refuse(400, 8001, "AiError: AiError: Invalid input")
    form = body.get("response_format")
    if form and body.get("stream"):
        refuse(400, 5023, "JSON Schema mode is not supported with stream mode")
    if form and {"schema", "strict"} & form["json_schema"].keys():
        refuse(400, 5006, "the schema must be bare")
    check_messages(body["messages"])


def check_messages(messages: Sequence[dict[str, Any]]) -> None:
    open_calls: dict[str, str] = {}
    for message in messages:
        if open_calls and message["role"] != "tool":
            refuse(400, 8007, f"calls without a result: {open_calls}")
        for call in message.get("tool_calls", ()):
            arguments = call["function"]["arguments"]
            if not isinstance(arguments, str) or not isinstance(json.loads(arguments), dict):
                refuse(400, 8001, "Assistant tool call function.arguments must be a JSON object.")
            if call["type"] != "function" or call["id"] in open_calls:
                refuse(400, 8001, "Invalid input")
            open_calls[call["id"]] = call["function"]["name"]
        if message["role"] == "tool" and open_calls.pop(message.get("tool_call_id", ""), "") != message.get("name"):
            refuse(400, 8001, "a result without its call")
        if {"reasoning_content", "encoded"} & message.keys():
            refuse(400, 8001, "Invalid input")


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


def service() -> Callable[[Seen], Sequence[Step]]:
    def answer(request: Seen) -> Sequence[Step]:
        try:
            check(request)
        except Refusal as refusal:
            status, code, text = refusal.args
            return reply({"errors": [{"code": code, "message": text}], "success": False, "result": {}}, status)
        turn = sum(message["role"] == "assistant" for message in request.json["messages"])
        whole, frames = ANSWERS[min(turn, len(ANSWERS) - 1)]
        return events(*frames) if request.json.get("stream") else reply(envelope(whole))

    return answer


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
    async with serve(service()) as server:
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
    async with serve(service()) as server:
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
    async with serve(service()) as server:
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
    ],
)
async def test_the_service_is_strict(
    options: dict[str, Any], change: dict[str, Any], kind: type[AgentKitError]
) -> None:
    async with serve(service()) as server:
        asked = runner(server.url, **options)
        with pytest.raises(kind):
            await ask(asked, Request(**({"messages": [Message("user", "Hi")]} | change)))
        await asked.aclose()
