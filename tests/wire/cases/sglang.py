"""SGLang's server: every fragment of a call has all the keys."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import BadRequestError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called

HEAD = {"id": "0b1c", "created": 1, "model": "default"}
USAGE = {"prompt_tokens": 10, "total_tokens": 15, "completion_tokens": 5, "prompt_tokens_details": None, "reasoning_tokens": 0}
USED = Usage(10, 5, requests=1)


def whole(content: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, "reasoning_content": None, "tool_calls": None} | more
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": finish, "matched_stop": 151645}
    return HEAD | {"object": "chat.completion", "choices": [choice], "usage": USAGE, "metadata": {"weight_version": "default"}}


def part(content: Any = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    said = {"role": None, "content": content, "reasoning_content": None, "tool_calls": None} | more
    return HEAD | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": said, "logprobs": None, "finish_reason": finish, "matched_stop": None}], "usage": None}


def fragment(arguments: str, name: str | None = None, call_id: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"id": call_id, "index": index, "type": "function", "function": {"name": name, "arguments": arguments}}


TOTAL = HEAD | {"object": "chat.completion.chunk", "choices": [], "usage": USAGE}

WHOLE = {
    "text": Case(whole("Hello"), "Hello", usage=USED, model="default"),
    "call": Case(whole(None, "tool_calls", tool_calls=[called(id="call_8a", index=0)]), calls=[ADD], ids=["call_8a"], usage=USED, model="default"),
    "two calls, index -1": Case(whole("", "tool_calls", tool_calls=[called(id="call_0", index=-1), called("sub", "{}", id="call_1", index=-1)]), calls=[ADD, ("sub", "{}")], usage=USED, model="default"),
    "reasoning": Case(whole("4", reasoning_content="2 + 2"), "4", reasoning="2 + 2", usage=USED, model="default"),
    "stopped by abort": Case(whole("", "abort"), reason="error", usage=USED, model="default"),
}

STREAMS = {
    "text": Case([part("", role="assistant"), part("Hel"), part("lo"), part(None, "stop"), TOTAL, DONE], "Hello", usage=USED, model="default"),
    "call": Case([
        part("", role="assistant"), part(tool_calls=[fragment("", "add", "call_8a")]), part(tool_calls=[fragment('{"a": ')]), part(tool_calls=[fragment("1}")]),
        part(None, "tool_calls"), TOTAL, DONE], calls=[ADD], ids=["call_8a"], usage=USED, model="default"),
    "two calls": Case([
        part(tool_calls=[fragment("", "add", "call_1")]), part(tool_calls=[fragment('{"a": 1}')]),
        part(tool_calls=[fragment("", "sub", "call_2", 1)]), part(tool_calls=[fragment("{}", index=1)]), part(None, "tool_calls"), DONE],
        calls=[ADD, ("sub", "{}")], ids=["call_1", "call_2"], model="default"),
    "call, finish_reason stop (Q27)": Case([part(tool_calls=[fragment('{"a": 1}', "add", "call_1")]), part(None, "stop"), DONE], calls=[ADD], model="default"),
    "two finish reasons, the second lies (Q27)": Case([part(tool_calls=[fragment('{"a": 1}', "add", "call_1")]), part(None, "tool_calls"), part("", "stop"), DONE], calls=[ADD], model="default"),
    "reasoning": Case([part("", role="assistant"), part(reasoning_content="2 + 2"), part("4"), part(None, "stop"), DONE], "4", reasoning="2 + 2", model="default"),
    "an error": Case([part("Hel"), {"error": {"object": "error", "message": "Input is too odd", "type": "BadRequestError", "param": None, "code": 400}}, DONE], "Hel", error=BadRequestError, says="odd"),
}
