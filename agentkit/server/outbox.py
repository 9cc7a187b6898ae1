"""Between what makes a stream and the client that reads it."""

from __future__ import annotations

import anyio
from starlette.types import Send

MOST = 1_000_000
"""Bytes that wait for a client that reads more slowly than its answer is made; then the answer waits."""
STALLED = 60.0
"""Seconds after which a client that reads nothing, while so much waits for it, is given up."""


class Stalled(Exception):
    """The client reads nothing."""


class Outbox:
    """Pieces of a body on their way. What is ready at once is sent at once, as one piece.

    Args:
        send: Of the request.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._ready = anyio.Event()
        self._taken = anyio.Event()
        self.sent = anyio.Event()
        """Set when the whole body has been handed to the connection."""

    async def put(self, piece: bytes) -> None:
        """Send a piece soon; waits where too much waits already.

        Raises:
            Stalled: The client reads nothing.
        """
        while self._size > MOST:
            self._taken = anyio.Event()
            with anyio.move_on_after(STALLED) as patience:
                await self._taken.wait()
            if patience.cancelled_caught:
                raise Stalled
        self.end_with(piece, ended=False)

    def end_with(self, piece: bytes, *, ended: bool = True) -> None:
        """Send a piece soon, and then, if it is the last one, end the body."""
        self._pieces.append(piece)
        self._size += len(piece)
        self._ended = ended
        self._ready.set()

    async def deliver(self) -> None:
        """Send until the body has ended."""
        ended = False
        while not ended:
            await self._ready.wait()
            self._ready = anyio.Event()
            body, ended = b"".join(self._pieces), self._ended
            self._pieces.clear()
            self._size = 0
            self._taken.set()
            await self._send({"type": "http.response.body", "body": body, "more_body": not ended})
        self.sent.set()
