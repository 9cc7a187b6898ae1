"""Who may fill how much of a context that several generations share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL = 0.1
"""Seconds between two looks at whether a waiting generation is stopped."""


class Room:
    """Tokens to be shared out, first come, first served.

    llama.cpp fails every running generation when they outgrow the context together. So each takes its tokens,
    prompt and answer, before it starts.

    Args:
        tokens: All there are.
        places: How many generations may run side by side.
    """

    def __init__(self, tokens: int, places: int) -> None:
        self._tokens = tokens
        self._places = places
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def take(self, tokens: int, stopped: Callable[[], bool]) -> Iterator[bool]:
        """Hold tokens for the time of the block; waits until there are enough. Call in a worker thread.

        Args:
            tokens: At most all there are.
            stopped: Asked while waiting.

        Yields:
            False when `stopped` before its turn came.
        """
        got = self._wait(tokens, stopped)
        try:
            yield got
        finally:
            if got:
                self._give(tokens)

    def _wait(self, tokens: int, stopped: Callable[[], bool]) -> bool:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while not (self._queue[0] is ticket and self._fits(tokens)):
                    if stopped():
                        return False
                    self._changed.wait(POLL)
                self._tokens -= tokens
                self._places -= 1
                return True
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _fits(self, tokens: int) -> bool:
        return self._places > 0 and tokens <= self._tokens

    def _give(self, tokens: int) -> None:
        with self._changed:
            self._tokens += tokens
            self._places += 1
            self._changed.notify_all()
