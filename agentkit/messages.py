"""The words of a conversation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the model asks for."""

    id: str
    """Nine letters and digits, unique in the conversation (contract/quirks.md Q25, Q26)."""
    name: str
    arguments: str = "{}"
    """JSON text of an object, as the model wrote it; it may be invalid."""
    original_id: str | None = None
    """The id that the server gave, sent back to it in its place."""

    def to_dict(self) -> dict[str, Any]:
        """The call in the chat-completions shape."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation. Immutable, so that each is encoded for the wire only once."""

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    """Calls of an assistant message."""
    tool_call_id: str | None = None
    """Of a tool message: the `id` of the call that it answers."""
    name: str | None = None
    """Of a tool message: the name of the tool."""
    reasoning: str | None = None
    """What a reasoning model thought before it answered."""
    encoded: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)
    """This message as bytes, per wire dialect; filled and read by runners."""

    def to_dict(self) -> dict[str, Any]:
        """The message as JSON data in the chat-completions shape; `from_dict` reads it back.

        >>> Message("user", "Hello").to_dict()
        {'role': 'user', 'content': 'Hello'}
        """
        data: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            data["tool_calls"] = [call.to_dict() for call in self.tool_calls]
        optional = {"tool_call_id": self.tool_call_id, "name": self.name, "reasoning": self.reasoning}
        return data | {key: value for key, value in optional.items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """A message from JSON data in the chat-completions shape.

        Null content, content in parts and arguments as objects are accepted.

        Raises:
            ValueError: The role is not one of the four.
        """
        role = data.get("role")
        if role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"unknown role {role!r}; a message is of system, user, assistant or tool")
        return cls(
            role,
            _text(data.get("content")),
            tuple(_call(item) for item in data.get("tool_calls") or () if item),
            data.get("tool_call_id"),
            data.get("name"),
            data.get("reasoning"),
        )


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What became of one call."""

    call: ToolCall
    content: str
    """What the model is told."""
    status: Literal["ok", "error", "invalid", "unknown", "timeout", "cancelled", "skipped", "refused"] = "ok"
    """ok: it ran · error: it raised · invalid: its arguments do not fit · unknown: no such tool ·
    timeout, cancelled: it was stopped · skipped: it was never started · refused: nobody approved it."""
    value: Any = None
    """What the function returned, for `ok`."""
    error: BaseException | None = None
    """What the function raised, in full; the model never sees it."""
    repairs: tuple[tuple[str, str, str], ...] = ()
    """What was mended in the arguments: kind, before, after; the fields of `generation.Repaired`."""

    def message(self) -> Message:
        """The `tool` message that tells the model."""
        return Message("tool", self.content, tool_call_id=self.call.id, name=self.call.name)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object, inside the documented subset (contract/workers_ai.md section 6)."""

    def to_dict(self) -> dict[str, Any]:
        """The tool in the OpenAI shape, the only one that every server accepts."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, and what they cost; two add up with `+`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Part of `prompt_tokens` that was not computed again."""
    neurons: float = 0.0
    """Workers AI's unit of cost."""
    requests: int = 0

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.neurons + other.neurons,
            self.requests + other.requests,
        )


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) if isinstance(part, Mapping) else str(part) for part in content)
    return json.dumps(content, ensure_ascii=False)


def _call(item: Mapping[str, Any]) -> ToolCall:
    function = item.get("function") or item
    arguments = function.get("arguments", "{}")
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments or {}, ensure_ascii=False)
    return ToolCall(str(item.get("id") or ""), str(function.get("name") or ""), arguments)
