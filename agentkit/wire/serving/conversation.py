"""The conversation of a request, in whatever shape it comes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...messages import Message, ToolCall
from ..dialects import NINE, ROLES, Dialect
from ..history import repair
from ..history.reading import SYNONYMS
from ..ids import derive
from ..json_text import parsed, whole_characters
from .complaints import bad_input, mismatch, missing

SERVED = Dialect("served", ordered_results=False, result_names=True)
"""What conversations are mended to: every call has an id, a name and one result, and every result tells its call."""
MOST_CALLS = 10_000
"""Of one conversation: each costs time, and a short body may have very many."""
_NINE = re.compile(NINE)


def read_messages(items: Any, *, lenient: bool) -> tuple[Message, ...]:
    """Anyone's messages as ours, with every call answered once.

    The four shapes of contract/workers_ai.md section 7 are read: calls as the JSON text of a message, in `tool_calls`,
    or as both. Results go to their calls by id, else by name, else by order; a call without one is closed, and a result
    without a call gets one (quirk Q31). Arguments that are no JSON object become `{}` (quirk Q32). Calls get ids of
    ours, the same ones each time, and keep the client's as `original_id`.

    Args:
        items: `messages` of the body.
        lenient: Whether content may be null, absent, or parts of text, as chat completions have it (quirks Q1, Q2).

    Raises:
        BadRequestError: With code 5006: an item is no message, its role is unknown, or its content no text.
    """
    if not isinstance(items, list):
        raise mismatch("/messages", "array", items)
    for index, item in enumerate(items):
        _check(item, f"/messages/{index}", lenient)
    count = sum(len(_calls(item)) for item in items)
    if count > MOST_CALLS:
        raise bad_input(f"'/messages' has {count} tool calls; at most {MOST_CALLS} are taken")
    mended = repair(_without_unknown_ids(items), SERVED)
    ids = _own_ids(mended)
    return tuple(_message(item, ids) for item in mended)


def _check(item: Any, path: str, lenient: bool) -> None:
    if not isinstance(item, dict):
        raise mismatch(path, "object", item)
    role = item.get("role")
    if "role" not in item or ("content" not in item and not lenient):
        raise missing(path, "role", "content")
    if not isinstance(role, str):
        raise mismatch(f"{path}/role", "string", role)
    name = role.strip().lower()
    if name not in ROLES and name not in SYNONYMS:
        raise bad_input(f"'{path}/role' is {role!r}; it must be one of system, user, assistant and tool")
    content = item.get("content")
    if isinstance(content, str) or (lenient and content is None):
        return
    if not (lenient and isinstance(content, list)):
        raise mismatch(f"{path}/content", "string", content)
    for index, part in enumerate(content):
        _check_part(part, f"{path}/content/{index}")


def _check_part(part: Any, path: str) -> None:
    if isinstance(part, str):
        return
    if not isinstance(part, dict):
        raise mismatch(path, "object", part)
    kind = part.get("type", "text")
    if not isinstance(kind, str):
        raise mismatch(f"{path}/type", "string", kind)
    if not kind.endswith("text"):
        raise bad_input(f"'{path}' is of type {kind!r}; only text is read here, so leave it out")
    if not isinstance(part.get("text"), str):
        raise mismatch(f"{path}/text", "string", part.get("text"))


def _without_unknown_ids(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages; a result whose id no call has goes by its name or its place, as one without an id does."""
    ids = {str(call.get("id")) for item in items for call in _calls(item)}
    return [
        {key: value for key, value in item.items() if key != "tool_call_id"}
        if item.get("tool_call_id") and str(item["tool_call_id"]) not in ids
        else item
        for item in items
    ]


def _own_ids(items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Ids of ours for the ids of all calls: some templates take no others (quirk Q26)."""
    given = {call["id"] for item in items for call in item.get("tool_calls") or ()}
    return {one: one if _NINE.fullmatch(one) else derive(one, given) for one in given}


def _calls(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    calls = item.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def _message(data: Mapping[str, Any], ids: Mapping[str, str]) -> Message:
    role, content = data["role"], whole_characters(data["content"])
    if role == "tool":
        return Message(role, content, tool_call_id=ids[data["tool_call_id"]], name=_name(data))
    if role != "assistant":
        return Message(role, content)
    calls = tuple(_call(item, ids) for item in data.get("tool_calls") or ())
    if calls and content.lstrip()[:1] == "{" and _tells(content, calls):
        content = ""
    reasoning = data.get("reasoning") or data.get("reasoning_content")
    return Message(role, content, calls, reasoning=whole_characters(reasoning) if isinstance(reasoning, str) else None)


def _name(data: Mapping[str, Any]) -> str | None:
    name = data.get("name")
    return whole_characters(name) if isinstance(name, str) and name else None


def _call(item: Mapping[str, Any], ids: Mapping[str, str]) -> ToolCall:
    function, given = item["function"], item["id"]
    name, arguments = whole_characters(function["name"]), whole_characters(function["arguments"])
    return ToolCall(ids[given], name, arguments, None if ids[given] == given else whole_characters(given))


def _tells(content: str, calls: Sequence[ToolCall]) -> bool:
    """Whether a content is one of the calls once more, as in contract/workers_ai.md section 7.4."""
    told = parsed(content.strip())
    if not isinstance(told, dict) or told.keys() - {"type", "name", "arguments", "parameters"}:
        return False
    arguments = told.get("parameters", told.get("arguments"))
    if isinstance(arguments, str):
        arguments = parsed(arguments)
    return any(call.name == told.get("name") and parsed(call.arguments) == arguments for call in calls)
