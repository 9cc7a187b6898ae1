"""Workers AI's own answers as a server writes them (contract/workers_ai.md sections 8 and 9)."""

from __future__ import annotations

import re
from json.encoder import encode_basestring

from ...errors import AgentKitError, BadRequestError
from ...generation import Delta, Finish, TextDelta
from ...messages import ToolCall
from ..json_text import parsed, whole_characters
from ..requests import dumps
from .asked import Asked
from .chat_writing import DONE, usage_fields
from .refusals import NO_JSON, refusal_of

_LINES = re.compile("[\x85\u2028\u2029]")
"""Characters that some clients take for the end of a line; JSON may escape them."""
_START = b'data: {"response":'
_END = b"}\n\n"


class RunWriter:
    """Writes one answer in the envelope, or as native frames.

    A result has `tool_calls` only where there are calls (quirk Q19), and no reason why it ended (quirk Q27). What a
    model thinks is no part of it.

    Args:
        asked: The request; whether the answer is an object, and whether a stream tells the usage.
    """

    def __init__(self, asked: Asked) -> None:
        self._as_object = asked.as_object
        self._with_usage = asked.usage_frame
        self._called = 0
        self._text: list[str] = []
        self._calls: list[bytes] = []
        self._end = Finish()

    def frames(self, delta: Delta) -> bytes:
        """The events for a delta, empty for none; a call is one of them, whole."""
        if isinstance(delta, TextDelta):
            return _START + _quoted(delta.text) + _END if delta.text else b""
        if isinstance(delta, ToolCall):
            return self._call(delta)
        if isinstance(delta, Finish):
            return self._finish(delta)
        return b""

    def failure(self, error: AgentKitError) -> bytes:
        """The event of a stream that breaks off; no `[DONE]` follows (quirk Q50)."""
        refusal = refusal_of(error)
        told = {"errors": [{"message": refusal.text, "code": refusal.code}], "success": False}
        return b"data: " + dumps(told) + b"\n\n"

    def add(self, delta: Delta) -> None:
        """Take a delta of an answer that is written whole."""
        if isinstance(delta, TextDelta):
            self._text.append(delta.text)
        elif isinstance(delta, ToolCall):
            self._calls.append(b'{"name":%b,"arguments":%b}' % (dumps(delta.name), _arguments(delta)))
        elif isinstance(delta, Finish):
            self._end = delta

    def whole(self) -> bytes:
        """The body, after `Finish` was added.

        Raises:
            BadRequestError: The answer had to be JSON, and is not: it was cut.
        """
        calls = b',"tool_calls":[%b]' % b",".join(self._calls) if self._calls else b""
        usage = dumps(usage_fields(self._end.usage))
        return b'{"result":{"response":%b%b,"usage":%b},"success":true,"errors":[],"messages":[]}' % (
            self._response(),
            calls,
            usage,
        )

    def _response(self) -> bytes:
        text = "".join(self._text)
        if not text and self._calls:
            return b"null"
        if not self._as_object or self._calls:
            return _quoted(text)
        if parsed(text) is None and text.strip() != "null":
            raise BadRequestError(NO_JSON, status=400, code=8007)
        return _utf8(text.strip())

    def _call(self, call: ToolCall) -> bytes:
        """The call in both shapes at once, because some clients read the one and some the other (section 9.3)."""
        index, self._called = self._called, self._called + 1
        function = {"name": call.name, "arguments": call.arguments.strip() or "{}"}
        item = {"id": call.id, "type": "function", "index": index, "function": function, "name": call.name}
        return b'data: {"response":"","tool_calls":[%b,"arguments":%b}]}\n\n' % (dumps(item)[:-1], _arguments(call))

    def _finish(self, end: Finish) -> bytes:
        if not self._with_usage:
            return DONE
        return b'data: {"response":"","usage":%b}\n\n' % dumps(usage_fields(end.usage)) + DONE


def _quoted(text: str) -> bytes:
    """A text as JSON, on one line whatever a line is to the client."""
    if text.isascii():
        return encode_basestring(text).encode()
    quoted = encode_basestring(whole_characters(text))
    return _utf8(_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted))


def _arguments(call: ToolCall) -> bytes:
    """The object that the model wrote, with its own numbers; the text, where it is none (quirk Q22)."""
    text = call.arguments.strip() or "{}"
    return _utf8(text) if isinstance(parsed(text), dict) else dumps(call.arguments)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
