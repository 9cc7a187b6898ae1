"""The hosted service that the shape is named after."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import ServerError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, piece

HEAD = {"id": "chatcmpl-B9", "created": 1, "model": "gpt-4.1-2025-04-14", "service_tier": "default", "system_fingerprint": "fp_dd"}
MODEL = "gpt-4.1-2025-04-14"
USAGE = {
    "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}}
USED = Usage(10, 5, 4, requests=1)


def whole(content: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, "refusal": None, "annotations": []} | more
    return HEAD | {"object": "chat.completion", "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": finish}], "usage": USAGE}


def part(finish: str | None = None, **said: Any) -> dict[str, Any]:
    return HEAD | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": said, "logprobs": None, "finish_reason": finish}], "usage": None, "obfuscation": "x7Kq"}


TOTAL = HEAD | {"object": "chat.completion.chunk", "choices": [], "usage": USAGE, "obfuscation": ""}

WHOLE = {
    "text": Case(whole("Hello"), "Hello", usage=USED, model=MODEL),
    "call": Case(whole(None, "tool_calls", tool_calls=[called(id="call_DdmO9pD3xa9XTPNJ32zg2hcA")]), calls=[ADD], ids=["call_DdmO9pD3xa9XTPNJ32zg2hcA"], usage=USED, model=MODEL),
    "two calls": Case(whole(None, "tool_calls", tool_calls=[called(id="call_1"), called("sub", "{}", id="call_2")]), calls=[ADD, ("sub", "{}")], ids=["call_1", "call_2"], usage=USED, model=MODEL),
    "call forced by name, finish_reason stop (Q27)": Case(whole(None, "stop", tool_calls=[called(id="call_1")]), calls=[ADD], usage=USED, model=MODEL),
    "refusal": Case(whole(None, refusal="I cannot."), "I cannot.", usage=USED, model=MODEL),
    "content filter": Case(whole("", "content_filter"), reason="content_filter", usage=USED, model=MODEL),
    "all tokens went into reasoning (Q55)": Case(whole("", "length"), reason="length", usage=USED, model=MODEL),
}

STREAMS = {
    "text": Case([part(role="assistant", content="", refusal=None), part(content="Hel"), part(content="lo"), part("stop"), TOTAL, DONE], "Hello", usage=USED, model=MODEL),
    "call": Case([
        part(role="assistant", content=None, tool_calls=[{"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": ""}}], refusal=None),
        part(tool_calls=[piece('{"')]), part(tool_calls=[piece('a": 1')]), part(tool_calls=[piece("}")]), part("tool_calls"), TOTAL, DONE], calls=[ADD], ids=["call_1"], usage=USED, model=MODEL),
    "two calls": Case([
        part(role="assistant", content=None), part(tool_calls=[{"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": ""}}]), part(tool_calls=[piece('{"a": 1}')]),
        part(tool_calls=[{"index": 1, "id": "call_2", "type": "function", "function": {"name": "sub", "arguments": ""}}]), part(tool_calls=[piece("{}", 1)]),
        part("tool_calls"), DONE], calls=[ADD, ("sub", "{}")], ids=["call_1", "call_2"], model=MODEL),
    "a frame about the prompt first": Case([{"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, part(role="assistant", content="Hello"), part("stop"), DONE], "Hello", model=MODEL),
    "refusal": Case([part(role="assistant", content="", refusal=None), part(refusal="I can"), part(refusal="not."), part("stop"), DONE], "I cannot.", model=MODEL),
    "an error": Case([part(content="Hel"), {"error": {"message": "The server had an error while processing your request.", "type": "server_error", "param": None, "code": None}}], "Hel", error=ServerError),
}
