"""What one rendering of a template may use up: steps, time, and text. Counted while it runs, so that it always ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

MOST_STEPS = 2_000_000
"""Statements, calls, filters and items of loops; a conversation of 1,000 messages takes some 50,000."""
MOST_SECONDS = 2.0
"""Of this thread's computing time."""
LONGEST = 16 * 2**20
"""Characters of one text, and of all that is written."""
MOST_ITEMS = 100_000
"""Values in one list or object, those inside of it counted."""
DEEPEST = 64
"""Lists and objects inside of each other, and calls of macros."""
MOST_BITS = 4096
"""Of one integer."""
_TIMELY = 64
"""Steps between two looks at the clock."""
_CONTAINERS: tuple[type, ...] = (list, tuple, dict, type({}.items()), type({}.keys()), type({}.values()))


class LimitError(Exception):
    """A template would use more than it may."""


class EndlessError(LimitError):
    """It would take longer than it may."""


class Budget:
    """What is left of one rendering.

    Args:
        given: What the template is given; nothing in it is counted again.
    """

    def __init__(self, *given: Any) -> None:
        self._steps = self._look = MOST_STEPS
        self._room = LONGEST
        self._until = time.thread_time() + MOST_SECONDS
        self._depth = 0
        self.known: dict[int, tuple[int, int]] = {}
        """Values and characters of lists and objects that were given, by `id`."""
        self._measure(given)

    def step(self, count: int = 1) -> None:
        """Something is done."""
        self._steps -= count
        if self._steps > self._look:
            return
        self._look = self._steps - _TIMELY
        if self._steps < 0:
            raise EndlessError(f"it took more than {MOST_STEPS:,} steps")
        if time.thread_time() > self._until:
            raise EndlessError(f"it took more than {MOST_SECONDS:g} seconds")

    def write(self, characters: int) -> None:
        """Something is written."""
        self._room -= characters
        if self._room < 0:
            raise LimitError(f"it wrote more than {LONGEST:,} characters")

    @contextmanager
    def call(self) -> Iterator[None]:
        """Something is called that may call itself."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise LimitError(f"its macros call each other more than {DEEPEST} deep")
        try:
            yield
        finally:
            self._depth -= 1

    def _measure(self, value: Any, depth: int = 0) -> tuple[int, int]:
        if not isinstance(value, _CONTAINERS):
            return 1, len(value) if isinstance(value, str) else 20
        if depth > DEEPEST:
            raise LimitError(f"what it was given is nested more than {DEEPEST} deep")
        parts = [self._measure(item, depth + 1) for item in _items(value)]
        total = 1 + sum(part[0] for part in parts), 4 * len(parts) + sum(part[1] for part in parts)
        self.known[id(value)] = total
        return total


_current = threading.local()


@contextmanager
def spending(*given: Any) -> Iterator[Budget]:
    """A new budget, for what this thread renders inside."""
    before = getattr(_current, "budget", None)
    _current.budget = budget = Budget(*given)
    try:
        yield budget
    finally:
        _current.budget = before


def budget() -> Budget:
    """That of what this thread renders."""
    current: Budget = _current.budget
    return current


def check_text(length: int) -> None:
    """Refuse a text that would become too long, before it is made."""
    if length > LONGEST:
        raise LimitError(f"it made a text of {length:,} characters, of at most {LONGEST:,}")


def size(value: Any) -> int:
    """Characters that a value has as text, about; refuses one that is too large, whatever is shared inside of it.

    Raises:
        LimitError: It is too large, too deep, or an integer with too many digits.
    """
    if isinstance(value, str):
        check_text(len(value))
        return len(value)
    if isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            raise LimitError(f"it made an integer of more than {MOST_BITS} bits")
        return 20
    return _size_of_items(value) if isinstance(value, _CONTAINERS) else 20


def _size_of_items(value: Any) -> int:
    known = budget().known
    characters = items = 0
    left = [(value, 1)]
    while left:
        container, depth = left.pop()
        if id(container) in known:
            items += known[id(container)][0]
            characters += known[id(container)][1]
            continue
        if depth > DEEPEST:
            raise LimitError(f"it made lists more than {DEEPEST} deep")
        items += len(container)
        if items > MOST_ITEMS:
            raise LimitError(f"it made a list of more than {MOST_ITEMS:,} values")
        for item in _items(container):
            if isinstance(item, _CONTAINERS):
                left.append((item, depth + 1))
            else:
                characters += 4 + (len(item) if isinstance(item, str) else size(item))
        check_text(characters)
    budget().step(items // 64)
    return characters


def _items(container: Any) -> Iterable[Any]:
    return chain.from_iterable(container.items()) if isinstance(container, dict) else container
