"""The edge of the application: ids, access, and answers where no route has one."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..wire.serving.edge import EdgeRefusal, failed, not_routed, not_supported
from .access import Access
from .connections import drop, is_gone
from .exchange import Exchange
from .request_ids import begin_request
from .visit import visit_of

_log = logging.getLogger("agentkit.server")


class Edges:
    """An ASGI application around the routes.

    Every answer gets `cf-ai-req-id` and `cf-ray`. What is not allowed does not reach the routes; what has no route, or
    not with its method, and what fails unforeseen, is answered in the documented shape.

    Args:
        routes: A router that raises `HTTPException` where it has no route.
        access: Who may ask.
    """

    def __init__(self, routes: ASGIApp, access: Access) -> None:
        self._routes = routes
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._routes(scope, receive, send)
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        added = begin_request(scope).headers + self._access.cors_headers(headers)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *added]
            try:
                await send(message)
            except Exception:
                if is_gone(scope):
                    raise ClientDisconnect from None
                raise

        exchange = Exchange(scope, receive, sending)
        try:
            await self._serve(exchange, headers)
        except ClientDisconnect:
            visit_of(scope).abandoned()
        except Exception:
            _log.exception("a request failed with an unforeseen error")
            if started:
                drop(scope)
            else:
                await _refuse(exchange, failed())

    async def _serve(self, exchange: Exchange, headers: Headers) -> None:
        scope = exchange.scope
        refusal = self._access.stranger(headers)
        if refusal is None:
            preflight = self._access.preflight_headers(scope, headers)
            if preflight is not None:
                await exchange.reply(b"", headers=preflight)
                return
            refusal = self._access.token_refusal(scope, headers)
        if refusal is not None:
            await _refuse(exchange, refusal)
            return
        scope["app"] = self  # Starlette's routes then raise, rather than answer in plain text
        try:
            await self._routes(scope, exchange.receive, exchange.send)
        except HTTPException as error:
            await _refuse(exchange, _edge_refusal(scope, error), error.headers)


def _edge_refusal(scope: Scope, error: HTTPException) -> EdgeRefusal:
    if error.status_code == 405:
        return not_supported(scope["method"])
    return not_routed(scope["path"])


async def _refuse(exchange: Exchange, refusal: EdgeRefusal, headers: Mapping[str, str] | None = None) -> None:
    visit_of(exchange.scope).refused(refusal.code)
    more = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
    await exchange.reply(refusal.body, refusal.status, more)
