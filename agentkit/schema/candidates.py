"""Other readings of one value that its type refused (quirk Q23)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from .loose import NotRead, read_loosely
from .paths import LEFT_OUT

Reading: TypeAlias = tuple[str, Any]
"""What was done, and the value after it."""

_NULLS = ("null", "none", "undefined", "nil")


def readings(value: Any, node: dict[str, Any] | None) -> Iterator[Reading]:
    """What a value may have been meant as. Which reading is right, if any, the validation decides.

    Args:
        value: What was given.
        node: The reduced schema at its place, where there is one.
    """
    if value is None:
        yield "null left out", LEFT_OUT
    elif isinstance(value, str):
        yield from _of_text(value, node or {})
    elif isinstance(value, (bool, int, float)):
        yield "a plain value taken as text", json.dumps(value)
    if isinstance(value, list):
        if len(value) == 1:
            yield "a list of one taken as its value", value[0]
    elif (node or {}).get("type") == "array":
        yield "a single value taken as a list", [value]


def _of_text(text: str, node: dict[str, Any]) -> Iterator[Reading]:
    bare = text.strip()
    if not bare:
        yield "an empty text left out", LEFT_OUT
        yield "an empty text taken as null", None
    elif bare.lower() in _NULLS:
        yield "a text taken as null", None
        yield "a text that says null left out", LEFT_OUT
    for value in node.get("enum", ()):
        if isinstance(value, str) and value.casefold() == bare.casefold():
            yield "upper and lower case of an allowed value", value
    data = literal(bare)
    if not isinstance(data, str):
        yield "JSON inside a text", data


def literal(text: str) -> Any:
    """The data that a text spells, as JSON or, for lists and objects, nearly; else the text."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    if text[:1] not in ("[", "{", "("):
        return text
    try:
        return read_loosely(text)[0]
    except NotRead:
        return text
