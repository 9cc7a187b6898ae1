"""Runs as JSON, for machines."""

from __future__ import annotations

import json
from typing import Any

from ..errors import AgentKitError
from ..events import Event, ToolFinished
from ..generation import Request
from ..records import event_record, plain, result_record
from ..result import Result, Turn
from .text import hidden_error


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
    return record | {"message": plain(turn.message), "finish": plain(turn.finish)}


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


def told_event(event: Event) -> dict[str, Any]:
    """An event as JSON data, with what a tool raised: it is for the developer, who is at the terminal."""
    record = event_record(event)
    if isinstance(event, ToolFinished) and (error := hidden_error(event.result)):
        record["result"]["error"] = error
    return record


def error_record(error: AgentKitError) -> dict[str, Any]:
    """An error as JSON data, with the result so far where a run was under way."""
    record: dict[str, Any] = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
    record |= {name: value for name in ("status", "code", "request_id") if (value := getattr(error, name, None))}
    return {"error": record} | ({"partial": result_record(error.partial)} if error.partial is not None else {})
