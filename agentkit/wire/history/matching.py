"""Which result answers which call."""

from __future__ import annotations

from collections import defaultdict, deque
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
    waiting = _Waiting()
    for entry in entries:
        if entry.calls:
            waiting.add(entry.calls)
        elif entry.role != "tool":
            waiting = _Waiting()
        elif not entry.call_id and not entry.settled:
            found = waiting.take(entry.name)
            if found is not None:
                _pair(found, entry, answered)


class _Waiting:
    """Calls without a result, in their order; one that gets its result elsewhere is passed over when it is met."""

    def __init__(self) -> None:
        self._all: deque[Call] = deque()
        self._named: dict[str, deque[Call]] = {}

    def add(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if call.result is None:
                self._all.append(call)
                self._named.setdefault(call.name, deque()).append(call)

    def take(self, name: str) -> Call | None:
        """The first of a name, else the first without one; the first of all where no name is given."""
        if not name:
            return _first(self._all)
        return _first(self._named.get(name)) or _first(self._named.get(""))


def _first(calls: deque[Call] | None) -> Call | None:
    while calls:
        call = calls.popleft()
        if call.result is None:
            return call
    return None


def _pair(call: Call, entry: Entry, answered: dict[int, Call]) -> None:
    call.result = entry
    answered[id(entry)] = call
