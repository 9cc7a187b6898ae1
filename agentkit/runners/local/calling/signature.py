"""A tool in one line, as a small model reads it best: like a function."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ....messages import ToolSpec
from ..grammar import kinds_of

LONGEST_DESCRIPTION = 160
"""Characters; what comes after is rarely what tells tools apart."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def signature(tool: ToolSpec) -> str:
    """For example `get_weather(city: string, days: integer = none) - Get the weather forecast.`"""
    required = tool.parameters.get("required", ())
    parameters = ", ".join(
        f"{name}: {_kind(schema)}{'' if name in required else ' = none'}"
        for name, schema in (tool.parameters.get("properties") or {}).items()
    )
    first = re.split(r"(?<=[.!?])\s|\n", tool.description.strip(), maxsplit=1)[0]
    return f"{tool.name}({parameters}) - {first[:LONGEST_DESCRIPTION]}"


def words_of(name: str) -> list[str]:
    """The words of an identifier or a text, in small letters.

    >>> words_of("getStock_price2")
    ['get', 'stock', 'price', '2']
    """
    return [word.lower() for word in _WORD.findall(name)]


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "|".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    return str(schema.get("format") or "|".join(kinds_of(schema)))
