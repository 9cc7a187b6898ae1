"""What was given, as entries: the problems that a message has by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from ...messages import Message
from ..dialects import ROLES, Dialect
from .calls import read_calls
from .contents import check_content
from .entries import Call, Entry
from .problems import Findings

SYNONYMS = {
    "ai": "assistant",
    "bot": "assistant",
    "developer": "system",
    "function": "tool",
    "human": "user",
    "ipython": "tool",
    "model": "assistant",
}
"""Names that the roles have elsewhere."""


def read(messages: Any, dialect: Dialect, findings: Findings) -> tuple[list[Entry], dict[str, Call]]:
    """The entries of a conversation, and the calls, by id, that stood in messages that cannot have any."""
    entries: list[Entry] = []
    stray: dict[str, Call] = {}
    for index, item in enumerate(_items(messages)):
        is_data = isinstance(item, Mapping)
        if item is None or (is_data and not len(item)):
            findings.noted(_opaque(item, index), "no_message", "there is nothing in it.")
        elif is_data or isinstance(item, Message):
            entries.append(_entry(item, index, dialect, findings, stray))
        else:
            entries.append(_opaque(item, index))
            told = f"it is no message, but {type(item).__name__}; make it a dict with role and content."
            findings.left(index, "no_message", told)
    return entries, stray


def _items(messages: Any) -> Iterable[Any]:
    if messages is None:
        return ()
    if isinstance(messages, Iterable) and not isinstance(messages, str | bytes | Mapping):
        return messages
    return (messages,)


def _opaque(item: Any, index: int) -> Entry:
    return Entry(index, item, False, "")


def _entry(item: Any, index: int, dialect: Dialect, findings: Findings, stray: dict[str, Call]) -> Entry:
    as_message = isinstance(item, Message)
    get = partial(getattr, item) if as_message else item.get
    entry = Entry(index, item, as_message, "")
    _check_role(entry, get("role"), dialect, findings)
    if not entry.role:
        return entry
    entry.content = get("content")
    if as_message or "tool_calls" in item or "function_call" in item:
        read_calls(entry, findings)
    if entry.calls and entry.role != "assistant":
        findings.mended(entry, "misplaced_calls", f"it has calls, and is of {entry.role}; only an assistant calls.")
        stray.update((call.id, call) for call in entry.calls)
        entry.calls = []
    check_content(entry, dialect, findings)
    if entry.role == "tool":
        _read_result(entry, get("tool_call_id"), get("name"), findings)
    return entry


def _check_role(entry: Entry, role: Any, dialect: Dialect, findings: Findings) -> None:
    name = role if isinstance(role, str) else ""
    if name not in ROLES and name not in dialect.roles:
        name = name.strip().lower()
    known = name if name in ROLES or name in dialect.roles else SYNONYMS.get(name)
    if known is None:
        told = f"its role is {role!r}; a message is of system, user, assistant or tool."
        findings.left(entry.index, "unknown_role", told)
        return
    entry.role = known
    if known != role:
        findings.mended(entry, "unknown_role", f"its role is {role!r}, which is called {known!r} here.")


def _read_result(entry: Entry, call_id: Any, name: Any, findings: Findings) -> None:
    entry.call_id = call_id if isinstance(call_id, str) else "" if call_id is None else str(call_id)
    entry.name = name if isinstance(name, str) else ""
    if entry.call_id != (call_id or ""):
        findings.mended(entry, "id_form", f"the id of its call is {call_id!r}, where a text is wanted.")
