"""The outermost layer of the application: each request is counted and logged when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .meters import Meters
from .visit import Visit, begin_visit

_ROUTE = re.compile(
    r"(?:/client/v4/accounts/[^/]+)?/(?:"
    r"ai/(?P<ai>run|models/search|models/schema|tasks/search|authors/search)(?:/.*)?"
    r"|(?:ai/)?v1/(?P<v1>chat/completions|models)(?:/.*)?"
    r"|(?P<own>healthz|metrics|)"
    r")",
    re.DOTALL,
)


def route_of(path: str) -> str:
    """The kind of a path, from a bounded set: what clients invent is `other`.

    >>> route_of("/client/v4/accounts/me/ai/run/@cf/a/b"), route_of("/v1/chat/completions"), route_of("/favicon.ico")
    ('ai/run', 'v1/chat/completions', 'other')
    """
    match = _ROUTE.fullmatch(path)
    if match is None:
        return "other"
    if match["ai"]:
        return f"ai/{match['ai']}"
    return f"v1/{match['v1']}" if match["v1"] else match["own"] or "page"


class Watched:
    """An ASGI application, and what becomes of each of its requests.

    Nothing is done for each frame of a stream.

    Args:
        app: The application.
        meters: Count each request.
        log: Is told of each request that is over: its method, its path, and what became of it.
    """

    def __init__(self, app: ASGIApp, meters: Meters, log: Callable[[str, str, Visit], None] | None = None) -> None:
        self._app = app
        self._meters = meters
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit, path = begin_visit(scope), scope["path"]

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                visit.id = _request_id(message)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except BaseException:
            visit.status = visit.status or 500
            raise
        finally:
            self._meters.count(visit, route_of(path))
            if self._log is not None:
                self._log(scope["method"], path, visit)


def _request_id(message: Message) -> str:
    for name, value in message.get("headers", ()):
        if name == b"cf-ai-req-id":
            return bytes(value).decode("latin-1")
    return ""
