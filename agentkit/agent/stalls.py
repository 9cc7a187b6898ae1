"""Notice that a run goes round in circles: the same calls, the same results, again and again."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence

from ..messages import ToolCall, ToolResult

NUDGE = 1
"""Repeats after which the model is told; at one more it gets the earlier result, at two more the run lands."""
LONGEST_CYCLE = 3
"""A-A, A-B-A-B and A-B-C-A-B-C are seen."""
FAILING_NUDGE, FAILING_LAND = 3, 6
"""Turns in a row in which every call fails in the same way, whatever the arguments."""


class StallGuard:
    """Watches the turns of one run. Calls of polling tools count as progress."""

    def __init__(self) -> None:
        self._turns: deque[Sequence[ToolResult]] = deque(maxlen=LONGEST_CYCLE * 4)
        self.repeats = 0
        """How often the cycle that is going on has been repeated."""
        self.failing = 0
        """Turns in a row in which every call failed in the same way."""

    def cached(self, calls: Sequence[ToolCall]) -> Sequence[ToolResult]:
        """The earlier results of calls that only go on with a cycle; empty where they must be made."""
        if self.repeats < NUDGE:
            return ()
        for size in range(1, min(LONGEST_CYCLE, len(self._turns)) + 1):
            earlier = self._turns[-size]
            if self._repeated(size) >= NUDGE and _same_calls(calls, [result.call for result in earlier]):
                return earlier
        return ()

    def observe(self, results: Sequence[ToolResult], *, polling: bool = False) -> None:
        """Take note of a turn's results."""
        if polling:
            self._turns.clear()
            self.repeats = self.failing = 0
            return
        failed = all(result.status != "ok" for result in results)
        alike = bool(self._turns) and _same_failures(self._turns[-1], results)
        self.failing = (self.failing + 1 if alike else 1) if failed else 0
        self._turns.append(results)
        self.repeats = max(self._repeated(size) for size in range(1, LONGEST_CYCLE + 1))

    def _repeated(self, size: int) -> int:
        """How often the last `size` turns stand, unbroken, right before themselves."""
        turns, count = self._turns, 0
        while len(turns) >= size * (count + 2) and all(
            _same_turn(turns[-1 - index], turns[-1 - index - size * (count + 1)]) for index in range(size)
        ):
            count += 1
        return count


def _same_turn(a: Sequence[ToolResult], b: Sequence[ToolResult]) -> bool:
    return (
        len(a) == len(b)
        and all(_same_outcome(x, y) for x, y in zip(a, b, strict=True))
        and _same_calls([x.call for x in a], [y.call for y in b])
    )


def _same_failures(a: Sequence[ToolResult], b: Sequence[ToolResult]) -> bool:
    return len(a) == len(b) and all(
        x.call.name == y.call.name and _same_outcome(x, y) for x, y in zip(a, b, strict=True)
    )


def _same_outcome(a: ToolResult, b: ToolResult) -> bool:
    if a.error is not None and b.error is not None:  # their texts for the model have correlation ids, new each time
        return type(a.error) is type(b.error) and str(a.error) == str(b.error)
    return a.status == b.status and a.content == b.content


def _same_calls(a: Sequence[ToolCall], b: Sequence[ToolCall]) -> bool:
    return len(a) == len(b) and all(
        x.name == y.name and _same_arguments(x.arguments, y.arguments) for x, y in zip(a, b, strict=True)
    )


def _same_arguments(a: str, b: str) -> bool:
    """Whether two JSON texts say the same, in whatever order and spacing."""
    if a == b:
        return True
    try:
        return bool(json.loads(a) == json.loads(b))
    except (ValueError, RecursionError):
        return False
