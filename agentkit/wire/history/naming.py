"""Ids and names of calls, and of the results that answer them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from ..dialects import Dialect
from ..ids import derive
from .entries import Call, Entry
from .problems import Findings, Kind

NAMELESS = "unknown"
"""The name of a tool that nothing tells."""


def name_calls(entries: list[Entry], dialect: Dialect, findings: Findings) -> None:
    """Give every call an id of its own in a form that the dialect takes, and results the ids and names of their calls.

    New ids follow from what the call is, so that a conversation gets the same ones each time it is mended.
    """
    form = re.compile(dialect.call_ids, re.DOTALL)
    taken = {call.id for entry in entries for call in entry.calls}
    seen: set[str] = set()
    alike: Counter[str] = Counter()
    for entry in entries:
        on_wire: set[str] = set()
        for call in entry.calls:
            if not call.name:
                call.name = (call.result.name if call.result else "") or NAMELESS
                findings.mended(entry, "missing_name", f"its call {call.id!r} has no name.")
            wrong = _wrong_id(call, form, seen, on_wire)
            if wrong is not None:
                _tell(entry, wrong, call, findings)
                call.original_id = None
                if not form.fullmatch(call.id) or call.id in seen:
                    what = f"{call.name} {call.arguments} {call.id}"
                    alike[what] += 1
                    call.id = derive(f"{alike[what]} {what}", taken)
                    taken.add(call.id)
            seen.add(call.id)
            on_wire.add(call.wire_id)
            if call.result is not None:
                _name_result(call.result, call, dialect, findings)


def _wrong_id(call: Call, form: re.Pattern[str], seen: set[str], on_wire: set[str]) -> Kind | None:
    if not call.id:
        return "missing_id"
    if call.id in seen or call.wire_id in on_wire:
        return "duplicate_id"
    is_text = not isinstance(call.source, Mapping) or isinstance(call.source.get("id"), str)
    return None if is_text and form.fullmatch(call.wire_id) else "id_form"


def _tell(entry: Entry, kind: Kind, call: Call, findings: Findings) -> None:
    if call.source is None:
        return  # a call that was put in, or read from text
    reasons = {
        "missing_id": "has no id",
        "duplicate_id": f"has the id {call.wire_id!r}, which another call has",
        "id_form": f"has the id {call.wire_id!r}, which is of a form that is not taken here",
    }
    findings.mended(entry, kind, f"its call of {call.name!r} {reasons[kind]}.")


def _name_result(result: Entry, call: Call, dialect: Dialect, findings: Findings) -> None:
    if not result.call_id and call.source is not None:
        findings.mended(result, "missing_id", f"it does not tell that it answers the call {call.id!r}.")
    if result.call_id != call.id:
        result.call_id, result.changed = call.id, True
    if result.name and result.name != call.name:
        findings.mended(result, "wrong_name", f"it is named {result.name!r}, but answers a call of {call.name!r}.")
    elif not result.name and dialect.result_names and call.source is not None:
        findings.mended(result, "missing_name", f"it does not tell that it is from {call.name!r}.")
    elif result.name or not dialect.result_names:
        return
    result.name, result.changed = call.name, True
