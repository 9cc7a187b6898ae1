"""One reply being read, whatever the server chose to send: a stream of events, or JSON at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio

from ..errors import AgentKitError, ConnectionFailedError, InvalidReplyError, RunnerError, TruncatedStreamError
from ..generation import Delta
from ..wire.errors import refused
from ..wire.replies import ReplyReader
from ..wire.sse import EventSplitter
from .failures import failed

MAX_BODY = 32 * 1024 * 1024
"""Most bytes of a reply that comes at once."""

GRACE = 2.0
"""Seconds to wait for the end of a stream that has sent its last event, so that its connection can be kept."""

BLANK = b" \t\r\n\xef\xbb\xbf"
"""White space, and a byte order mark."""

REQUEST_IDS = ("cf-ai-req-id", "x-request-id", "cf-ray")


class Reply:
    """A reply whose headers have come.

    Args:
        response: Of httpx, httpx2 or a client like them, opened with `stream=True`.
        reader: What makes deltas of its frames.
        where: Host and port of the server.
    """

    def __init__(self, response: Any, reader: ReplyReader, where: str) -> None:
        self._response = response
        self._reader = reader
        self._where = where
        encoded = "content-encoding" in response.headers
        self._chunks: AsyncIterator[bytes] = aiter(response.aiter_bytes() if encoded else response.stream)
        self._splitter: EventSplitter | None = None
        self._raw: list[bytes] = []
        self._over = False

    async def begin(self) -> list[Delta]:
        """The first deltas; all of them where the reply comes at once.

        Raises:
            RunnerError: The reply is an error, or nothing that a model server sends.
        """
        response = self._response
        if response.status_code >= 300:
            raise await self._refusal()
        start = await self._next()
        while start is not None and not start.strip(BLANK):
            start = await self._next()
        if start is None:
            raise InvalidReplyError(f"The reply of {self._where} is empty.", status=response.status_code)
        if start.lstrip(BLANK)[:1] in b'{[<"':
            body = await self._rest(start)
            return [*self._reader.feed(body, whole=True), *self._finish()]
        self._splitter = EventSplitter()
        deltas = self._feed(self._splitter.feed(start))
        while not deltas and not self._over:
            deltas = await self.more() or []
        return deltas

    async def more(self) -> list[Delta] | None:
        """The next deltas, which may be none; None after the last.

        Raises:
            RunnerError: The stream reports an error, breaks, or stays silent; `text` has the answer so far.
        """
        if self._over or self._splitter is None:
            return None
        chunk = await self._next()
        if chunk is not None:
            return self._feed(self._splitter.feed(chunk))
        return [*self._feed(self._splitter.close(), last=True), *self._finish()]

    async def aclose(self) -> None:
        """Close the connection, unless the reply was read to its end."""
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()
        await self._response.aclose()

    def _feed(self, events: list[tuple[str, str]], *, last: bool = False) -> list[Delta]:
        deltas: list[Delta] = []
        feed = self._reader.feed_last if last else self._reader.feed
        for name, data in events:
            if name == "error":
                raise self._reader.fail(data)
            deltas += feed(data)
        return deltas

    def _finish(self) -> list[Delta]:
        self._over = True
        headers = self._response.headers
        request_id = next((headers[name] for name in REQUEST_IDS if name in headers), None)
        neurons = _number(headers.get("cf-ai-neurons"))
        return self._reader.finish(request_id=request_id, neurons=neurons, raw=tuple(self._raw))

    async def _next(self) -> bytes | None:
        """The next bytes; None at the end."""
        chunk = await self._received()
        if chunk is not None:
            self._raw.append(chunk)
        return chunk

    async def _received(self) -> bytes | None:
        """Wait for the next bytes. A stream that has said that it is over may end in any way."""
        try:
            if not self._reader.done:
                return await self._chunks.__anext__()
            with anyio.move_on_after(GRACE):
                return await self._chunks.__anext__()
        except StopAsyncIteration:
            return None
        except Exception as error:
            ours = failed(error, self._where)
            if ours is None:
                raise
            if not self._reader.complete:
                raise self._broken(ours) from error
        return None

    def _broken(self, error: AgentKitError) -> AgentKitError:
        if isinstance(error, ConnectionFailedError) and self._reader.text:
            error = TruncatedStreamError(error.message)
        return self._reader.broken(error) if isinstance(error, RunnerError) else error

    async def _rest(self, start: bytes) -> str:
        pieces, size = [start], len(start)
        while (piece := await self._next()) is not None:
            pieces.append(piece)
            size += len(piece)
            if size > MAX_BODY:
                raise InvalidReplyError(f"The reply of {self._where} is longer than {MAX_BODY:,} bytes.")
        return b"".join(pieces).decode("utf-8-sig", "replace")

    async def _refusal(self) -> RunnerError:
        headers, status = self._response.headers, self._response.status_code
        error = refused(await self._rest(b""), status, headers)
        if status < 400:
            error.message = f"{self._where} redirects to {headers.get('location')!r}."
            error.hint = "Set base_url to where the models are; redirects are not followed."
        advice = headers.get("x-should-retry")
        error.should_retry = {"true": True, "false": False}.get(advice) if advice else None
        return error


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
