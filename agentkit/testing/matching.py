"""Which recorded request a request is, and if it is none, how far off it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import SequenceMatcher, unified_diff
from typing import Any

LONGEST = 60
"""Lines of a difference that are shown."""


def canonical(body: Any) -> Any:
    """A request body with the ids of its calls numbered in order: they are made anew in every run."""
    numbers: dict[str, str] = {}

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            is_call = "function" in value
            return {
                name: walk(item, name if name == "tool_call_id" or (name == "id" and is_call) else "")
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [walk(item) for item in value]
        return numbers.setdefault(value, f"call-{len(numbers) + 1}") if key and isinstance(value, str) else value

    return walk(body)


def nearest(wanted: str, recorded: Sequence[str]) -> int | None:
    """The position of the most similar text; None where there are none."""
    if not recorded:
        return None
    lines = wanted.splitlines()
    scores = [SequenceMatcher(None, lines, text.splitlines(), autojunk=False).ratio() for text in recorded]
    return scores.index(max(scores))


def difference(recorded: str, made: str) -> str:
    """What is other in a request that was made, line by line."""
    lines = list(unified_diff(recorded.splitlines(), made.splitlines(), "recorded", "made now", lineterm="", n=2))
    if len(lines) > LONGEST:
        lines = [*lines[:LONGEST], f"... {len(lines) - LONGEST} more lines"]
    return "\n".join(lines)


def pretty(path: str, body: Any) -> str:
    """A request as text, to compare and to show."""
    return f"POST {path}\n{json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True)}"
