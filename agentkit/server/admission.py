"""How many requests are worked on at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from ..errors import OverloadedError, TimedOutError

FULL = "Capacity temporarily exceeded, please try again."
STOPPING = "Upstream service unavailable"
LATE = "Request timeout"
WAIT = 1.0
"""Seconds after which a client that was refused may try again."""


class Admission:
    """A fair queue of bounded length before the work.

    Args:
        most_running: Requests that are worked on at a time.
        most_waiting: Further ones that wait for their turn, in the order of their arrival.
    """

    def __init__(self, most_running: int, most_waiting: int) -> None:
        self._turns = anyio.Semaphore(most_running, fast_acquire=True)
        self._most_waiting = most_waiting
        self._scopes: set[anyio.CancelScope] = set()
        self.running = 0
        """Requests that are worked on now."""
        self.waiting = 0
        """Requests that wait for their turn now."""
        self.closed = False
        """Whether new requests are refused because the server ends."""
        self._stopped = False

    @asynccontextmanager
    async def place(self, *, reject_if_busy: bool = False, deadline: float | None = None) -> AsyncIterator[None]:
        """A place for one request; waits for one where all are taken.

        Args:
            reject_if_busy: Refuse rather than wait (contract/workers_ai.md section 11).
            deadline: Seconds for the wait and the work; None: any time.

        Raises:
            OverloadedError: As many as may are waiting already (429, code 3040), or the server ends (503, code 7009).
            TimedOutError: The time was up (408, code 3046).
        """
        if self.closed:
            raise _stopping()
        with anyio.move_on_after(deadline) as scope:
            self._scopes.add(scope)
            try:
                await self._turn(reject_if_busy)
                self.running += 1
                try:
                    yield
                finally:
                    self.running -= 1
                    self._turns.release()
            finally:
                self._scopes.discard(scope)
        if scope.cancelled_caught:
            raise _stopping() if self._stopped else TimedOutError(LATE, status=408, code=3046)

    def close(self) -> None:
        """Refuse all new requests."""
        self.closed = True

    def stop(self) -> None:
        """Refuse all new requests, and break off those that run."""
        self.closed = self._stopped = True
        for scope in tuple(self._scopes):
            scope.cancel()

    async def _turn(self, reject_if_busy: bool) -> None:
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            if reject_if_busy or self.waiting >= self._most_waiting:
                raise OverloadedError(FULL, status=429, code=3040, retry_after=WAIT) from None
            self.waiting += 1
            try:
                await self._turns.acquire()
            finally:
                self.waiting -= 1


def _stopping() -> OverloadedError:
    return OverloadedError(STOPPING, status=503, code=7009, retry_after=WAIT)
