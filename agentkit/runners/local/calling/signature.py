"""A tool in one line, as a small model reads it best: like a function."""

from __future__ import annotations

import re

from ....messages import ToolSpec
from ..grammar import to_json
from ..schemas import Schema, choices_of, closed_values, kinds_of, properties_of, required_of

LONGEST_DESCRIPTION = 160
"""Characters; what comes after is rarely what tells tools apart."""
MOST_VALUES = 40
"""Values of a closed set that are shown."""
_HUMP = re.compile(r"(?<=[^\W\d_])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")


def signature(tool: ToolSpec) -> str:
    """For example `get_weather(city: string, days: integer = none) - Get the weather forecast.`"""
    required = required_of(tool.parameters)
    parameters = ", ".join(
        f"{name}: {_kind(schema)}{'' if name in required else ' = none'}"
        for name, schema in properties_of(tool.parameters).items()
    )
    first = re.split(r"(?<=[.!?])\s|\n", tool.description.strip(), maxsplit=1)[0]
    return f"{tool.name}({parameters}) - {first[:LONGEST_DESCRIPTION]}"


def words_of(name: str) -> list[str]:
    """The words of an identifier or a text, in small letters.

    >>> words_of("getStock_price2")
    ['get', 'stock', 'price', '2']
    """
    return [word.lower() for word in _WORD.findall(_HUMP.sub(" ", name))]


def _kind(schema: Schema) -> str:
    values = closed_values(schema)
    if values:
        return "|".join(map(to_json, values[:MOST_VALUES])) + "|..." * (len(values) > MOST_VALUES)
    choices = choices_of(schema)
    if choices:
        return "|".join(dict.fromkeys(map(_kind, choices)))
    return str(schema.get("format") or "|".join(kinds_of(schema)))
