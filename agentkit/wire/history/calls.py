"""The calls of a message, in whatever shape they come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...messages import ToolCall
from ..json_text import parsed
from .entries import Call, Entry
from .problems import Findings


def read_calls(entry: Entry, findings: Findings) -> None:
    """Read the calls of a message; what is no call is dropped (quirk Q24)."""
    source = entry.source
    if entry.as_message:
        items, given = source.tool_calls, bool(source.tool_calls)
    elif "tool_calls" in source:
        items, given = source["tool_calls"], True
    else:
        items, given = source.get("function_call"), False
    if isinstance(items, Mapping):
        items = (items,)
        findings.mended(entry, "call_shape", "its call does not stand in a list named tool_calls.")
    for item in items if isinstance(items, list | tuple) else ():
        call = _read(item, entry, findings)
        if call is not None:
            entry.calls.append(call)
    if given and not entry.calls:
        findings.mended(entry, "empty_calls", "it has tool_calls without a call.")


def _read(item: Any, entry: Entry, findings: Findings) -> Call | None:
    if isinstance(item, ToolCall):
        arguments, original = item.arguments, item.original_id
        call = Call(_text(item.id), _text(item.name), "", item, original if isinstance(original, str) else None)
    elif isinstance(item, Mapping):
        function = item.get("function")
        inner = function if isinstance(function, Mapping) else item
        arguments = inner.get("arguments", inner.get("parameters"))
        call = Call(_text(item.get("id")), _text(inner.get("name")), "", item)
        if not (call.id or call.name or arguments):
            _drop(item, entry, findings)
            return None
        if inner is item or item.get("type") != "function" or "arguments" not in inner:
            told = f"the call of {call.name!r} is not in the shape of chat completions."
            findings.mended(entry, "call_shape", told)
    else:
        _drop(item, entry, findings)
        return None
    call.arguments = _arguments(arguments, call, entry, findings)
    return call


def _drop(item: Any, entry: Entry, findings: Findings) -> None:
    findings.mended(entry, "empty_calls", f"one of its calls is none, but {type(item).__name__}.")


def _arguments(value: Any, call: Call, entry: Entry, findings: Findings) -> str:
    if isinstance(value, str) and isinstance(parsed(value), dict):
        return value
    if isinstance(value, Mapping):
        told = f"the arguments of the call of {call.name!r} are an object, where its JSON text is wanted."
        findings.mended(entry, "arguments_object", told)
    else:
        told = f"the arguments of the call of {call.name!r} are not the JSON text of an object."
        findings.mended(entry, "arguments_invalid", told)
    return arguments_text(value)


def arguments_text(value: Any) -> str:
    """Arguments as the JSON text of an object: `{}` for what is none, which no server lets pass (quirk Q32)."""
    if isinstance(value, Mapping):
        try:
            return json.dumps(dict(value), ensure_ascii=False, allow_nan=False, default=str)
        except (TypeError, ValueError, RecursionError):
            return "{}"
    inner = parsed(value) if isinstance(value, str) else None
    return inner if isinstance(inner, str) and isinstance(parsed(inner), dict) else "{}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
