"""Events from the loop to whoever listens."""

from __future__ import annotations

from collections import deque

import anyio

from ..events import Event

CAPACITY = 1024
"""Events that may wait for a slow listener before the run waits for it."""


class Channel:
    """A queue with one writer and one reader in the same event loop.

    Writing never waits, so that a burst of tokens costs one wake-up, not one for each.
    """

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._readable = anyio.Event()
        self._writable = anyio.Event()
        self._closed = False

    def send(self, event: Event) -> None:
        """Add an event and wake the reader."""
        self._events.append(event)
        self._readable.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._readable.set()

    async def drained(self) -> None:
        """Wait while the reader is more than `CAPACITY` events behind."""
        while len(self._events) > CAPACITY and not self._closed:
            self._writable = anyio.Event()
            await self._writable.wait()

    async def receive(self) -> Event | None:
        """The next event, or None at the end."""
        while not self._events:
            if self._closed:
                return None
            self._readable = anyio.Event()
            await self._readable.wait()
        event = self._events.popleft()
        if len(self._events) == CAPACITY // 2:
            self._writable.set()
        return event
