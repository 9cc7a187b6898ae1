"""Make one call."""

from __future__ import annotations

import inspect
import json
import secrets
from typing import Any

import anyio

from ..errors import ToolError
from ..messages import ToolCall, ToolResult
from ..schema import ArgumentsError
from .context import Context
from .tool import Tool


async def execute(tool: Tool[..., Any], call: ToolCall, context: Context[Any]) -> ToolResult:
    try:
        values, repairs = tool.parameters.read(call.arguments)
    except ArgumentsError as error:
        return ToolResult(call, str(error), "invalid")
    args, kwargs = tool.parameters.bind(values, context)
    with anyio.move_on_after(tool.timeout) as scope:
        try:
            value = await _run(tool, args, kwargs, context)
        except ToolError as error:
            return ToolResult(call, str(error), "error", error=error, repairs=repairs)
        except Exception as error:
            text = f"{type(error).__name__} (error {secrets.token_hex(4)})"
            return ToolResult(call, text, "error", error=error, repairs=repairs)
    if scope.cancelled_caught:
        return ToolResult(call, f"Timed out after {tool.timeout:g} seconds.", "timeout", repairs=repairs)
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return ToolResult(call, text[: tool.max_result], value=value, repairs=repairs)


async def _run(tool: Tool[..., Any], args: Any, kwargs: Any, context: Context[Any]) -> Any:
    func: Any = tool.func
    if inspect.isasyncgenfunction(func):
        value = None
        async for value in func(*args, **kwargs):
            context.progress(value)
        return value
    if inspect.iscoroutinefunction(func):
        return await func(*args, **kwargs)
    if inspect.isgeneratorfunction(func):
        value = None
        for value in func(*args, **kwargs):
            context.progress(value)
        return value
    return await anyio.to_thread.run_sync(lambda: func(*args, **kwargs), abandon_on_cancel=True)
