"""From a request of a model to its answer, in one piece or as a stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import anyio
from anyio.abc import TaskGroup
from starlette.requests import ClientDisconnect

from ..errors import ServerError
from ..generation import Delta, Finish
from ..wire.serving.asked import Asked
from ..wire.serving.writer import Writer
from .connections import drop, on_loss
from .exchange import Exchange, known
from .models import Served
from .outbox import Outbox, Stalled
from .state import State
from .telling import told_by
from .visit import Visit, visit_of

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


async def answer(state: State, exchange: Exchange, served: Served, asked: Asked, writer: Writer) -> None:
    """Run the model, and send what it says in the writer's shape.

    The work stops at once when the client goes away, also while it waits for its turn. An error after the first
    frame of a stream is sent as the writer's `failure`.

    Raises:
        AgentKitError: There was an error before anything was sent.
    """
    visit_of(exchange.scope).noted(asked.notes)
    answering = _Answering(state, exchange, served, asked, writer)
    async with anyio.create_task_group() as group:
        answering.work = group.cancel_scope
        with on_loss(exchange.scope, answering.lost) as is_watched:
            if not is_watched:
                group.start_soon(answering.watch)
            try:
                await (answering.stream(group) if asked.stream else answering.whole())
            except Exception as error:  # the group would wrap it
                answering.error = error
        answering.over = True
        if not is_watched:
            group.cancel_scope.cancel()
    if answering.error is not None:
        raise answering.error


class _Answering:
    """The work on one request."""

    def __init__(self, state: State, exchange: Exchange, served: Served, asked: Asked, writer: Writer) -> None:
        self._state = state
        self._exchange = exchange
        self._served = served
        self._asked = asked
        self._writer = writer
        self._visit: Visit = visit_of(exchange.scope)
        self._outbox: Outbox | None = None
        self.work: anyio.CancelScope
        """Cancelled to stop the work."""
        self.over = False
        """Whether there is nothing left to do."""
        self.error: Exception | None = None

    async def watch(self) -> None:
        """Wait until the client goes away; for servers that are not ours."""
        while (await self._exchange.receive())["type"] != "http.disconnect":
            pass
        self.lost()

    def lost(self) -> None:
        """The client has gone away: stop the work."""
        if not (self.over or (self._outbox is not None and self._outbox.is_done)):
            self._visit.abandoned()
            self.work.cancel()

    async def whole(self) -> None:
        """Answer in one piece."""
        delta: Delta | bytes | None = None
        async with self._deltas() as deltas:
            async for delta in deltas:
                self._visit.first_token()
                if not isinstance(delta, bytes):
                    self._writer.add(delta)
        self._finish(delta)
        await self._exchange.reply(self._writer.whole())

    async def stream(self, group: TaskGroup) -> None:
        """Answer frame by frame."""
        try:
            await self._stream(group)
        except Stalled:
            self._visit.abandoned()
            drop(self._exchange.scope)

    async def _stream(self, group: TaskGroup) -> None:
        delta: Delta | bytes | None = None
        last = b""
        try:
            async with self._deltas() as deltas:
                async for delta in deltas:
                    frames = delta if isinstance(delta, bytes) else self._writer.frames(delta)
                    if not frames:
                        continue
                    outbox = self._outbox or await self._begin(group)
                    await outbox.put(frames)
            self._finish(delta)
        except (Stalled, ClientDisconnect):
            raise
        except Exception as error:
            if self._outbox is None:
                raise
            last = self._broken(error)
        outbox = self._outbox or await self._begin(group)
        await outbox.finish(last)  # the model is free already

    @asynccontextmanager
    async def _deltas(self) -> AsyncIterator[AsyncGenerator[Delta | bytes, None]]:
        """The answer of the model, while this request has a place and its model is in use."""
        deadline = self._state.settings.deadline
        async with (
            self._state.admission.place(reject_if_busy=self._asked.reject_if_busy, deadline=deadline),
            self._state.models.using(self._served) as runner,
            aclosing(told_by(runner, self._asked, self._state.approvals)) as deltas,
        ):
            yield deltas

    def _finish(self, last: Delta | bytes | None) -> None:
        """Look at how the answer ended."""
        if not isinstance(last, Finish):
            raise ServerError("the model's answer has no end", status=500, code=4007)
        self._visit.finished(last.usage)

    def _broken(self, error: Exception) -> bytes:
        """The end of a stream that breaks off."""
        told = known(error)
        self._exchange.note(told)
        return self._writer.failure(told)

    async def _begin(self, group: TaskGroup) -> Outbox:
        self._visit.first_token()
        await self._exchange.send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        self._outbox = Outbox(self._exchange.scope, self._exchange.send, group, self._state.settings.stalled)
        return self._outbox
