"""The only door for code that is not async: an event loop in a thread of its own."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import TypeVar

import anyio
from anyio import CancelScope
from anyio.from_thread import BlockingPortal

from ..errors import ConfigurationError

R = TypeVar("R")

SLICE = 0.25
"""Seconds of one wait: a Ctrl-C that the system gives to another thread is noticed only between two of them."""
CLEAN_UP = 5.0
"""Seconds that an interrupted run gets to clean up."""

_lock = threading.Lock()
_door: tuple[int, BlockingPortal, int] | None = None
"""Process id, portal, and id of the portal's thread."""


def wait_for(start: Callable[[], Awaitable[R]]) -> R:
    """Run a coroutine to its end from a thread that may, or may not, have an event loop of its own.

    Ctrl-C cancels it, and is raised once it has cleaned up.
    """
    portal, thread = _portal()
    if threading.get_ident() == thread:
        raise ConfigurationError(
            "run_sync was called from async code of a run_sync.", hint="Use `await agent.run(...)` there."
        )
    scope = portal.call(CancelScope)
    future = portal.start_task_soon(_inside, scope, start)
    try:
        while not wait([future], timeout=SLICE).done:
            pass
        return future.result()
    except KeyboardInterrupt:
        portal.call(scope.cancel)
        with suppress(Exception):
            future.result(timeout=CLEAN_UP)
        raise


async def _inside(scope: CancelScope, start: Callable[[], Awaitable[R]]) -> R:
    with scope:
        return await start()
    raise RuntimeError("the run was interrupted")


def _portal() -> tuple[BlockingPortal, int]:
    global _door
    with _lock:
        if _door is None or _door[0] != os.getpid():  # a forked child has the parent's portal, but not its thread
            opened: Future[BlockingPortal] = Future()
            thread = threading.Thread(target=_serve, args=(opened,), name="agentkit-loop", daemon=True)
            thread.start()
            portal = opened.result()
            atexit.register(_close, portal, thread, os.getpid())
            _door = (os.getpid(), portal, portal.call(threading.get_ident))
        return _door[1], _door[2]


def _serve(opened: Future[BlockingPortal]) -> None:
    """Run an event loop until its portal is stopped.

    Not anyio's `start_blocking_portal`: in a forked child the end of the process would wait for its thread for ever.
    """

    async def serve() -> None:
        async with BlockingPortal() as portal:
            opened.set_result(portal)
            await portal.sleep_until_stopped()

    try:
        anyio.run(serve)
    except BaseException as error:
        if not opened.done():
            opened.set_exception(error)


def _close(portal: BlockingPortal, thread: threading.Thread, process: int) -> None:
    if process == os.getpid():
        portal.call(portal.stop)
        thread.join()
