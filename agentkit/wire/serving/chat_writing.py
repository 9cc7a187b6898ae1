"""Chat completions as a server writes them (contract/workers_ai.md sections 8.2 and 9.4)."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any
from uuid import uuid4

from ...errors import AgentKitError
from ...generation import Delta, Finish, ReasoningDelta, TextDelta
from ...messages import ToolCall, Usage
from ..requests import dumps
from .asked import Asked
from .card import Card
from .refusals import openai_body, refusal_of

DONE = b"data: [DONE]\n\n"
_END = b'},"logprobs":null,"finish_reason":null}]}\n\n'


class ChatWriter:
    """Writes one answer as a chat completion, or as its chunks.

    Args:
        asked: The request; whether a stream tells the usage.
        card: The model.
        request_id: Of the HTTP request; the id of the answer has it.
        created: Seconds since 1970.
    """

    def __init__(self, asked: Asked, card: Card, request_id: str, created: int) -> None:
        self._request_id = request_id
        self._id = f"chatcmpl-{request_id}"
        self._created = created
        self._model = card.name
        self._with_usage = asked.usage_frame
        head = {"id": self._id, "object": "chat.completion.chunk", "created": created, "model": card.name}
        self._start = b"data: " + dumps(head)[:-1] + b',"choices":['
        self._delta = self._start + b'{"index":0,"delta":'
        self._says = self._delta + b'{"content":'
        self._thinks = self._delta + b'{"reasoning_content":'
        self._begun = False
        self._called = 0
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[dict[str, Any]] = []
        self._end = Finish()

    def frames(self, delta: Delta) -> bytes:
        """The chunks for a delta, empty for none."""
        if isinstance(delta, TextDelta):
            frame = self._piece(self._says, delta.text)
        elif isinstance(delta, ReasoningDelta):
            frame = self._piece(self._thinks, delta.text)
        elif isinstance(delta, ToolCall):
            frame = self._call(delta)
        elif isinstance(delta, Finish):
            frame = self._finish(delta)
        else:
            return b""
        if self._begun or not frame:
            return frame
        self._begun = True
        return self._delta + b'{"role":"assistant","content":""' + _END + frame

    def failure(self, error: AgentKitError) -> bytes:
        """The event of a stream that breaks off, in OpenAI's shape; no `[DONE]` follows."""
        return b"data: " + openai_body(refusal_of(error), self._request_id) + b"\n\n"

    def add(self, delta: Delta) -> None:
        """Take a delta of an answer that is written whole."""
        if isinstance(delta, TextDelta):
            self._text.append(delta.text)
        elif isinstance(delta, ReasoningDelta):
            self._thoughts.append(delta.text)
        elif isinstance(delta, ToolCall):
            self._calls.append(_written(delta, delta.arguments))
            self._called += 1
        elif isinstance(delta, Finish):
            self._end = delta

    def whole(self) -> bytes:
        """The completion, after `Finish` was added."""
        text = "".join(self._text)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": text if text or not self._calls else None,
            "refusal": None,
        }
        if self._thoughts:
            message["reasoning_content"] = "".join(self._thoughts)
        if self._calls:
            message["tool_calls"] = self._calls
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._reason(self._end)}
        return dumps(
            {
                "id": self._id,
                "object": "chat.completion",
                "created": self._created,
                "model": self._model,
                "choices": [choice],
                "usage": usage_fields(self._end.usage),
            }
        )

    def _piece(self, head: bytes, text: str) -> bytes:
        return head + encode_basestring(text).encode("utf-8", "replace") + _END if text else b""

    def _call(self, call: ToolCall) -> bytes:
        """Two chunks: the call with its name, and its arguments."""
        index, self._called = self._called, self._called + 1
        first = {"tool_calls": [{"index": index, **_written(call, "")}]}
        second = {"tool_calls": [{"index": index, "function": {"arguments": call.arguments}}]}
        return b"".join(self._delta + dumps(delta)[:-1] + _END for delta in (first, second))

    def _finish(self, end: Finish) -> bytes:
        choice = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": self._reason(end)}
        frame = self._start + dumps(choice) + b"]}\n\n"
        if self._with_usage:
            frame += self._start + b'],"usage":' + dumps(usage_fields(end.usage)) + b"}\n\n"
        return frame + DONE

    def _reason(self, end: Finish) -> str:
        if end.reason in ("stop", "tool_calls"):
            return "tool_calls" if self._called else "stop"
        return end.reason


def usage_fields(usage: Usage) -> dict[str, Any]:
    """Token counts as the service tells them."""
    fields: dict[str, Any] = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }
    return fields | ({"neurons": usage.neurons} if usage.neurons else {})


def _written(call: ToolCall, arguments: str) -> dict[str, Any]:
    """A call with an id that no other call has (quirk Q25)."""
    function = {"name": call.name, "arguments": arguments}
    return {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function}
