"""Blocking work in threads, its results in an event loop."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any, Generic, TypeVar

import anyio
from anyio.lowlevel import RunVar, current_token

from .workers import work_in_thread

T = TypeVar("T")

MOST_THREADS = 256
"""Threads that work for one event loop at a time; further ones wait their turn."""
PATIENCE = 10.0
"""Seconds that the end of the process waits for running work to notice that it is stopped."""

_turns: RunVar[anyio.Semaphore] = RunVar("agentkit local turns")
_running: set[Job[Any]] = set()


class Stopped(Exception):
    """Raised in a thread to end work that nobody waits for any more."""


class Job(Generic[T]):
    """One piece of blocking work, and what it has handed out so far.

    Args:
        work: Called in a thread; it hands out items with `put`, and looks at `stopped` often.
    """

    def __init__(self, work: Callable[[Job[T]], None]) -> None:
        self._work = work
        self._items: deque[T] = deque()
        self._wake: anyio.Event
        self._told = False
        self._done = False
        self._error: BaseException | None = None
        self.stopped = False
        """Nobody wants the rest."""
        self.ended = threading.Event()
        """Set when the work has returned."""

    def put(self, item: T) -> None:
        """Hand out an item; called in the thread."""
        self._items.append(item)
        self._tell()

    async def items(self) -> AsyncGenerator[T, None]:
        """Start the work, and yield what it hands out. Closing or cancelling this stops the work."""
        turn = _turn()
        await turn.acquire()
        try:
            self._start()
            while not (self._done and not self._items):
                await self._wake.wait()
                self._wake = anyio.Event()
                self._told = False
                while self._items:
                    yield self._items.popleft()
        finally:
            self.stopped = True
            turn.release()
        if self._error is not None:
            raise self._error

    def _start(self) -> None:
        self._wake = anyio.Event()
        loop: Any = current_token().native_token
        # Never wait for the loop here: it may have ended. So not anyio.from_thread, which waits.
        self._schedule = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon  # asyncio, trio
        work_in_thread(self._run)

    def _run(self) -> None:
        _running.add(self)
        try:
            self._work(self)
        except BaseException as error:
            self._error = error
        finally:
            _running.discard(self)
            self._done = True
            self._told = False
            self._tell()
            self.ended.set()

    def _tell(self) -> None:
        if self._told or (self.stopped and not self._done):
            return
        self._told = True
        try:
            self._schedule(lambda: self._wake.set())
        except RuntimeError:  # the event loop has ended
            self.stopped = True


def _turn() -> anyio.Semaphore:
    turn = _turns.get(None)
    if turn is None:
        turn = anyio.Semaphore(MOST_THREADS)
        _turns.set(turn)
    return turn


def stop_all() -> bool:
    """Stop everything and wait for it, at the end of the process; False when something does not stop."""
    until = time.monotonic() + PATIENCE
    for job in tuple(_running):
        job.stopped = True
    for job in tuple(_running):
        job.ended.wait(max(0.0, until - time.monotonic()))
    return not _running
