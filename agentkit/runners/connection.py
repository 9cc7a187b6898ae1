"""One HTTP/1.1 connection: an anyio stream and what h11 knows about it."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterable

import anyio
import anyio.abc
import h11
from anyio.abc import SocketAttribute

LARGE = 1_048_576
"""Bytes of a body from which on it is sent by itself: below, a copy costs less than a second packet."""

MAX_HEAD = 65_536
"""Most bytes of a status line and its headers, and of a line of a chunked body."""

LOST = (anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)
"""How a connection breaks while it is read or written."""


class Connection:
    """A connection that carries one request after the other."""

    def __init__(self, stream: anyio.abc.ByteStream) -> None:
        self._stream = stream
        self._socket: socket.socket = stream.extra(SocketAttribute.raw_socket)
        self._codec = h11.Connection(h11.CLIENT, MAX_HEAD)
        self.idle_since = 0.0
        """When it was last put aside, on the event loop's clock."""
        self.broken = False
        """Whether the server has closed it, or the network has."""

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
        """Connect, by IPv6 or IPv4, whichever answers first.

        Raises:
            OSError: No connection, or no trust in it (`ssl.SSLError`).
        """
        if tls is None:
            return cls(await anyio.connect_tcp(host, port))
        return cls(await anyio.connect_tcp(host, port, ssl_context=tls, tls_standard_compatible=False))

    async def send(self, method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        """Send a request. That the server has gone meanwhile shows when its answer is read."""
        send = self._codec.send
        head = send(h11.Request(method=method, target=target, headers=list(headers))) or b""
        pieces = [head, send(h11.Data(data=body)) or b"", send(h11.EndOfMessage()) or b""]
        try:
            if len(body) > LARGE:
                await self._stream.send(head)
                pieces = pieces[1:]
            await self._stream.send(b"".join(pieces))
        except LOST:
            pass

    async def head(self) -> h11.Response | None:
        """Status and headers of the answer; None where the connection ended before the first byte.

        Raises:
            h11.RemoteProtocolError: The answer is not HTTP/1.1, or was broken off.
        """
        begun = False
        while True:
            event = self._codec.next_event()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                data = await self._receive()
                if not (data or begun):
                    return None
                if not begun and data[:5] != b"HTTP/"[: len(data)]:
                    raise h11.RemoteProtocolError(f"illegal status line: {data[:40]!r}")
                begun = True

    def buffered(self) -> tuple[bytes, bool]:
        """What of the body is here already, and whether that was its end.

        Raises:
            h11.RemoteProtocolError: The body breaks the rules of HTTP, or was broken off.
        """
        pieces = []
        next_event = self._codec.next_event
        while True:
            event = next_event()
            if isinstance(event, h11.Data):
                pieces.append(event.data)
            else:
                return b"".join(pieces), event is not h11.NEED_DATA

    async def fill(self) -> None:
        """Wait for more of the answer."""
        await self._receive()

    async def _receive(self) -> bytes:
        try:
            data = await self._stream.receive()
        except (anyio.EndOfStream, *LOST):
            data = b""
            self.broken = True
        self._codec.receive_data(data)
        return data

    def renew(self) -> bool:
        """Get ready for another request; False where the connection cannot carry one."""
        codec = self._codec
        if codec.our_state is not h11.DONE or codec.their_state is not h11.DONE or codec.trailing_data != (b"", False):
            return False
        codec.start_next_cycle()
        return True

    def stale(self) -> bool:
        """Whether the server has closed it, or spoken unasked, while it was idle."""
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([self._socket], [], [], 0)[0])

    async def aclose(self) -> None:
        """Close it at once."""
        await anyio.aclose_forcefully(self._stream)
