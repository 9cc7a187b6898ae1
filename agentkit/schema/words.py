"""Names and values in words, for models that read text better than JSON Schema."""

from __future__ import annotations

import re
from typing import Any

HUMPS = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
"""Regular expression for where a new word begins in `sendEmail` and in `HTTPServer`."""

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def in_words(name: str) -> str:
    """A Python name as a short text; the fallback for a missing description.

    >>> in_words("max_results"), in_words("_x"), in_words("sendEmail")
    ('Max results', 'X', 'Send email')
    """
    if name.islower() and "_" not in name:
        return name.capitalize()
    words = " ".join(re.sub(HUMPS, " ", name).replace("_", " ").split()).lower()
    return words[:1].upper() + words[1:] if words else name


def kind(node: dict[str, Any]) -> str:
    """What a value of a reduced schema is, in a few words.

    >>> kind({"type": "array", "items": {"type": "integer"}})
    'a list of whole numbers'
    """
    if "enum" in node:
        return " or ".join(str(value) for value in node["enum"][:10])
    if node["type"] == "array":
        return "a list of " + _plural(node["items"])
    if node["type"] == "object":
        names = ", ".join(_member(name, value) for name, value in [*node.get("properties", {}).items()][:8])
        return f"an object with {names}" if names else "an object"
    return _KINDS.get(node["type"], str(node["type"]))


def joined(description: str, notes: list[str]) -> str:
    """A description with remarks in brackets.

    >>> joined("How many.", ["at least 1", "at most 9"])
    'How many (at least 1, at most 9).'
    """
    remarks = ", ".join(note for note in notes if note not in description)
    if not remarks:
        return description
    if not description:
        return remarks[:1].upper() + remarks[1:]
    return f"{description[:-1]} ({remarks})." if description.endswith(".") else f"{description} ({remarks})"


def _plural(items: dict[str, Any]) -> str:
    word = kind(items)
    plurals = {"text": "texts", "a whole number": "whole numbers", "a number": "numbers", "an object": "objects"}
    return plurals.get(word, word.replace("an object with", "objects with").replace("a list of", "lists of"))


def _member(name: str, node: dict[str, Any]) -> str:
    values = node.get("enum", ())
    return f"{name} {values[0]}" if len(values) == 1 else name
