"""Error bodies as our error classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import RunnerError, ServerError


def failure(body: Any, *, status: int | None = None, request_id: str | None = None, excerpt: str = "") -> RunnerError | None:
    """The error that a body reports, or None where it reports none."""
    if isinstance(body, Mapping) and not (body.get("error") or body.get("errors") or body.get("success") is False):
        return None
    return ServerError(str(body), status=status, request_id=request_id, body=excerpt[:2000])
