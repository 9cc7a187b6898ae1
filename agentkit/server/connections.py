"""Connections that are more careful than uvicorn's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

_KEY = "agentkit.connection"

LONGEST_HEAD = 65_536
"""Bytes of the head of a request."""


def drop(scope: MutableMapping[str, Any]) -> None:
    """Cut the connection of a request, and forget what its client has not taken yet."""
    connection = scope.get(_KEY)
    if connection is not None:
        connection.cut()


def is_gone(scope: MutableMapping[str, Any]) -> bool:
    """Whether the connection of a request is closed; False where that is not known."""
    connection = scope.get(_KEY)
    return connection is not None and bool(connection.transport.is_closing())


def has_body(scope: MutableMapping[str, Any]) -> bool:
    """Whether the whole body of a request is here already; False where that is not known."""
    connection = scope.get(_KEY)
    return connection is not None and not connection.cycle.more_body


@contextmanager
def on_loss(scope: MutableMapping[str, Any], call: Callable[[], None]) -> Iterator[bool]:
    """Call a function when the client of a request goes away; False where nobody would call it."""
    connection = scope.get(_KEY)
    if connection is None:
        yield False
        return
    connection.losses.append(call)
    if connection.transport.is_closing():
        call()
    try:
        yield True
    finally:
        connection.losses.remove(call)


def is_writable(scope: MutableMapping[str, Any]) -> bool:
    """Whether the client of a request reads as fast as it is written to; False where that is not known."""
    connection = scope.get(_KEY)
    return connection is not None and not connection.flow.write_paused


class Connection(HttpToolsProtocol):
    """One connection of a client, which must say what it wants in time and in moderate length."""

    patience = 30.0
    """Seconds for the head of a request, and for the rest of a body that was refused."""

    @classmethod
    def with_patience(cls, seconds: float) -> type[Connection]:
        """The same with other patience."""
        return type(cls.__name__, (cls,), {"patience": seconds})

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head: int | None = 0
        self._patience: Any = None
        self._requests: list[RequestResponseCycle] = []
        self.losses: list[Callable[[], None]] = []
        """Called when the client is gone."""
        self._be_patient()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_content()
        self._tell()
        super().connection_lost(exc)

    def cut(self) -> None:
        """Close at once, whatever the client has not taken."""
        self._tell()
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.cut()
        if self._patience is None and (self.cycle is None or self.cycle.response_complete):
            self._be_patient()  # between two requests, or in the rest of one that was refused

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[_KEY] = self  # type: ignore[literal-required]
        self._head = 0
        if self._patience is None:
            self._be_patient()

    def on_headers_complete(self) -> None:
        self._head = None
        self._be_content()
        super().on_headers_complete()
        self._requests = [earlier for earlier in self._requests if not earlier.response_complete]
        if self.cycle is not None:
            self._requests.append(self.cycle)

    def timeout_keep_alive_handler(self) -> None:
        self.cut()  # to close it would wait for a client that does not read

    def _be_patient(self) -> None:
        self._patience = self.loop.call_later(self.patience, self.cut)

    def _be_content(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _tell(self) -> None:
        """Let all requests know that their client is gone; uvicorn tells only the last one that was sent."""
        for request in self._requests:
            if not request.response_complete:
                request.disconnected = True
                request.message_event.set()
        for call in tuple(self.losses):
            call()
