"""Between what makes a stream and the client that reads it."""

from __future__ import annotations

from contextlib import suppress

import anyio
from anyio.abc import TaskGroup
from starlette.requests import ClientDisconnect
from starlette.types import Scope, Send

from .connections import is_writable

MOST = 1_000_000
"""Bytes that wait for a client that reads more slowly than its answer is made; then the answer waits."""
_PIECE = 65_536
"""Bytes that are handed to a slow connection at a time; who reads so many has not stalled."""


class Stalled(Exception):
    """The client reads nothing."""


class Outbox:
    """Pieces of a body on their way.

    A piece is sent at once where the connection takes it. Where it does not, what made the piece goes on, and a task
    sends what has gathered, joined, as the client reads.

    Args:
        scope: Of the request.
        send: Of the request.
        group: Where the task runs.
        stalled: Seconds after which a client is given up that reads nothing, while something waits for it.
    """

    def __init__(self, scope: Scope, send: Send, group: TaskGroup, stalled: float) -> None:
        self._scope = scope
        self._send = send
        self._group = group
        self._stalled = stalled
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_delivering = False
        self._ended = False
        self._taken = anyio.Event()
        self.is_done = False
        """Whether the connection has the whole body."""

    async def put(self, piece: bytes) -> None:
        """Send a piece, now or soon; waits where too much waits already.

        Raises:
            Stalled: The client reads nothing.
        """
        if not self._is_delivering and is_writable(self._scope):
            await self._hand_over(piece, ended=False)
            return
        while self._size > MOST:
            await self._progress()
        self._add(piece)

    async def finish(self, piece: bytes) -> None:
        """Send the last piece, and wait until the connection has everything.

        Raises:
            Stalled: The client reads nothing.
        """
        self._ended = True
        if not self._is_delivering and is_writable(self._scope):
            await self._hand_over(piece, ended=True)
            return
        self._add(piece)
        while not self.is_done:
            await self._progress()

    async def _progress(self) -> None:
        """Wait until the client has taken something."""
        self._taken = anyio.Event()
        with anyio.move_on_after(self._stalled) as patience:
            await self._taken.wait()
        if patience.cancelled_caught:
            raise Stalled

    def _add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if not self._is_delivering:
            self._is_delivering = True
            self._group.start_soon(self._deliver)

    async def _deliver(self) -> None:
        """Send until nothing waits."""
        with suppress(ClientDisconnect):  # whoever watches the connection ends the work
            await self._send_all()
        self._is_delivering = False

    async def _send_all(self) -> None:
        while self._pieces:
            body, ended = b"".join(self._pieces), self._ended
            self._pieces.clear()
            self._size = 0
            for start in range(0, max(1, len(body)), _PIECE):
                await self._hand_over(body[start : start + _PIECE], ended=ended and start + _PIECE >= len(body))
                self._taken.set()

    async def _hand_over(self, body: bytes, *, ended: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": not ended})
        self.is_done = ended
