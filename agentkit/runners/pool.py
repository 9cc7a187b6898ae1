"""Idle connections, per event loop and server."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Hashable

import anyio
from anyio.lowlevel import current_token

from .connection import Connection

KEEP = 60.0
"""Seconds after which an idle connection is not used again: it may be dead without anyone having said so."""


class Pool:
    """The connections to one server: those in use are counted, those that are idle lie on a stack."""

    def __init__(self, size: int) -> None:
        self._slots = anyio.Semaphore(size, max_value=size, fast_acquire=True)
        self._idle: deque[Connection] = deque()
        self._closed = False

    async def acquire(self) -> None:
        """Wait for the right to use one connection; first come, first served."""
        await self._slots.acquire()

    async def take(self) -> Connection | None:
        """The connection that was put aside last; None where a new one must be opened."""
        while self._idle:
            connection = self._idle.pop()
            if anyio.current_time() - connection.idle_since < KEEP and not connection.stale():
                return connection
            await connection.aclose()
        return None

    def release(self, connection: Connection | None = None) -> Connection | None:
        """Give the right back, and with it a connection that can be used again.

        Returns:
            A connection that is to be closed: one that has been idle for too long, or this one after `aclose`.
        """
        self._slots.release()
        if connection is None or self._closed:
            return connection
        now = connection.idle_since = anyio.current_time()
        self._idle.append(connection)
        return self._idle.popleft() if now - self._idle[0].idle_since > KEEP else None

    async def aclose(self) -> None:
        """Close what is idle, and what becomes idle from now on."""
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()


class Pools:
    """The pools of one transport.

    Args:
        size: Most connections in use at a time, per server and event loop.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._loops: dict[object, dict[Hashable, Pool]] = {}
        self._keepers: dict[object, AsyncGenerator[None, None]] = {}

    async def get(self, origin: Hashable) -> Pool:
        """The pool for a server on the event loop that is running."""
        loop = current_token().native_token
        pools = self._loops.get(loop)
        if pools is None:
            self._forget_closed_loops()
            pools = self._loops[loop] = {}
            keeper = self._keepers[loop] = _keeper(pools, self._loops, loop)
            await anext(keeper)
        pool = pools.get(origin)
        if pool is None:
            pool = pools[origin] = Pool(self._size)
        return pool

    def _forget_closed_loops(self) -> None:
        """Drop connections of asyncio loops that were closed without finalising their generators."""
        for loop in list(self._loops):
            if getattr(loop, "is_closed", bool)():
                del self._loops[loop], self._keepers[loop]

    async def aclose(self) -> None:
        """Close the connections of the event loop that is running."""
        keeper = self._keepers.pop(current_token().native_token, None)
        if keeper is not None:
            await keeper.aclose()


async def _keeper(
    pools: dict[Hashable, Pool], loops: dict[object, dict[Hashable, Pool]], loop: object
) -> AsyncGenerator[None, None]:
    """Closes the connections of an event loop when it ends: a loop finalises the generators that are still open."""
    try:
        yield
    finally:
        loops.pop(loop, None)
        for pool in pools.values():
            await pool.aclose()
