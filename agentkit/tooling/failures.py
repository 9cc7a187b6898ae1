"""What a model is told about an exception of a tool, and what only the developer sees."""

from __future__ import annotations

import secrets
from typing import TypeAlias

from ..errors import ToolError
from ..messages import ToolCall, ToolResult
from .results import as_text

LONGEST = 4_000
"""Characters of an error text."""
UNKNOWN = "It may or may not have taken effect."
UNCHECKED = "Not run: its arguments could not be checked."
Repairs: TypeAlias = tuple[tuple[str, str, str], ...]


def failed(call: ToolCall, error: BaseException, repairs: Repairs = (), *, effect: str = UNKNOWN) -> ToolResult:
    """The result of a call that raised.

    The text of `ToolError` is meant for the model. Of anything else it gets the name of the class and an id, since the
    text may hold secrets; under this id the logger `agentkit` has all of it, and so has `ToolResult.error`.

    Args:
        call: The call.
        error: What was raised.
        repairs: What was mended in its arguments.
        effect: What the model is told about what the call did.
    """
    if isinstance(error, ToolError):
        text = as_text(_words(error) or "The tool failed.", LONGEST)
    else:
        number = secrets.token_hex(4)
        _log(call, error, number)
        text = f"The tool failed: {type(error).__name__} (error {number}). {effect}"
    return ToolResult(call, text, "error", error=error, repairs=repairs)


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return type(error).__name__


def _log(call: ToolCall, error: BaseException, number: str) -> None:
    import logging

    logger = logging.getLogger("agentkit")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # without one, Python prints errors to the terminal
    logger.error("tool %r failed (error %s)", call.name, number, exc_info=error)
