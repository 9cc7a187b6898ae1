"""Everything that `agentkit serve` offers, as one application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import ASGIApp

from ..tooling.tool import Tool
from ..tooling.toolset import Toolset
from . import catalogue_routes, health_routes, playground_routes
from .access_log import LogFormat, access_log
from .app import make_app
from .state import State
from .watched import Watched


def assemble(
    state: State, tools: Iterable[Tool[..., Any] | Toolset | Callable[..., Any]] = (), log: LogFormat = "off"
) -> ASGIApp:
    """The whole server.

    Args:
        state: Of the server.
        tools: What the playground may call.
        log: How each request is logged on the standard error stream.

    Raises:
        ConfigurationError: Two tools have one name.
        SchemaError: A tool cannot be described to a model.
    """
    pages = health_routes.pages(state)
    open_paths: frozenset[str] = frozenset()
    if state.settings.playground:
        pages += playground_routes.routes(state, tools)
        open_paths = playground_routes.open_paths()
    app = make_app(state, catalogue_routes.routes(state), pages, open_paths)
    return Watched(app, state.meters, access_log(log))
