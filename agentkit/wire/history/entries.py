"""Working copies of messages and calls, whatever they came as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...messages import Message, ToolCall


@dataclass(slots=True, eq=False)
class Call:
    """One call of an assistant message."""

    id: str
    name: str
    arguments: str
    source: ToolCall | Mapping[str, Any] | None = None
    """What it was read from; None for a call that is put in."""
    original_id: str | None = None
    result: Entry | None = None

    @property
    def wire_id(self) -> str:
        """The id that a server gets to see."""
        return self.original_id or self.id

    def written(self, as_message: bool) -> Any:
        """The call as a `ToolCall`, or as data with whatever else its source has."""
        if as_message:
            return ToolCall(self.id, self.name, self.arguments, self.original_id)
        source = self.source if isinstance(self.source, Mapping) else {}
        function = source.get("function")
        inner = dict(function) if isinstance(function, Mapping) else {}
        inner.pop("parameters", None)
        outer = {key: value for key, value in source.items() if key not in ("name", "arguments", "parameters")}
        inner |= {"name": self.name, "arguments": self.arguments}
        return outer | {"id": self.id, "type": "function", "function": inner}


@dataclass(slots=True, eq=False)
class Entry:
    """One message."""

    index: int
    """Its position in what was given; of a message that is put in, the position of the one it goes with."""
    source: Any
    """What it was read from; None for a message that is put in."""
    as_message: bool
    """Whether it is written as a `Message`; else as data."""
    role: str
    """Empty where the item is no message, or nobody knows its role."""
    content: Any = ""
    calls: list[Call] = field(default_factory=list)
    call_id: str = ""
    name: str = ""
    changed: bool = False
    settled: bool = False
    """A result whose call stands before it as text."""

    def beside(self, role: str, content: Any = "", **values: Any) -> Entry:
        """A new message that goes with this one."""
        return Entry(self.index, None, self.as_message, role, content, changed=True, **values)

    def written(self) -> Any:
        """The message; the very object that came where nothing has changed."""
        if not self.changed:
            return self.source
        if self.as_message:
            return self._message()
        data = dict(self.source or {})
        for key in ("tool_calls", "function_call"):
            data.pop(key, None)
        data |= {"role": self.role, "content": self.content}
        if self.calls:
            data["tool_calls"] = [call.written(False) for call in self.calls]
        if self.role != "tool":
            data.pop("tool_call_id", None)
            return data
        return data | {"tool_call_id": self.call_id} | ({"name": self.name} if self.name else {})

    def _message(self) -> Message:
        tool = self.role == "tool"
        base = self.source if self.source is not None else Message("user")
        return replace(
            base,
            role=self.role,
            content=self.content,
            tool_calls=tuple(call.written(True) for call in self.calls),
            tool_call_id=self.call_id if tool else None,
            name=(self.name or None) if tool else base.name if self.source is not None else None,
        )


def joined(first: Any, second: Any) -> Any:
    """Two contents as one: texts with an empty line between them, parts one after the other."""
    if isinstance(first, list) or isinstance(second, list):
        return _parts(first) + _parts(second)
    return "\n\n".join(text for text in (first, second) if text)


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []
