"""Tools that the playground's page may call: those that the server was started with, and no others."""

from __future__ import annotations

import json
import time
from typing import Any

import anyio

from ..errors import BadRequestError, RunnerError
from ..generation import Repaired
from ..messages import ToolCall, ToolResult
from ..tooling.context import Context
from ..tooling.table import ToolTable
from .body import read_json
from .exchange import Exchange
from .state import State

MOST_RUNNING = 16
"""Calls that run at a time; further ones wait."""


class ToolCalls:
    """Calls that a page asks for.

    Args:
        state: Of the server.
        table: The tools.
    """

    def __init__(self, state: State, table: ToolTable) -> None:
        self._settings = state.settings
        self._table = table
        self._places = anyio.Semaphore(MOST_RUNNING)

    async def __call__(self, exchange: Exchange) -> None:
        """Make one call, and stop it when the client goes away.

        Raises:
            BadRequestError: The body is not `{"arguments": ..., "approved": bool}` (400).
            RunnerError: The tool is marked to be approved, and nobody did (403).
        """
        name = exchange.scope["path_params"]["name"]
        body = await read_json(exchange.scope, exchange.receive, self._settings.most_bytes)
        call = ToolCall("playground", name, _arguments(body))
        tool = self._table.get(name)
        if tool is not None and tool.approve and body.get("approved") is not True:
            raise RunnerError(f"the tool {name!r} runs only where a person approved the call", status=403, code=9109)
        answer: bytes | None = None
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                while (await exchange.receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            group.start_soon(watch)
            answer = await self._answer(call)
            group.cancel_scope.cancel()
        if answer is not None:
            await exchange.reply(answer)

    async def _answer(self, call: ToolCall) -> bytes:
        """The result as JSON: what the model would be told, and how it went."""
        async with self._places:
            started = time.perf_counter()
            result: ToolResult | None = None
            with anyio.move_on_after(self._settings.deadline):
                async with self._table:
                    result = await self._table.execute(call, Context(None, call, ask=_approved))
            seconds = time.perf_counter() - started
        if result is None:
            result = ToolResult(call, f"Stopped after {self._settings.deadline:g} seconds.", "timeout")
        return json.dumps(
            {
                "name": call.name,
                "status": result.status,
                "content": result.content,
                "seconds": round(seconds, 6),
                "repairs": [_repair(Repaired(*repair)) for repair in result.repairs],
            }
        ).encode()


async def _approved(_call: ToolCall) -> bool:
    """The person did so on the page, with the arguments in view."""
    return True


def _repair(repair: Repaired) -> dict[str, str]:
    return {"what": repair.what, "before": repair.before, "after": repair.after}


def _arguments(body: Any) -> str:
    """The arguments as a model wrote them.

    Raises:
        BadRequestError: They are neither a text nor an object.
    """
    given = body.get("arguments", {}) if isinstance(body, dict) else None
    if isinstance(given, str):
        return given
    if isinstance(given, dict):
        return json.dumps(given)
    raise BadRequestError('the body must be {"arguments": {...}, "approved": true or false}', status=400, code=3003)
