"""The transport that records, or replays, beneath a client of httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import httpx

Answer: TypeAlias = tuple[int, dict[str, str], bytes]
"""Status, headers and body of a reply."""


class Tape(httpx.AsyncBaseTransport):
    """Asks the network when it records; never otherwise.

    Args:
        replay: Gives the reply to a URL, headers and body.
        keep: Gets them and the reply when it records; None replays.
    """

    def __init__(
        self,
        replay: Callable[[str, dict[str, str], bytes], Answer],
        keep: Callable[[str, dict[str, str], bytes, Answer], None] | None,
    ) -> None:
        self._replay = replay
        self._keep = keep
        self._network = httpx.AsyncHTTPTransport() if keep is not None else None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        body = await request.aread()
        url, headers = str(request.url), dict(request.headers)
        if self._keep is None or self._network is None:
            status, theirs, content = self._replay(url, headers, body)
            return httpx.Response(status, headers=theirs, content=content)
        response = await self._network.handle_async_request(request)
        keep, status = self._keep, response.status_code
        theirs = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        passed_on = {name: theirs[name] for name in theirs.keys() - {"transfer-encoding", "content-length"}}
        tee = _Tee(response, lambda content: keep(url, headers, body, (status, theirs, content)))
        return httpx.Response(status, headers=passed_on, stream=tee)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._network is not None:
            await self._network.aclose()


class _Tee(httpx.AsyncByteStream):
    """A reply that is passed on as it comes, and kept once it is whole."""

    def __init__(self, response: httpx.Response, keep: Callable[[bytes], None]) -> None:
        self._response = response
        self._keep = keep

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = []
        async for piece in self._response.aiter_bytes():
            pieces.append(piece)
            yield piece
        self._keep(b"".join(pieces))

    async def aclose(self) -> None:
        await self._response.aclose()
