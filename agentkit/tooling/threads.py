"""Sync functions in threads, so that they never stop the event loop."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from types import GeneratorType
from typing import Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from .context import Context, Stopped
from .outcome import Outcome

THREADS = 128
"""Calls of sync tools at the same time, in one event loop. anyio's own limit of 40 is shared with everything else."""
MOST_ITEMS = 10_000
"""Items of an iterator that are read."""

_limiter: RunVar[CapacityLimiter] = RunVar("agentkit_tool_threads")


async def in_thread(function: Callable[[], Any], context: Context[Any]) -> Outcome:
    """Run a sync function in a worker thread, with the context variables of the caller.

    A call that is cancelled is left to itself: nothing waits for its thread, which ends at the next
    `Context.checkpoint`. If it was still waiting for a thread, it never starts.

    Args:
        function: What to run. A generator that it returns is stepped in the thread, and other iterators are read there.
        context: Of the call; its `close` says that the call is over.
    """

    def work() -> Outcome:
        if context.stopped:
            return Outcome(error=Stopped())
        try:
            value = function()
            if isinstance(value, GeneratorType):
                value = stepped(value, context)
            elif isinstance(value, Iterator):
                value = list(islice(value, MOST_ITEMS))
        except BaseException as error:  # handed to the event loop, which decides
            return Outcome(error=error)
        return Outcome(value)

    return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=_threads())


def stepped(generator: Generator[Any, Any, Any], context: Context[Any]) -> Any:
    """Run a generator to its end: each yield is progress, its return value or else its last yield the result."""
    last = None
    try:
        while True:
            last = next(generator)
            context.progress(last)
    except StopIteration as end:
        return last if end.value is None else end.value
    finally:
        generator.close()


def _threads() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(THREADS)
        _limiter.set(limiter)
        return limiter
