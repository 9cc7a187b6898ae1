"""The playground: a page on which a person tries the server's models, with tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, TypeAlias

from starlette.routing import Route

from ..errors import ConfigurationError
from ..sources import load
from ..tooling.table import ToolTable
from ..tooling.tool import Tool
from ..tooling.toolset import Toolset
from ..wire.serving.refusals import Refusal, edge_body
from .exchange import Endpoint, Exchange
from .playground_config import config
from .playground_files import page_files
from .playground_tools import ToolCalls
from .state import State

READY_MADE = ("clock", "calculator")
"""Modules of `agentkit.tools` that are offered besides: they only compute."""

AnyTool: TypeAlias = Tool[..., Any] | Toolset | Callable[..., Any]


def routes(state: State, tools: Iterable[AnyTool] = ()) -> list[Route]:
    """The page at `/`, its files, what it is told of the server, and its calls of tools.

    Args:
        state: Of the server.
        tools: What the page may call, beside the harmless ready-made ones. Models are only told of them by the page,
            and never call them themselves.

    Raises:
        ConfigurationError: Two tools have one name.
        SchemaError: A tool cannot be described to a model.
    """
    table = _table(list(tools))

    async def configuration(exchange: Exchange) -> None:
        await exchange.reply(json.dumps(config(state, table, version("agentkit"))).encode())

    found = [Route(path, Endpoint(file, _error_body), methods=["GET"]) for path, file in page_files().items()]
    found.append(Route("/playground/config.json", Endpoint(configuration, _error_body), methods=["GET"]))
    calls = Endpoint(ToolCalls(state, table), _error_body)
    found.append(Route("/playground/tools/{name}", calls, methods=["POST"]))
    return found


def open_paths() -> frozenset[str]:
    """What a browser loads before the person can give a token; none of it tells anything of this server."""
    return frozenset(page_files())


def _table(tools: list[AnyTool]) -> ToolTable:
    """The tools, and the ready-made ones whose names are free and whose dependencies are installed."""
    table = ToolTable(tools)
    for name in READY_MADE:
        try:
            module = load(f"agentkit.tools.{name}")
        except ConfigurationError:
            continue
        found = [value for value in vars(module).values() if isinstance(value, Tool)]
        tools += [tool for tool in found if table.get(tool.name) is None]
    return ToolTable(tools)


def _error_body(refusal: Refusal, _request_id: str) -> bytes:
    return edge_body(refusal)
