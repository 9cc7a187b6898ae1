"""A lean HTTP/1.1 transport for `httpx.AsyncClient(transport=...)`, on anyio sockets and h11.

httpx's own pool scans all its connections for every request, and collapses when some hundred are in use; here an idle
connection is popped from a stack. It runs on asyncio and trio, and on several event loops of one process, each with
connections of its own that are closed when the loop ends. Redirects, cookies and decoding remain httpx's, and so do
proxies: `agentkit.runners.http` takes httpx's own transport for those.
"""

from __future__ import annotations

import math
import os
import socket
import ssl
from functools import cache

import anyio
import h11
import httpx

from .connection import Connection
from .pool import Pool, Pools

Limits = dict[str, float | None]


class LeanTransport(httpx.AsyncBaseTransport):
    """Keep-alive connections on a stack.

    Seconds in `request.extensions["timeout"]`: `connect`, `read` (for the beginning of the answer's body) and, beside
    what httpx has, `idle` (between two pieces of it).

    Args:
        max_connections: Most connections in use at a time, per server and event loop. What is more waits in a queue.
    """

    def __init__(self, *, max_connections: int) -> None:
        self._pools = Pools(max_connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        limits: Limits = request.extensions.get("timeout") or {}
        url = request.url
        pool = await self._pools.get((url.scheme, url.host, url.port))
        await pool.acquire()
        connection = None
        try:
            connection = await pool.take()
            head = await _ask(connection, request, limits) if connection else None
            if connection is None or head is None:
                if connection is not None:  # it died while it was idle; the server has seen nothing
                    await connection.aclose()
                connection = await _connect(url, limits)
                head = await _ask(connection, request, limits)
            if head is None:
                raise httpx.ReadError("The server closed the connection without an answer.")
        except BaseException:
            pool.release()
            if connection is not None:
                await connection.aclose()
            raise
        body = Body(pool, connection, limits)
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=body)

    async def aclose(self) -> None:
        """Close the idle connections of this event loop."""
        await self._pools.aclose()


class Body(httpx.AsyncByteStream):
    """The body of an answer; its connection goes back to the pool as soon as it has been read to the end."""

    def __init__(self, pool: Pool, connection: Connection, limits: Limits) -> None:
        self._pool = pool
        self._connection: Connection | None = connection
        self._limit = limits.get("read")
        self._idle = limits.get("idle", self._limit)

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        while self._connection is not None:
            try:
                data, ended = self._connection.buffered()
                if ended:
                    await self._finish(self._connection)
                if data:
                    self._limit = self._idle
                    return data
                if not ended:
                    with _limit(self._limit) as scope:
                        await self._connection.fill()
                    if scope.cancelled_caught:
                        raise httpx.ReadTimeout(f"Nothing came for {self._limit:g} s.")
            except h11.RemoteProtocolError as error:
                raise _violation(error, self._connection) from error
        raise StopAsyncIteration

    async def _finish(self, connection: Connection) -> None:
        self._connection = None
        if connection.renew():
            old = self._pool.release(connection)
        else:
            old = connection
            self._pool.release()
        if old is not None:
            await old.aclose()

    async def aclose(self) -> None:
        """Close the connection where the body has not been read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release()
            await connection.aclose()


async def _connect(url: httpx.URL, limits: Limits) -> Connection:
    tls = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")) if url.scheme == "https" else None
    try:
        with _limit(limits.get("connect")) as scope:
            return await Connection.open(url.host, url.port or (443 if tls else 80), tls)
    except OSError as error:
        raise httpx.ConnectError(_reason(error)) from error
    assert scope.cancelled_caught
    raise httpx.ConnectTimeout(f"No connection after {limits.get('connect'):g} s.")


async def _ask(connection: Connection, request: httpx.Request, limits: Limits) -> h11.Response | None:
    try:
        with _limit(limits.get("read")) as scope:
            await connection.send(request.method.encode(), request.url.raw_path, request.headers.raw, request.content)
            return await connection.head()
    except h11.RemoteProtocolError as error:
        raise _violation(error, connection) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    assert scope.cancelled_caught
    raise httpx.ReadTimeout(f"No answer after {limits.get('read'):g} s.")


def _violation(error: h11.RemoteProtocolError, connection: Connection | None) -> httpx.TransportError:
    if connection is not None and connection.broken:
        return httpx.ReadError("The server closed the connection in the middle of its answer.")
    return httpx.RemoteProtocolError(str(error))


def _reason(error: BaseException) -> str:
    """What stands behind "all connection attempts failed"; of several, the first."""
    inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__
    if inner is not None:
        return _reason(inner)
    if isinstance(error, OSError) and error.errno and not isinstance(error, ssl.SSLError | socket.gaierror):
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


def _limit(seconds: float | None) -> anyio.CancelScope:
    return anyio.CancelScope(deadline=math.inf if seconds is None else anyio.current_time() + seconds)


@cache
def _trust(file: str | None, folder: str | None) -> ssl.SSLContext:
    """What every TLS connection of the process shares, because making it takes 20 ms; httpx reads both variables."""
    return httpx.create_ssl_context()
