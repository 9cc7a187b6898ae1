"""Calls that are the JSON text of a message, as in contract/workers_ai.md sections 7.1 and 7.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..dialects import Dialect
from ..json_text import parsed
from .calls import arguments_text
from .entries import Call, Entry
from .problems import Findings


def read_calls_as_text(entries: list[Entry], dialect: Dialect, findings: Findings) -> None:
    """Find such calls, by the results without an id that follow them (quirk Q31).

    Where the dialect takes them, and each is followed by its one result, they stay as they are.
    """
    position = 0
    while position < len(entries):
        end = position
        while end < len(entries) and _may_be_call(entries[end]):
            end += 1
        if end == position or not _is_bare_result(entries, end):
            position = end + (end == position)
            continue
        single = end - position == 1 and not _is_bare_result(entries, end + 1)
        if single and dialect.calls_as_text and _call(entries[position].content):
            entries[end].settled = True
        else:
            for entry in entries[position:end]:
                _convert(entry, findings)
        position = end


def _may_be_call(entry: Entry) -> bool:
    content = entry.content
    return entry.role == "assistant" and not entry.calls and isinstance(content, str) and content[:1] == "{"


def _is_bare_result(entries: list[Entry], position: int) -> bool:
    return position < len(entries) and entries[position].role == "tool" and not entries[position].call_id


def _convert(entry: Entry, findings: Findings) -> None:
    found = _call(entry.content)
    if found is not None:
        findings.mended(entry, "call_as_text", f"its call of {found.name!r} is the text of the message.")
        entry.calls, entry.content = [found], ""


def _call(content: Any) -> Call | None:
    value = parsed(content)
    name = value.get("name") if isinstance(value, dict) else None
    arguments = value.get("arguments", value.get("parameters")) if name else None
    if not isinstance(name, str) or not isinstance(arguments, Mapping | str):
        return None
    direct = isinstance(arguments, str) and isinstance(parsed(arguments), dict)
    return Call("", name, str(arguments) if direct else arguments_text(arguments))
