"""Notice that a run goes round in circles: the same calls, the same results, again and again."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from ..messages import ToolCall, ToolResult

NUDGE = 1
"""Repeats after which the model is told; at one more it gets the earlier result, at two more the run lands."""
LONGEST_CYCLE = 3
"""A-A, A-B-A-B and A-B-C-A-B-C are seen."""
FAILING_NUDGE, FAILING_LAND = 3, 6
"""Turns in a row in which every call fails in the same way, whatever the arguments."""

_Key: TypeAlias = tuple[object, ...]


class StallGuard:
    """Watches the turns of one run. Calls of polling tools count as progress."""

    def __init__(self) -> None:
        self._calls: deque[_Key] = deque(maxlen=LONGEST_CYCLE * 4)
        self._turns: deque[_Key] = deque(maxlen=LONGEST_CYCLE * 4)
        self._results: dict[_Key, ToolResult] = {}
        self._failure: _Key = ()
        self._failures = 0
        self.repeats = 0
        """How often the cycle that is going on has been repeated."""

    def expected(self, calls: Sequence[ToolCall]) -> bool:
        """Whether these calls go on with a cycle that has already been repeated."""
        if self.repeats < NUDGE:
            return False
        key = _calls_key(calls)
        return any(
            _repeats(self._turns, size) >= NUDGE and self._calls[-size] == key
            for size in range(1, LONGEST_CYCLE + 1)
            if size <= len(self._calls)
        )

    def cached(self, call: ToolCall) -> ToolResult | None:
        """The result that this call gave before."""
        return self._results.get(_call_key(call))

    def observe(self, results: Sequence[ToolResult], *, polling: bool = False) -> None:
        """Take note of a turn's results."""
        if polling:
            self._calls.clear()
            self._turns.clear()
            self.repeats = self._failures = 0
            return
        keys = [_call_key(result.call) for result in results]
        self._results.update(zip(keys, results, strict=True))
        self._calls.append(tuple(keys))
        self._turns.append(tuple((key, _outcome(result)) for key, result in zip(keys, results, strict=True)))
        self.repeats = max(_repeats(self._turns, size) for size in range(1, LONGEST_CYCLE + 1))
        self._observe_failures(results)

    @property
    def failing(self) -> int:
        """Turns in a row in which every call failed in the same way."""
        return self._failures

    def _observe_failures(self, results: Sequence[ToolResult]) -> None:
        failure = tuple((result.call.name, _outcome(result)) for result in results)
        if any(result.status == "ok" for result in results):
            self._failure, self._failures = (), 0
        elif failure == self._failure:
            self._failures += 1
        else:
            self._failure, self._failures = failure, 1


def _repeats(turns: Sequence[_Key], size: int) -> int:
    """How often the last `size` turns stand, unbroken, right before themselves."""
    history = list(turns)
    block = history[-size:]
    count = 0
    while history[-size * (count + 2) : -size * (count + 1)] == block:
        count += 1
    return count


def _calls_key(calls: Sequence[ToolCall]) -> _Key:
    return tuple(_call_key(call) for call in calls)


def _call_key(call: ToolCall) -> _Key:
    try:
        arguments = json.dumps(json.loads(call.arguments), sort_keys=True)
    except ValueError:
        arguments = call.arguments
    return (call.name, arguments)


def _outcome(result: ToolResult) -> object:
    if result.error is not None:  # its text for the model has a correlation id, new each time
        return (result.status, type(result.error).__name__, str(result.error))
    return (result.status, hash(result.content))
