"""One request for a model, and the way to its client."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ..errors import AgentKitError, OverloadedError, ServerError
from ..wire.serving.refusals import Refusal, refusal_of
from .request_ids import request_id_of
from .visit import visit_of

_log = logging.getLogger("agentkit.server")

ErrorBody: TypeAlias = Callable[[Refusal, str], bytes]
"""Writes the body of a refusal, with the id of the request."""
Headers: TypeAlias = list[tuple[bytes, bytes]]

PATIENCE = 2.0
"""Seconds in which a client may send the rest of a body that was refused."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the way to its client, as ASGI has them."""

    scope: Scope
    receive: Receive
    send: Send

    async def reply(self, body: bytes, status: int = 200, headers: Headers | None = None) -> None:
        """Answer with JSON."""
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *(headers or ())]
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, error: AgentKitError, error_body: ErrorBody) -> None:
        """Answer with an error."""
        refusal = self.note(error)
        headers: Headers = []
        if refusal.retry_after is not None:
            headers.append((b"retry-after", b"%d" % ceil(refusal.retry_after)))
        body = error_body(refusal, request_id_of(self.scope))
        if refusal.status == 413:
            await self._refuse_early(body, refusal.status, headers)
        else:
            await self.reply(body, refusal.status, headers)

    def note(self, error: AgentKitError) -> Refusal:
        """How an error is told to the client; the operator is told what the client is not."""
        refusal = refusal_of(error)
        visit_of(self.scope).refused(refusal.code)
        if refusal.status >= 500 and not isinstance(error, OverloadedError):
            where = error.__cause__ if isinstance(error, _UnforeseenError) else None
            _log.error("request %s failed: %s", request_id_of(self.scope), error, exc_info=where)
        return refusal

    async def _refuse_early(self, body: bytes, status: int, headers: Headers) -> None:
        """Answer while the client still sends, and close the connection once it has had time to read the answer."""
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
        head.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body, "more_body": True})
        with anyio.move_on_after(PATIENCE):
            while (await self.receive()).get("more_body", False):
                pass
        await self.send({"type": "http.response.body", "body": b""})


class Endpoint:
    """An ASGI application for one route, whose errors become answers.

    Args:
        handle: Answers a request; its errors, before it has sent anything, are answered here.
        error_body: Their shape.
    """

    def __init__(self, handle: Callable[[Exchange], Awaitable[None]], error_body: ErrorBody) -> None:
        self._handle = handle
        self._error_body = error_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            await self._handle(exchange)
        except ClientDisconnect:
            visit_of(scope).abandoned()
        except Exception as error:
            await exchange.refuse(known(error), self._error_body)


class _UnforeseenError(ServerError):
    """A bug, in a runner or a tool or here: where it came from is worth knowing."""


def known(error: Exception) -> AgentKitError:
    """The error as one of ours; another one is a bug, of which the client is told nothing."""
    if isinstance(error, AgentKitError):
        return error
    unforeseen = _UnforeseenError(f"unforeseen {type(error).__name__}", status=500, code=4007)
    unforeseen.__cause__ = error
    return unforeseen
