"""Roles that a dialect has not, or not everywhere, and messages with more than one call."""

from __future__ import annotations

from ..dialects import Dialect
from .entries import Entry, joined
from .problems import Findings

SYSTEM = ("system", "developer")


def tell_in_words(entries: list[Entry], dialect: Dialect, findings: Findings) -> list[Entry]:
    """Where there is no role `tool`, a call becomes words of the assistant, a result words of the user (quirk Q12)."""
    if "tool" in dialect.roles:
        return entries
    told: list[Entry] = []
    for entry in entries:
        if entry.role == "tool":
            findings.noted(entry, "refused_role", "its role is 'tool', which is not taken here.")
            words = f"Result of {entry.name}: "
            content = words + entry.content if isinstance(entry.content, str) else joined(words, entry.content)
            told.append(entry.beside("user", content))
            continue
        if entry.calls:
            findings.mended(entry, "refused_role", "it has calls, which are not taken here.")
            calls = "\n".join(f"{call.name}({call.arguments})" for call in entry.calls)
            entry.content, entry.calls = joined(entry.content, calls), []
        told.append(entry)
    return told


def place_system(entries: list[Entry], dialect: Dialect, findings: Findings) -> list[Entry]:
    """System messages where the dialect takes them: the first ones made one, later ones told by the user."""
    if dialect.system == "anywhere":
        return entries
    placed: list[Entry] = []
    for entry in entries:
        if entry.role not in SYSTEM or (not placed and dialect.system == "first"):
            placed.append(entry)
        elif dialect.system == "first" and len(placed) == 1 and placed[0].role in SYSTEM:
            findings.noted(entry, "refused_role", "it is a second system message, where one is taken.")
            placed[0].content, placed[0].changed = joined(placed[0].content, entry.content), True
        else:
            where = "the first message" if dialect.system == "first" else "no message"
            findings.mended(entry, "refused_role", f"its role is 'system', which {where} has here.")
            entry.role = "user"
            placed.append(entry)
    return placed


def split_calls(entries: list[Entry], dialect: Dialect, findings: Findings) -> list[Entry]:
    """One call in a message, each followed by its result."""
    if dialect.parallel_calls:
        return entries
    split: list[Entry] = []
    moved: set[int] = set()
    for entry in entries:
        if id(entry) in moved:
            continue
        split.append(entry)
        if len(entry.calls) < 2:
            continue
        findings.mended(entry, "parallel_calls", f"it has {len(entry.calls)} calls, where one is taken.")
        first, *others = entry.calls
        entry.calls = [first]
        for call in (first, *others):
            if call is not first:
                split.append(entry.beside("assistant", calls=[call]))
            if call.result is not None:
                split.append(call.result)
                moved.add(id(call.result))
    return split
