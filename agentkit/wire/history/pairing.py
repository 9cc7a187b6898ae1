"""Every call has one result, right after it, and every result has its call."""

from __future__ import annotations

from ..dialects import Dialect
from .entries import Call, Entry
from .matching import match
from .naming import NAMELESS
from .problems import Findings

NO_RESULT = "No result of this call is known. It may or may not have taken effect."
"""What the model is told of a call whose result is lost: neither that it ran, nor that it did not."""


def pair(entries: list[Entry], stray: dict[str, Call], dialect: Dialect, findings: Findings) -> list[Entry]:
    """The entries with each result after its call.

    A call without a result is closed with `NO_RESULT`. A result without a call is kept: its call is put before it, as
    far as it is known. Only a result that says the same of the same call once more is dropped.
    """
    answered = match(entries)
    entries = _without_repeats(entries, answered, findings)
    known = stray | {call.id: call for entry in entries for call in entry.calls}
    placed: list[Entry] = []
    for position, entry in enumerate(entries):
        if entry.role != "tool" or entry.settled:
            placed.append(entry)
            placed += _results(entry, entries[position + 1 : position + 1 + len(entry.calls)], dialect, findings)
        elif id(entry) not in answered:
            placed += _rebuilt(entry, known, findings)
    return placed


def _without_repeats(entries: list[Entry], answered: dict[int, Call], findings: Findings) -> list[Entry]:
    given = {_said(entry) for entry in entries if id(entry) in answered}
    kept = []
    for entry in entries:
        is_more = entry.role == "tool" and entry.call_id and id(entry) not in answered
        if is_more and _said(entry) in given:
            findings.noted(entry, "repeated_result", f"it is the result of {entry.call_id!r} once more.")
            continue
        if is_more:
            given.add(_said(entry))
        kept.append(entry)
    return kept


def _said(entry: Entry) -> tuple[str, str]:
    return entry.call_id, repr(entry.content)


def _results(entry: Entry, following: list[Entry], dialect: Dialect, findings: Findings) -> list[Entry]:
    """The results of the calls of a message, in the order in which they are to stand."""
    found = [call.result for call in entry.calls if call.result is not None]
    if not dialect.ordered_results:
        found.sort(key=lambda result: result.index)
    for result, there in zip(found, [*following, *[None] * len(found)], strict=False):
        if result is not there:
            told = (
                f"the result of {result.name or result.call_id or 'a tool'!r} does not stand where its call wants it."
            )
            findings.noted(result, "order", told)
    if len(found) == len(entry.calls):
        return found
    for call in entry.calls:
        if call.result is None:
            findings.noted(entry, "orphan_call", f"its call {call.id!r} of {call.name!r} has no result.")
            call.result = entry.beside("tool", NO_RESULT, call_id=call.id, name=call.name)
            found.append(call.result)
    if dialect.ordered_results:
        return [call.result for call in entry.calls if call.result is not None]
    return found


def _rebuilt(entry: Entry, known: dict[str, Call], findings: Findings) -> list[Entry]:
    """A result with a call before it, of which its id and name tell."""
    findings.noted(entry, "orphan_result", f"it is the result of {entry.call_id or entry.name!r}, which is not there.")
    same = known.get(entry.call_id) if entry.call_id else None
    name = entry.name or (same.name if same else "") or NAMELESS
    call = Call("" if same else entry.call_id, name, same.arguments if same else "{}", result=entry)
    return [entry.beside("assistant", calls=[call]), entry]
