"""The transport that records, or replays, beneath a client of httpx."""

from __future__ import annotations

from collections.abc import Callable
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
        content = await response.aread()
        await response.aclose()
        theirs = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        self._keep(url, headers, body, (response.status_code, theirs, content))
        theirs.pop("transfer-encoding", None)
        theirs.pop("content-length", None)
        return httpx.Response(response.status_code, headers=theirs, content=content)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._network is not None:
            await self._network.aclose()
