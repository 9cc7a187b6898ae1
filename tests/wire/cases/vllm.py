"""vLLM's server: chat completions with much more in them."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import BadRequestError, ServerError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, piece

HEAD = {"id": "chatcmpl-1f", "object": "chat.completion", "created": 1, "model": "qwen"}
CHUNK = HEAD | {"object": "chat.completion.chunk"}
USAGE = {"prompt_tokens": 10, "total_tokens": 15, "completion_tokens": 5, "prompt_tokens_details": None}
USED = Usage(10, 5, requests=1)
ID = "chatcmpl-tool-0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def whole(content: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, "refusal": None, "annotations": None, "audio": None, "function_call": None, "tool_calls": [], "reasoning_content": None} | more
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": finish, "stop_reason": None, "token_ids": None}
    return HEAD | {"choices": [choice], "service_tier": None, "system_fingerprint": None, "usage": USAGE, "prompt_logprobs": None, "kv_transfer_params": None}


def part(finish: str | None = None, **said: Any) -> dict[str, Any]:
    return CHUNK | {"choices": [{"index": 0, "delta": said, "logprobs": None, "finish_reason": finish}]}


TOTAL = CHUNK | {"choices": [], "usage": USAGE}

WHOLE = {
    "text": Case(whole("Hello"), "Hello", usage=USED, model="qwen"),
    "call": Case(whole(None, "tool_calls", tool_calls=[called(id=ID)]), calls=[ADD], ids=[ID], usage=USED, model="qwen"),
    "call that was forced by name, finish_reason stop (Q27)": Case(whole("", "stop", tool_calls=[called(id=ID)]), calls=[ADD], usage=USED, model="qwen"),
    "two calls": Case(whole(None, "tool_calls", tool_calls=[called(id=ID), called("sub", "{}", id=ID[:-1])]), calls=[ADD, ("sub", "{}")], ids=[ID, ID[:-1]], usage=USED, model="qwen"),
    "reasoning": Case(whole("\n\n4", reasoning_content="2 + 2"), "\n\n4", reasoning="2 + 2", usage=USED, model="qwen"),
    "reasoning, the newer name": Case(whole("4", reasoning="2 + 2"), "4", reasoning="2 + 2", usage=USED, model="qwen"),
    "no parser for calls": Case(whole('<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>'), calls=[ADD], usage=USED, model="qwen", tools=["add"], repairs=["a call was written as text (hermes)"]),
    "stopped by abort": Case(whole("Hel", "abort"), "Hel", reason="error", usage=USED, model="qwen"),
}

STREAMS = {
    "text": Case([part(role="assistant", content=""), part(content="Hel"), part(content="lo"), part("stop", content="") , TOTAL, DONE], "Hello", usage=USED, model="qwen"),
    "usage on every chunk, as totals (Q47)": Case([
        part(role="assistant", content="") | {"usage": {"prompt_tokens": 10, "total_tokens": 10, "completion_tokens": 0}},
        part(content="Hel") | {"usage": {"prompt_tokens": 10, "total_tokens": 11, "completion_tokens": 1}},
        part("stop", content="lo") | {"usage": {"prompt_tokens": 10, "total_tokens": 12, "completion_tokens": 2}}, DONE], "Hello", usage=Usage(10, 2, requests=1), model="qwen"),
    "call": Case([
        part(role="assistant", content=""),
        part(tool_calls=[{"id": ID, "type": "function", "index": 0, "function": {"name": "add"}}]), part(tool_calls=[piece('{"a": ')]), part(tool_calls=[piece("1}")]),
        part("tool_calls", content=""), TOTAL, DONE], calls=[ADD], ids=[ID], usage=USED, model="qwen"),
    "two calls": Case([
        part(tool_calls=[{"id": ID, "type": "function", "index": 0, "function": {"name": "add", "arguments": ""}}]), part(tool_calls=[piece('{"a": 1}')]),
        part(tool_calls=[{"id": ID[:-1], "type": "function", "index": 1, "function": {"name": "sub", "arguments": ""}}]), part(tool_calls=[piece("{}", 1)]),
        part("tool_calls", content=""), TOTAL, DONE], calls=[ADD, ("sub", "{}")], ids=[ID, ID[:-1]], usage=USED, model="qwen"),
    "no [DONE], the finish_reason beside the last text": Case([part(role="assistant", content="Hel"), part("stop", content="lo")], "Hello", model="qwen"),
    "text, then a call": Case([part(role="assistant", content="Wait."), part(tool_calls=[{"index": 0, **called(id=ID)}]), part("tool_calls"), DONE], "Wait.", [ADD], model="qwen"),
    "reasoning": Case([part(role="assistant", content=""), part(reasoning_content="2 +"), part(reasoning_content=" 2"), part(content="4"), part("stop"), DONE], "4", reasoning="2 + 2", model="qwen"),
    "an error, then done": Case([part(content="Hel"), {"error": {"message": "EngineCore encountered an issue.", "type": "InternalServerError", "param": None, "code": 500}}, DONE], "Hel", error=ServerError, says="EngineCore"),
    "an error of an older one": Case([part(content="Hel"), {"object": "error", "message": "bad grammar", "type": "BadRequestError", "param": None, "code": 400}, DONE], "Hel", error=BadRequestError, says="bad grammar"),
}
