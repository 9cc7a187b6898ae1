"""Requests in the chat-completions shape, as bytes, built to the strictest reading of the contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..errors import ConfigurationError
from ..generation import Request, Sampling
from ..messages import Message, ToolCall, ToolSpec
from .dialects import Dialect
from .json_text import parsed

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode

RESERVED = frozenset(("model", "messages", "tools", "prompt"))
"""Fields that `Request.extra` cannot give: they would be there twice, or change what the request is (quirk Q3)."""


class RequestEncoder:
    """Encodes the requests of one runner.

    What does not change from one turn to the next comes first (model, tools, earlier messages), what may change last,
    so that two requests of a conversation share the longest possible prefix. A message is encoded once and kept in
    `Message.encoded`, tools once per tuple.

    Args:
        dialect: The kind of server.
        model: Model for the body; None where it is in the URL.
    """

    def __init__(self, dialect: Dialect, model: str | None = None) -> None:
        self.dialect = dialect
        self._head = b"{" if model is None else b'{"model":%b,' % dumps(model)
        self._tools: dict[int, tuple[tuple[ToolSpec, ...], bytes]] = {}

    def streams(self, request: Request, wanted: bool) -> bool:
        """Whether a request is to be streamed."""
        return wanted and (self.dialect.streams_schema or request.output_schema is None)

    def encode(self, request: Request, *, stream: bool) -> bytes:
        """The body of a request.

        Raises:
            ConfigurationError: Something in `tools`, `output_schema` or `extra` is no JSON.
        """
        messages = _messages(request.messages, self.dialect)
        return b"".join(
            (
                self._head,
                self._tooling(request.tools),
                b'"messages":[',
                b",".join(messages),
                b"],",
                self._tail(request, stream),
            )
        )

    def _tooling(self, tools: tuple[ToolSpec, ...]) -> bytes:
        if not tools:
            return b""
        known = self._tools.get(id(tools))
        if known is None:
            if len(self._tools) >= 64:
                self._tools.clear()
            known = self._tools[id(tools)] = (tools, b'"tools":%b,' % dumps([tool.to_dict() for tool in tools]))
        return known[1]

    def _tail(self, request: Request, stream: bool) -> bytes:
        dialect = self.dialect
        fields: dict[str, Any] = {}
        if stream:
            fields = {"stream": True, **dialect.streaming}
        if request.tools and request.tool_choice != "auto":
            fields["tool_choice"] = _choice(request)
        if request.output_schema is not None:
            schema: Any = request.output_schema
            if dialect.schema == "wrapped":
                schema = {"name": "output", "schema": schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        if request.extra:
            return _with_extra(request, fields, dialect)
        sampling = _sampling(request.sampling, dialect.max_tokens)
        return sampling + (b"," + dumps(fields)[1:] if fields else b"}")


def _with_extra(request: Request, fields: dict[str, Any], dialect: Dialect) -> bytes:
    taken = RESERVED & request.extra.keys()
    if taken:
        raise ConfigurationError(f"extra must not have {', '.join(sorted(taken))}; the request has its own.")
    options = request.sampling.to_dict()
    return dumps({dialect.max_tokens: options.pop("max_tokens"), **options, **fields, **request.extra})[1:]


@lru_cache(64)
def _sampling(sampling: Sampling, max_tokens: str) -> bytes:
    options = sampling.to_dict()
    return dumps({max_tokens: options.pop("max_tokens"), **options})[1:-1]


def _choice(request: Request) -> Any:
    choice = request.tool_choice
    if choice in ("none", "required"):
        return choice
    if choice == "any" and all(tool.name != "any" for tool in request.tools):
        return "required"  # "any" is refused by Workers AI (quirk Q16)
    return {"type": "function", "function": {"name": choice}}


def _messages(messages: Sequence[Message], dialect: Dialect) -> list[bytes]:
    name = dialect.name
    for index in range(len(messages) - 1, -1, -1):  # new messages are last
        if name in messages[index].encoded:
            break
        _fill(messages, index, dialect)
    try:
        return [message.encoded[name] for message in messages]
    except KeyError:  # a message was put in among earlier ones
        for index, message in enumerate(messages):
            if name not in message.encoded:
                _fill(messages, index, dialect)
        return [message.encoded[name] for message in messages]


def _fill(messages: Sequence[Message], index: int, dialect: Dialect) -> None:
    message = messages[index]
    message.encoded[dialect.name] = dumps(_message(message, messages, index, dialect))


def _message(message: Message, messages: Sequence[Message], index: int, dialect: Dialect) -> dict[str, Any]:
    data: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        data["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.reasoning and dialect.reasoning:
        data[dialect.reasoning] = message.reasoning
    if message.role == "tool":
        data["tool_call_id"] = _server_id(message.tool_call_id or "", messages, index)
        if message.name:
            data["name"] = message.name
    return data


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = call.arguments if isinstance(parsed(call.arguments), dict) else "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.original_id or call.id, "type": "function", "function": function}


def _server_id(call_id: str, messages: Sequence[Message], index: int) -> str:
    """The id that the server gave a call, where it gave one; the last call of that id before the message."""
    for position in range(index - 1, -1, -1):
        for call in messages[position].tool_calls:
            if call.id == call_id:
                return call.original_id or call.id
    return call_id


def dumps(value: Any) -> bytes:
    """JSON as bytes; halves of characters, which some models write, become question marks."""
    try:
        return _encode(value).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"A request must be JSON: {error}.") from error
