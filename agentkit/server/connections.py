"""Connections that are more careful than uvicorn's own."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

_KEY = "agentkit.drop"


def drop(scope: MutableMapping[str, Any]) -> None:
    """Cut the connection of a request, and forget what it has not taken yet."""
    cut = scope.get(_KEY)
    if cut is not None:
        cut()
