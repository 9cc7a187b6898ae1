"""Run the function of a tool once, whatever kind of function it is."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

from anyio import get_cancelled_exc_class
from anyio.lowlevel import current_token

from .context import Context
from .outcome import Outcome
from .threads import in_thread
from .tool import Tool


async def run_once(tool: Tool[..., Any], args: list[Any], kwargs: dict[str, Any], context: Context[Any]) -> Outcome:
    """Call the function and wait for its result.

    Returns:
        The result, or what it raised. Cancellation from outside, and `KeyboardInterrupt`, are raised on.
    """
    kind = tool.kind
    if tool.streams or kind == "sync":  # which may hand back a generator
        context.open(_poster())
    try:
        if kind == "async":
            value = await tool.func(*args, **kwargs)
        elif kind == "async generator":
            value = await _drained(tool.func(*args, **kwargs), context)
        else:
            value, error = await in_thread(partial(tool.func, *args, **kwargs), context)
            if error is not None:
                return _settled(error)
        return Outcome(await _awaited(value, context))
    except BaseException as error:
        if isinstance(error, get_cancelled_exc_class()) and _from_outside():
            raise
        return _settled(error)


async def _drained(generator: AsyncGenerator[Any, Any], context: Context[Any]) -> Any:
    """Each yield is progress, the last one is the result."""
    last = None
    async with aclosing(generator):
        async for last in generator:
            context.progress(last)
    return last


async def _awaited(value: Any, context: Context[Any]) -> Any:
    """What a function returned, where that still has to be waited for."""
    if isinstance(value, (str, int, float, dict, list, type(None))):
        return value  # by far the most; `isawaitable` costs ten times as much
    while inspect.isawaitable(value):
        value = await value
    return await _drained(value, context) if inspect.isasyncgen(value) else value


def _settled(error: BaseException) -> Outcome:
    """An error of the tool; or raise what is meant for the whole program."""
    if isinstance(error, (Exception, SystemExit, GeneratorExit, get_cancelled_exc_class())):
        return Outcome(error=error)
    raise error


def _from_outside() -> bool:
    """Whether a cancellation that came through a tool was meant for this call.

    On asyncio a tool can raise the same exception itself, by waiting for something that was cancelled; then this task
    has not been asked to end. Trio knows no such thing.
    """
    asyncio = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio else None
    except RuntimeError:  # not an event loop of asyncio
        return True
    return task is None or task.cancelling() > 0


def _poster() -> Any:
    """A function that has the event loop call another one soon, from any thread, without waiting for it."""
    token: Any = current_token().native_token
    return getattr(token, "call_soon_threadsafe", None) or token.run_sync_soon
