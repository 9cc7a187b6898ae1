"""llama.cpp's server."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import ContextOverflowError, ServerError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, piece

HEAD = {"created": 1, "id": "chatcmpl-Xy", "model": "gpt-3.5-turbo", "system_fingerprint": "b6000-abc"}
TIMINGS = {"prompt_n": 10, "prompt_ms": 5.5, "predicted_n": 5, "predicted_ms": 50.1, "cache_n": 4}
USAGE = {"completion_tokens": 5, "prompt_tokens": 10, "total_tokens": 15, "prompt_tokens_details": {"cached_tokens": 4}}
USED = Usage(10, 5, 4, requests=1)
MODEL = "gpt-3.5-turbo"


def whole(content: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    choice = {"finish_reason": finish, "index": 0, "message": {"role": "assistant", "content": content} | more}
    return HEAD | {"choices": [choice], "object": "chat.completion", "usage": USAGE, "timings": TIMINGS}


def part(finish: str | None = None, **said: Any) -> dict[str, Any]:
    return HEAD | {"choices": [{"finish_reason": finish, "index": 0, "delta": said}], "object": "chat.completion.chunk"}


TOTAL = HEAD | {"choices": [], "object": "chat.completion.chunk", "usage": USAGE, "timings": TIMINGS}

WHOLE = {
    "text": Case(whole("Hello"), "Hello", usage=USED, model=MODEL),
    "call": Case(whole(None, "tool_calls", tool_calls=[called(id="fI3PcIx0UJeZKcNIkAvxKpnP5GqL8Xbu")]), calls=[ADD], ids=["fI3PcIx0UJeZKcNIkAvxKpnP5GqL8Xbu"], usage=USED, model=MODEL),
    "call, id empty (Q25)": Case(whole("", "tool_calls", tool_calls=[called(id="")]), calls=[ADD], ids=[None], usage=USED, model=MODEL),
    "call, an older one (Q27)": Case(whole(None, "tool", tool_calls=[called(id="")]), calls=[ADD], usage=USED, model=MODEL),
    "reasoning": Case(whole("4", reasoning_content="2 + 2"), "4", reasoning="2 + 2", usage=USED, model=MODEL),
    "started without --jinja": Case(whole('{"name": "add", "arguments": {"a": 1}}'), calls=[ADD], usage=USED, model=MODEL, tools=["add"], repairs=["a call was written as text (json)"]),
}

STREAMS = {
    "text": Case([part(role="assistant", content=None), part(content="Hel"), part(content="lo"), part("stop"), TOTAL, DONE], "Hello", usage=USED, model=MODEL),
    "usage on the last chunk with a choice": Case([part(role="assistant", content=None), part(content="Hello"), part("stop") | {"usage": USAGE, "timings": TIMINGS}, DONE], "Hello", usage=USED, model=MODEL),
    "call": Case([
        part(role="assistant", content=None), part(tool_calls=[{"index": 0, "id": "Ab3", "type": "function", "function": {"name": "add", "arguments": "{"}}]),
        part(tool_calls=[piece('"a"')]), part(tool_calls=[piece(": 1")]), part(tool_calls=[piece("}")]), part("tool_calls"), DONE], calls=[ADD], ids=["Ab3"], model=MODEL),
    "reasoning": Case([part(role="assistant", content=None), part(reasoning_content="2 + 2"), part(content="4"), part("stop"), DONE], "4", reasoning="2 + 2", model=MODEL),
    "an error": Case([part(content="Hel"), {"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}], "Hel", error=ContextOverflowError),
    "an error of an older one": Case(b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\nerror: {"code":500,"message":"slot unavailable","type":"server_error"}\n\n', "Hel", error=ServerError, says="slot unavailable"),
}
