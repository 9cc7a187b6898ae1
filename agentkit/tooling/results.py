"""Whatever a tool returns, as text for the model. Never fails: the tool has already taken effect."""

from __future__ import annotations

import json
from typing import Any

from .plain_data import bytes_as_text, plain_data

HEAD = 0.7
"""Part of the room that the beginning of a long text gets; the end gets the rest."""

_encode = json.JSONEncoder(ensure_ascii=False).encode


def as_text(value: Any, limit: int, nothing: str = "null") -> str:
    """A result as the model reads it: text as it is, bytes decoded, anything else as JSON.

    Args:
        value: What the tool returned.
        limit: Characters; from a longer text the middle is cut out, with a notice.
        nothing: In place of None.
    """
    try:
        text = _text(value, nothing)
    except Exception as error:
        text = f"The tool returned a {type(value).__name__} that cannot be shown ({type(error).__name__})."
    return _encodable(shortened(text, limit))


def shortened(text: str, limit: int) -> str:
    """A text with at most `limit` characters: head and tail, and in between what was cut and what to do."""
    if len(text) <= limit:
        return text
    notice = (
        f"\n\n[... {len(text) - limit:,} of {len(text):,} characters were cut out here. "
        "Ask for a smaller part, or for less, to see them ...]\n\n"
    )
    room = limit - len(notice)
    if room < limit // 2:
        return text[:limit]
    head = int(room * HEAD)
    return f"{text[:head]}{notice}{text[len(text) - (room - head) :]}"


def _text(value: Any, nothing: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if value is None:
        return nothing
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes_as_text(bytes(value))
    data = plain_data(value)
    return data if isinstance(data, str) else _encode(data)


def _encodable(text: str) -> str:
    """Without halves of characters, which no wire can carry."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
