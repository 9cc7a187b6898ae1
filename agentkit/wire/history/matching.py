"""Which result answers which call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .entries import Call, Entry


def match(entries: list[Entry]) -> dict[int, Call]:
    """Give each call its result: by id, else by name, else by order (quirks Q26, Q31).

    Of several calls with one id, a result answers the nearest before it that has none yet, else the nearest after it.

    Returns:
        The calls that are answered, by the `id()` of their results.
    """
    answered: dict[int, Call] = {}
    _by_id(entries, answered)
    _by_id(reversed(entries), answered)
    _by_order(entries, answered)
    return answered


def _by_id(entries: Iterable[Entry], answered: dict[int, Call]) -> None:
    waiting: dict[str, list[Call]] = defaultdict(list)
    for entry in entries:
        for call in reversed(entry.calls):  # the first is taken first
            if call.id and call.result is None:
                waiting[call.id].append(call)
        if entry.call_id and id(entry) not in answered and waiting[entry.call_id]:
            _pair(waiting[entry.call_id].pop(), entry, answered)


def _by_order(entries: list[Entry], answered: dict[int, Call]) -> None:
    waiting: list[Call] = []
    for entry in entries:
        if entry.calls:
            waiting += [call for call in entry.calls if call.result is None]
        elif entry.role != "tool":
            waiting = []
        elif waiting and not entry.call_id and not entry.settled:
            found = _next(waiting, entry.name)
            if found is not None:
                waiting.remove(found)
                _pair(found, entry, answered)


def _next(waiting: list[Call], name: str) -> Call | None:
    if not name:
        return waiting[0]
    named = next((call for call in waiting if call.name == name), None)
    return named or next((call for call in waiting if not call.name), None)


def _pair(call: Call, entry: Entry, answered: dict[int, Call]) -> None:
    call.result = entry
    answered[id(entry)] = call
