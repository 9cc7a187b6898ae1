"""The transport that records, or replays, beneath a client of httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from .cassette import Cassette


class Tape(httpx.AsyncBaseTransport):
    """Asks the network when it records; never otherwise."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._network = httpx.AsyncHTTPTransport() if cassette.record else None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        body = await request.aread()
        url, headers = str(request.url), dict(request.headers)
        if self._network is None:
            status, theirs, content = self._cassette.replay(url, headers, body)
            return httpx.Response(status, headers=theirs, content=content)
        response = await self._network.handle_async_request(request)
        content = await response.aread()
        await response.aclose()
        theirs = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        self._cassette.keep(url, headers, body, (response.status_code, theirs, content))
        theirs.pop("transfer-encoding", None)
        theirs.pop("content-length", None)
        return httpx.Response(response.status_code, headers=theirs, content=content)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._network is not None:
            await self._network.aclose()
