"""One run under way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic

import anyio
import anyio.abc

from ..errors import AgentKitError
from ..events import Event, RunFinished
from ..messages import Message
from ..result import Result, T
from .channel import Channel
from .limits import RESERVE
from .loop import Plan, land, work
from .state import State


async def drive(plan: Plan, state: State, stop: anyio.CancelScope | None = None) -> Result[Any]:
    """Work until the end, a limit, the deadline or a stop, land, and make the history valid whatever happens."""
    stop = stop or anyio.CancelScope()
    seconds = plan.limits.deadline
    try:
        with stop:
            async with plan.table:
                await _within(plan, state, seconds)
        if stop.cancelled_caught:
            state.stop_reason = "cancelled"
    except AgentKitError as error:
        state.settle()
        error.partial = state.result()
        raise
    finally:
        state.settle()
    result = state.result()
    return result if plan.output is not None else replace(result, outputs=(result.response,))


async def _within(plan: Plan, state: State, seconds: float | None) -> None:
    """Work with nine tenths of the time, and land in the rest."""
    start = anyio.current_time()
    limit = None
    with anyio.CancelScope() as scope:
        if seconds is not None:
            scope.deadline = start + seconds * (1 - RESERVE)
        limit = await work(plan, state)
    if scope.cancelled_caught:
        limit = "deadline"
    if limit is None:
        return
    with anyio.CancelScope() as scope:
        if seconds is not None:
            scope.deadline = start + seconds
        await land(plan, state, limit)


class Run(Generic[T]):
    """A run that is being watched: iterate over its events inside `async with`.

    The run goes on while events are handled, at most a thousand events ahead. Leaving the block early stops it.
    """

    def __init__(self, prepare: Callable[[Channel], tuple[Plan, State]]) -> None:
        self._channel = Channel()
        self._plan, self._state = prepare(self._channel)
        self._stop = anyio.CancelScope()
        self._group: anyio.abc.TaskGroup
        self._error: BaseException | None = None
        self._result: Result[T] | None = None

    @property
    def messages(self) -> list[Message]:
        """The conversation so far; a valid history once the block is left."""
        return self._state.messages

    @property
    def result(self) -> Result[T]:
        """How the run ended; while it goes on, what there is so far."""
        return self._result if self._result is not None else self._state.result()

    def cancel(self) -> None:
        """Stop the run. Finished tool results are kept, and it ends with stop_reason `cancelled`."""
        self._stop.cancel()

    async def __aenter__(self) -> Run[T]:
        self._group = await anyio.create_task_group().__aenter__()
        self._group.start_soon(self._drive)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._result is None:
            self._group.cancel_scope.cancel()
        await self._group.__aexit__(None, None, None)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._channel.receive()
        if event is not None:
            return event
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def _drive(self) -> None:
        try:
            self._result = await drive(self._plan, self._state, self._stop)
            self._channel.send(RunFinished(self._result))
        except Exception as error:
            self._error = error  # raised where the events are read, not wrapped in a group
        finally:
            self._channel.close()
