"""LM Studio's server."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import ContextOverflowError, ServerError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, message, piece

HEAD = {"id": "chatcmpl-2k", "created": 1, "model": "qwen2.5-7b-instruct", "system_fingerprint": "qwen2.5-7b-instruct"}
MODEL = "qwen2.5-7b-instruct"
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
USED = Usage(10, 5, requests=1)


def part(finish: str | None = None, **said: Any) -> dict[str, Any]:
    return HEAD | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": said, "logprobs": None, "finish_reason": finish}]}


WHOLE = {
    "text": Case(message("Hello", tool_calls=[]) | HEAD | {"usage": USAGE, "stats": {}}, "Hello", usage=USED, model=MODEL),
    "call, no content": Case(HEAD | {"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [called(id="365174485")]}}], "usage": USAGE, "stats": {}},
        calls=[ADD], ids=["365174485"], usage=USED, model=MODEL),
    "reasoning": Case(message("4", reasoning_content="2 + 2", tool_calls=[]) | HEAD, "4", reasoning="2 + 2", model=MODEL),
    "a call that it could not read": Case(message('[TOOL_REQUEST]{"name": "add"[END_TOOL_REQUEST]', tool_calls=[]) | HEAD, '[TOOL_REQUEST]{"name": "add"[END_TOOL_REQUEST]', tools=["add"], model=MODEL),
    "an error under 200 (Q33)": Case({"error": "The number of tokens to keep from the initial prompt is greater than the context length (4096)"}, error=ContextOverflowError),
}

STREAMS = {
    "text": Case([part(role="assistant", content="Hel"), part(role="assistant", content="lo"), part("stop"), HEAD | {"choices": [], "usage": USAGE}, DONE], "Hello", usage=USED, model=MODEL),
    "call": Case([
        part(role="assistant"), part(tool_calls=[{"index": 0, "id": "365174485", "type": "function", "function": {"name": "add", "arguments": ""}}]),
        part(tool_calls=[piece('{"a"')]), part(tool_calls=[piece(": 1}")]), part("tool_calls"), DONE], calls=[ADD], ids=["365174485"], model=MODEL),
    "two calls": Case([
        part(tool_calls=[{"index": 0, "id": "1", "type": "function", "function": {"name": "add", "arguments": ""}}]), part(tool_calls=[piece('{"a": 1}')]),
        part(tool_calls=[{"index": 1, "id": "2", "type": "function", "function": {"name": "sub", "arguments": ""}}]), part(tool_calls=[piece("{}", 1)]),
        part("tool_calls"), DONE], calls=[ADD, ("sub", "{}")], ids=["1", "2"], model=MODEL),
    "reasoning": Case([part(role="assistant", reasoning_content="2 + 2"), part(content="4"), part("stop"), DONE], "4", reasoning="2 + 2", model=MODEL),
    "an error event": Case(b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\nevent: error\ndata: {"error":{"message":"The model has crashed without additional information."}}\n\n', "Hel", error=ServerError, says="crashed"),
    "an error beside its message": Case([part(content="Hel"), {"error": {"message": "Compute error."}, "message": "Compute error."}], "Hel", error=ServerError, says="Compute error"),
    "an error event that is text": Case(b'event: error\ndata: {"error":"Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}\n\n', error=ContextOverflowError),
}
