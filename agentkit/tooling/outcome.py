"""How a function ended."""

from __future__ import annotations

from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What a function returned, or what it raised."""

    value: Any = None
    error: BaseException | None = None
