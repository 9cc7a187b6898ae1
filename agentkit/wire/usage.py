"""Token counts, however a server reports them: at the end, on every frame as a total, or on every frame as a part."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ..messages import Usage

PROMPT = ("prompt_tokens", "input_tokens", "prompt_eval_count")
COMPLETION = ("completion_tokens", "output_tokens", "eval_count")
"""Names of the counts, the first that is there."""


class UsageMeter:
    """Adds up the `usage` objects of one reply (quirk Q47, contract/workers_ai.md section 9.4).

    Objects that count a prompt are totals: the largest holds. Objects after it that count none are parts and are added,
    unless they only ever grow: then they are totals, too.
    """

    def __init__(self) -> None:
        self._total = Usage()
        self._parts: list[Usage] = []

    def add(self, data: Any) -> None:
        """Take a `usage` object; whatever is none is ignored."""
        if not isinstance(data, dict):
            return
        usage = _usage(data)
        if not usage.prompt_tokens:
            self._parts.append(usage)
        elif usage.total_tokens >= self._total.total_tokens:
            self._total = usage
            self._parts.clear()

    def result(self) -> Usage:
        """What the reply used."""
        parts = self._parts
        counts = [part.completion_tokens for part in parts]
        if len(parts) > 1 and all(a < b for a, b in pairwise(counts)):
            parts = parts[-1:]
        return sum(parts, self._total)


def _usage(data: Mapping[str, Any]) -> Usage:
    details = data.get("prompt_tokens_details")
    cached = _number(details, ("cached_tokens",)) if isinstance(details, dict) else 0
    return Usage(
        int(_number(data, PROMPT)),
        int(_number(data, COMPLETION)),
        int(cached),
        float(_number(data, ("neurons",))),
    )


def _number(data: Mapping[str, Any], names: tuple[str, ...]) -> float:
    for name in names:
        value = data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15:
            return value
    return 0
