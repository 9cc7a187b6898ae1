"""The application: routes, and what stands around them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from . import approval_routes, chat_routes, run_routes
from .access import Access
from .edges import Edges
from .state import State

_log = logging.getLogger("agentkit.server")

ACCOUNT = "/client/v4/accounts/{account}/ai"
SHORT = "/ai"
OPEN = ("/healthz",)


def make_app(
    state: State,
    extra_routes: Iterable[BaseRoute] = (),
    pages: Iterable[BaseRoute] = (),
    open_paths: Iterable[str] = (),
) -> ASGIApp:
    """An ASGI application of a server.

    Another part of the server joins in like this: a function `routes(state) -> list[BaseRoute]` makes its routes,
    which go to `extra_routes` or `pages`; what runs beside the requests is appended to `state.background`; what a
    handler knows of its request it writes into `visit_of(scope)`. A handler raises `starlette.exceptions.HTTPException`
    with 404 or 405 where there is nothing: that, like any other error, is answered in the documented shape. Every
    answer gets its request id. Only pure ASGI may be put around the application, never `BaseHTTPMiddleware`.

    Args:
        state: Of the server.
        extra_routes: Routes of the API, with paths relative to `/client/v4/accounts/{account}/ai`. They are also found
            below `/ai`, and those that begin with `/v1/` also without any prefix.
        pages: Routes with whole paths.
        open_paths: What needs no token where the others do; one that ends in `/` stands for all below it.
    """
    more = list(extra_routes)
    shared = [*run_routes.routes(state), *chat_routes.routes(state), *approval_routes.routes(state), *more]
    bare = [*chat_routes.bare_routes(state), *(item for item in more if _is_bare(item))]
    api = Router(shared, redirect_slashes=False)
    routes = [Mount(ACCOUNT, api), Mount(SHORT, api), *bare, *pages]
    router = Router(routes, redirect_slashes=False, lifespan=lambda _: _running(state))
    return Edges(router, Access(state.settings, frozenset((*OPEN, *open_paths))))


def _is_bare(route: BaseRoute) -> bool:
    return isinstance(route, Route | Mount) and route.path.startswith("/v1/")


@asynccontextmanager
async def _running(state: State) -> AsyncIterator[None]:
    """While the server runs: its background work; at the end, every model is unloaded."""
    async with anyio.create_task_group() as group:
        for work in state.background:
            group.start_soon(_kept, work)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await state.models.aclose()


async def _kept(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Work beside the requests; an error in it is told, and ends nothing else."""
    try:
        await work()
    except Exception:
        _log.exception("work in the background has ended")
