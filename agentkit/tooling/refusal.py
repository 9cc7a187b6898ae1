"""Calls that are not made, since nobody approved them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..messages import ToolCall, ToolResult
from .approval import Ask
from .failures import failed
from .plain_data import plain_data

REFUSED = "Not run: the user was asked, and did not approve this call."
NOBODY = "Not run: this call needs the approval of a person, and nobody here can give it. Go on without it."
UNASKED = "Not run: it could not be approved."


async def refusal(call: ToolCall, values: Mapping[str, Any], ask: Ask | None) -> ToolResult | None:
    """The result of a call that must not be made; None where it was approved.

    Args:
        call: The call.
        values: The arguments that the function would get.
        ask: Who is asked; None where nobody can be.
    """
    if ask is None:
        return ToolResult(call, NOBODY, "refused")
    arguments = json.dumps(plain_data(dict(values)), ensure_ascii=False)
    try:
        verdict = await ask(replace(call, arguments=arguments))
    except Exception as error:
        return failed(call, error, effect=UNASKED)
    if verdict is True:
        return None
    reason = verdict.strip() if isinstance(verdict, str) else ""
    return ToolResult(call, f"{REFUSED} They say: {reason}" if reason else REFUSED, "refused")
