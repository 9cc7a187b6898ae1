"""One call from its arguments to its result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from anyio import move_on_after, sleep

from ..errors import ToolError
from ..messages import ToolCall, ToolResult
from ..schema import ArgumentsError
from .context import Context
from .failures import UNCHECKED, failed
from .outcome import Outcome
from .refusal import refusal
from .results import as_text
from .running import run_once
from .tool import Tool

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between retries; each pause is twice the one before."""


async def execute(tool: Tool[..., Any], call: ToolCall, context: Context[Any], *, strict: bool = False) -> ToolResult:
    """Make a call.

    Args:
        tool: The tool that the call names.
        call: The call; its arguments are not looked at yet.
        context: For the tool, if it takes one; and who approves the call, if the tool is marked so.
        strict: Whether arguments that do not fit are refused without a try to mend them.

    Returns:
        The result, whatever happens: arguments that do not fit, no approval, an exception, a timeout. Only cancellation
        from outside and `KeyboardInterrupt` are raised.
    """
    try:
        values, repairs = tool.parameters.read(call.arguments, strict=strict)
    except ArgumentsError as error:
        return ToolResult(call, str(error), "invalid")
    except Exception as error:  # from a validator of the tool's own types
        return failed(call, error, effect=UNCHECKED)
    if tool.approve and (refused := await refusal(call, values, context.ask)) is not None:
        return replace(refused, repairs=repairs)
    outcome: Outcome | None = None
    try:
        if tool.timeout is None:
            outcome = await _run(tool, call, values, context)
        else:
            with move_on_after(tool.timeout):
                outcome = await _run(tool, call, values, context)
    finally:
        context.close(stopped=outcome is None)
    if outcome is None:
        text = f"Stopped after {tool.timeout:g} seconds: the tool did not finish. It may or may not have taken effect."
        return ToolResult(call, text, "timeout", repairs=repairs)
    if outcome.error is not None:
        return failed(call, outcome.error, repairs)
    text = as_text(outcome.value, tool.max_result, nothing="done" if tool.returns_nothing else "null")
    return ToolResult(call, text, value=outcome.value, repairs=repairs)


async def _run(tool: Tool[..., Any], call: ToolCall, values: dict[str, Any], context: Context[Any]) -> Outcome:
    """Run, and again after an exception, as often as the tool allows."""
    pause = FIRST_PAUSE
    outcome = await run_once(tool, *tool.parameters.bind(values, context), context)
    for _ in range(tool.retries):
        if not isinstance(outcome.error, Exception) or isinstance(outcome.error, ToolError):
            break
        await sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        values, _repairs = tool.parameters.read(call.arguments)  # the function may have changed the first ones
        outcome = await run_once(tool, *tool.parameters.bind(values, context), context)
    return outcome
