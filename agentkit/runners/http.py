"""HTTP for the runners that ask a server: one client, retries in one layer, replies streamed or not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from ..errors import RunnerError, ServerError
from ..generation import Delta
from ..wire.replies import ReplyReader
from ..wire.sse import EventSplitter

MAX_BODY = 32 * 1024 * 1024


class Endpoint:
    """One model server."""

    def __init__(
        self,
        headers: Mapping[str, str],
        *,
        client: Any = None,
        timeout: float = 600.0,
        retries: int = 2,
        max_connections: int = 500,
    ) -> None:
        self._headers = dict(headers)
        self._given = client
        self._client = client
        self._retries = retries
        self._max_connections = max_connections
        limits = {"connect": min(10.0, timeout), "write": timeout, "pool": None}
        self._limits = {**limits, "read": timeout, "idle": min(120.0, timeout)}

    def _open_client(self) -> Any:
        if self._client is None:
            import httpx

            from .transport import LeanTransport

            self._client = httpx.AsyncClient(transport=LeanTransport(max_connections=self._max_connections))
        return self._client

    async def ask(
        self, url: str, body: bytes, reader: ReplyReader, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Delta, None]:
        """Send a request and read the reply."""
        client = self._open_client()
        headers = {**self._headers, **headers} if headers else self._headers
        request = client.build_request(
            "POST", url, content=body, headers=headers, extensions={"timeout": self._limits}
        )
        response = await client.send(request, stream=True)
        try:
            chunks = aiter(response.stream)
            first = await anext(chunks, b"")
            if response.status_code >= 300:
                raise ServerError(f"{response.status_code}: {first[:500]!r}", status=response.status_code)
            if first.lstrip()[:1] == b"{":
                pieces = [first]
                async for chunk in chunks:
                    pieces.append(chunk)
                for delta in reader.feed(b"".join(pieces).decode("utf-8", "replace"), whole=True):
                    yield delta
            else:
                splitter = EventSplitter()
                for _, data in splitter.feed(first):
                    for delta in reader.feed(data):
                        yield delta
                async for chunk in chunks:
                    for _, data in splitter.feed(chunk):
                        for delta in reader.feed(data):
                            yield delta
        finally:
            await response.aclose()
        for delta in reader.finish():
            yield delta

    async def aclose(self) -> None:
        client, self._client = self._client, self._given
        if client is not None and client is not self._given:
            await client.aclose()
