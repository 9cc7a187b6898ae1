"""Runs as JSON, for machines."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

from ..errors import AgentKitError
from ..events import Event
from ..generation import Finish, Request
from ..messages import Message, ToolCall, ToolResult, Usage
from ..result import Result, Turn
from .text import hidden_error


def result_record(result: Result[Any]) -> dict[str, Any]:
    """A result as JSON data."""
    return {
        "response": result.response,
        "stop_reason": result.stop_reason,
        "turns": len(result.turns),
        "model": result.model,
        "engine": result.engine,
        "usage": _plain(result.usage),
        "messages": [message.to_dict() for message in result.messages],
    }


def run_record(result: Result[Any], runner: str, error: AgentKitError | None = None) -> dict[str, Any]:
    """A whole run as JSON data, with every request and reply as they went over the wire, without secrets.

    Args:
        result: How it ended.
        runner: The runner's name.
        error: What ended it, where it failed.
    """
    about = {"runner": runner} | ({"error": error_record(error)["error"]} if error is not None else {})
    return about | result_record(result) | {"turns": [_turn_record(turn) for turn in result.turns]}


def _turn_record(turn: Turn) -> dict[str, Any]:
    if turn.sender is None:
        record: dict[str, Any] = {"request": _request_text(turn.request)}
    else:
        sent = turn.sent
        record = {"url": sent.url, "headers": dict(sent.headers), "request": sent.body.decode()}
    record["reply"] = turn.received.decode("utf-8", "replace")
    return record | {"message": _plain(turn.message), "finish": _plain(turn.finish)}


def _request_text(request: Request) -> str:
    """What a runner in this process was asked, in the words of a chat-completions request."""
    data: dict[str, Any] = {
        "tools": [spec.to_dict() for spec in request.tools],
        "messages": [message.to_dict() for message in request.messages],
        "tool_choice": request.tool_choice,
        **request.sampling.to_dict(),
        "output_schema": request.output_schema,
    }
    return json.dumps({name: value for name, value in data.items() if value not in (None, [])}, ensure_ascii=False)


def event_record(event: Event) -> dict[str, Any]:
    """An event as JSON data: its name in snake case under `event`, then its fields."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return {"event": name} | {item.name: _plain(getattr(event, item.name)) for item in fields(event)}


def error_record(error: AgentKitError) -> dict[str, Any]:
    """An error as JSON data, with the result so far where a run was under way."""
    record: dict[str, Any] = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
    record |= {name: value for name in ("status", "code", "request_id") if (value := getattr(error, name, None))}
    return {"error": record} | ({"partial": result_record(error.partial)} if error.partial is not None else {})


def _plain(value: Any) -> Any:
    """Our data classes as JSON data; what is not ours is left to the encoder."""
    match value:
        case Result():
            return result_record(value)
        case Message() | ToolCall():
            return value.to_dict()
        case ToolResult():
            error = {"error": hidden_error(value)} if hidden_error(value) else {}
            return {"call_id": value.call.id, "status": value.status, "content": value.content} | error
        case Usage():
            return {item.name: getattr(value, item.name) for item in fields(value)} | {
                "total_tokens": value.total_tokens
            }
        case Finish():
            return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.name != "raw"}
        case _:
            return value
