"""The names around a definition, for annotations that are text and name a class made inside a function."""

from __future__ import annotations

import sys
from types import FrameType, FunctionType
from typing import Any

from .hints import has_text


def names_around(function: Any) -> dict[str, Any]:
    """Names of the functions and classes in which a function is being defined.

    Args:
        function: Just made, so that what surrounds it is still running. For one of a module there is nothing.
    """
    if not isinstance(function, FunctionType) or function.__qualname__ == function.__name__:
        return {}
    if not any(map(has_text, function.__annotations__.values())):
        return {}
    parts = function.__qualname__.split(".")
    scopes = {".".join(parts[:end]).removesuffix(".<locals>") for end in range(1, len(parts))}
    found: dict[str, Any] = {}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_qualname in scopes and frame.f_globals is function.__globals__:
            found = {**frame.f_locals, **found}
        frame = frame.f_back
    return found


def names_in_classes(function: Any) -> dict[str, Any]:
    """Names of the classes that hold a function, once they are defined."""
    found: dict[str, Any] = {}
    holder: Any = getattr(function, "__globals__", {})
    for part in getattr(function, "__qualname__", "").split(".")[:-1]:
        holder = holder.get(part) if isinstance(holder, dict) else getattr(holder, part, None)
        found |= vars(holder) if isinstance(holder, type) else {}
    return found
