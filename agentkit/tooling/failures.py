"""What a model is told about an exception of a tool, and what only the developer sees."""

from __future__ import annotations

import secrets

from ..errors import ToolError
from ..messages import ToolCall, ToolResult
from .results import shortened

LONGEST = 4_000
"""Characters of an error text."""


def failed(
    call: ToolCall, error: BaseException, limit: int = LONGEST, repairs: tuple[tuple[str, str, str], ...] = ()
) -> ToolResult:
    """The result of a call that raised.

    The text of `ToolError` is meant for the model. Of anything else it gets the name of the class and an id, since the
    text may hold secrets; under this id the logger `agentkit` has all of it, and so has `ToolResult.error`.
    """
    if isinstance(error, ToolError):
        text = shortened(str(error) or "The tool failed.", min(limit, LONGEST))
        return ToolResult(call, text, "error", error=error, repairs=repairs)
    number = secrets.token_hex(4)
    _log(call, error, number)
    text = f"The tool failed: {type(error).__name__} (error {number}). It may or may not have taken effect."
    return ToolResult(call, text, "error", error=error, repairs=repairs)


def _log(call: ToolCall, error: BaseException, number: str) -> None:
    import logging

    logger = logging.getLogger("agentkit")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # without one, Python prints errors to the terminal
    logger.error("tool %r failed (error %s)", call.name, number, exc_info=error)
