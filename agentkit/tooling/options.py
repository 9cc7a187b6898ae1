"""What may be said about a tool beside its function."""

from __future__ import annotations

import re
import string
from functools import partial
from typing import Any, TypedDict

from ..errors import ConfigurationError, SchemaError
from ..schema import HUMPS, implementation

LETTERS = f"{string.ascii_letters}{string.digits}_-"
LONGEST_NAME = 64
"""What every wire carries; OpenAI's is the narrowest."""


class ToolOptions(TypedDict, total=False):
    """What `Tool` and `@tool` take beside the function."""

    name: str | None
    """In place of the function's own."""
    description: str | None
    """In place of what the docstring says that the function does."""
    timeout: float | None
    """Seconds for one call, retries included. None for no limit."""
    retries: int
    """How often a call is made again after an exception; not after `ToolError`, which is an answer. 0 by default."""
    sequential: bool
    """Never at the same time as other calls of the turn."""
    polling: bool
    """Legitimately called again and again with the same arguments: the stall guard leaves it alone."""
    approve: bool
    """A person must approve each call before it is made: the `approve=` of the run is asked."""
    max_result: int
    """Characters of a result that the model gets, 20,000 by default; of a longer one the middle is cut out."""


def checked(options: ToolOptions) -> ToolOptions:
    """The options, if they are right.

    Raises:
        ConfigurationError: One is unknown, or has a wrong value.
    """
    if not options:
        return options
    unknown = sorted(set(options) - set(ToolOptions.__annotations__))
    if unknown:
        raise ConfigurationError(
            f"unknown option {unknown[0]!r} of a tool.", hint=f"Options are: {', '.join(ToolOptions.__annotations__)}."
        )
    timeout, retries, size = options.get("timeout"), options.get("retries", 0), options.get("max_result", 1)
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0):
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds above 0, or None.")
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise ConfigurationError(f"retries={retries!r} must be a whole number, 0 or more.")
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ConfigurationError(f"max_result={size!r} must be a number of characters, 1 or more.")
    approve: Any = options.get("approve", False)
    if not isinstance(approve, bool):
        raise ConfigurationError(
            f"approve={approve!r} of a tool must be True or False.",
            hint="Who approves is said to the agent or the run.",
        )
    for key in ("name", "description"):
        text: Any = options.get(key)
        if text is not None and (not isinstance(text, str) or not text.strip()):
            raise ConfigurationError(f"{key}={text!r} must be a text that is not empty.")
    return options


def name_of(function: Any) -> str:
    """The name of a callable: of its function, or of its class in snake_case."""
    while isinstance(function, partial):
        function = function.func
    name = getattr(function, "__name__", None)
    if isinstance(name, str):
        return name
    return re.sub(HUMPS, "_", type(function).__name__).lower()


def check_name(name: str, function: Any) -> None:
    """Refuse a name that no wire carries.

    Raises:
        SchemaError: Says what a name may be, and how to give one.
    """
    if name.strip(LETTERS) or not 0 < len(name) <= LONGEST_NAME:
        what = "a lambda has no name" if name == "<lambda>" else f"{name!r} cannot be the name of a tool"
        raise SchemaError(
            f"{what}: 1 to 64 letters a-z, digits, _ and - are allowed.",
            hint=f"Give it one: Tool({name_of(function) if name != '<lambda>' else 'function'}, name='...').",
        )


def returns_nothing(function: Any) -> bool:
    """Whether a function is a procedure: annotated to return None, or not annotated."""
    notes = getattr(implementation(function), "__annotations__", {})
    return notes.get("return") in (None, "None")
