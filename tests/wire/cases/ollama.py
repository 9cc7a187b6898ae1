"""Ollama, under `/v1` and in its own shapes (`/api/chat`, `/api/generate`: a line of JSON for each frame)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import json
from typing import Any

from agentkit.errors import ServerError, TruncatedStreamError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, message

HEAD = {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1, "model": "llama3.2", "system_fingerprint": "fp_ollama"}
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
USED = Usage(10, 5, requests=1)
OWN_USAGE = {"total_duration": 4883583458, "load_duration": 1334875, "prompt_eval_count": 10, "prompt_eval_duration": 342546000, "eval_count": 5, "eval_duration": 4535599000}


def part(content: Any = "", finish: str | None = None, **more: Any) -> dict[str, Any]:
    return HEAD | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": content} | more, "finish_reason": finish}]}


def own(content: str = "", *, done: bool = False, **more: Any) -> dict[str, Any]:
    end = {"done_reason": "stop", "done": True} | OWN_USAGE if done else {"done": False}
    return {"model": "llama3.2", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": content} | more} | end


def lines(*frames: Any) -> str:
    return "".join(json.dumps(frame) + "\n" for frame in frames)


OWN_CALL = {"function": {"name": "add", "arguments": {"a": 1}}}

WHOLE = {
    "text": Case(message("Hello") | HEAD | {"usage": USAGE}, "Hello", usage=USED, model="llama3.2"),
    "call": Case(message("", "tool_calls", tool_calls=[called(id="call_ab", index=0)]) | HEAD, calls=[ADD], ids=["call_ab"], model="llama3.2"),
    "call, finish_reason stop (Q27)": Case(message("", "stop", tool_calls=[called(id="call_ab")]) | HEAD, calls=[ADD], model="llama3.2"),
    "reasoning": Case(message("4", reasoning="2 + 2") | HEAD, "4", reasoning="2 + 2", model="llama3.2"),
    "own: text": Case(own("Hello", done=True), "Hello", usage=USED, model="llama3.2"),
    "own: call": Case(own(done=True, tool_calls=[OWN_CALL]), calls=[ADD], ids=[None], usage=USED, model="llama3.2"),
    "own: two calls": Case(own(done=True, tool_calls=[OWN_CALL, OWN_CALL]), calls=[ADD, ADD], usage=USED, model="llama3.2"),
    "own: thinking": Case(own("4", done=True, thinking="2 + 2"), "4", reasoning="2 + 2", usage=USED, model="llama3.2"),
    "own: cut by length": Case(own("Hel", done=True) | {"done_reason": "length"}, "Hel", reason="length", usage=USED, model="llama3.2"),
    "own: /api/generate": Case({"model": "llama3.2", "response": "Hello", "done": True, "done_reason": "stop", "context": [1, 2], **OWN_USAGE}, "Hello", usage=USED, model="llama3.2"),
    "own: streamed lines": Case(lines(own("Hel"), own("lo"), own(done=True)), "Hello", usage=USED, model="llama3.2"),
    "own: streamed lines with calls": Case(lines(own(tool_calls=[OWN_CALL]), own(tool_calls=[OWN_CALL]), own(done=True)), calls=[ADD, ADD], usage=USED, model="llama3.2"),
    "own: streamed lines of /api/generate": Case(lines({"response": "Hel", "done": False}, {"response": "lo", "done": True, **OWN_USAGE}), "Hello", usage=USED),
    "own: streamed lines that end too early (Q49)": Case(lines(own("Hel"), own("lo")), "Hello", error=TruncatedStreamError),
    "own: an error between the lines (Q50)": Case(lines(own("Hel"), {"error": "an error was encountered while running the model: unexpected EOF"}), "Hel", error=ServerError, says="unexpected EOF"),
}

STREAMS = {
    "text": Case([part("Hel"), part("lo"), part("", "stop"), HEAD | {"choices": [], "usage": USAGE}, DONE], "Hello", usage=USED, model="llama3.2"),
    "call": Case([part(tool_calls=[called(id="call_ab", index=0)]), part("", "tool_calls"), DONE], calls=[ADD], ids=["call_ab"], model="llama3.2"),
    "two calls, both with index 0 (Q48)": Case([part(tool_calls=[called(id="call_1", index=0)]), part(tool_calls=[called("sub", "{}", id="call_2", index=0)]), part("", "tool_calls"), DONE],
        calls=[ADD, ("sub", "{}")], ids=["call_1", "call_2"], model="llama3.2"),
    "call, finish_reason stop (Q27)": Case([part(tool_calls=[called(id="call_ab", index=0)]), part("", "stop"), DONE], calls=[ADD], model="llama3.2"),
    "reasoning": Case([part("", reasoning="2 + "), part("", reasoning="2"), part("4"), part("", "stop"), DONE], "4", reasoning="2 + 2", model="llama3.2"),
    "an error as a line of JSON": Case(b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n{"error":{"message":"unexpected EOF","type":"api_error","param":null,"code":null}}\n', "Hel", error=ServerError, says="unexpected EOF"),
    "own: frames as events": Case([own("Hel"), own("lo"), own(done=True)], "Hello", usage=USED, model="llama3.2"),
}
