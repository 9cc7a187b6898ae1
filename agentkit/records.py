"""Results and events as JSON data."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from .events import Event
from .generation import Finish
from .messages import Message, ToolCall, ToolResult, Usage
from .result import Result


def result_record(result: Result[Any]) -> dict[str, Any]:
    """A result as JSON data."""
    return {
        "response": result.response,
        "stop_reason": result.stop_reason,
        "turns": len(result.turns),
        "model": result.model,
        "engine": result.engine,
        "usage": plain(result.usage),
        "messages": [message.to_dict() for message in result.messages],
    }


def event_name(event: Event) -> str:
    """The name of an event in snake case, for example `tool_started`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def event_record(event: Event) -> dict[str, Any]:
    """An event as JSON data: its name under `event`, then its fields. What tools raised is not told."""
    return {"event": event_name(event)} | {item.name: plain(getattr(event, item.name)) for item in fields(event)}


def plain(value: Any) -> Any:
    """Our data classes as JSON data; what is not ours is left to the encoder."""
    match value:
        case Result():
            return result_record(value)
        case Message() | ToolCall():
            return value.to_dict()
        case ToolResult():
            return {"call_id": value.call.id, "status": value.status, "content": value.content}
        case Usage():
            return {item.name: getattr(value, item.name) for item in fields(value)} | {
                "total_tokens": value.total_tokens
            }
        case Finish():
            return {item.name: plain(getattr(value, item.name)) for item in fields(value) if item.name != "raw"}
        case _:
            return value
