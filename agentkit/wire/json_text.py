"""JSON as model servers write it, and the text of values that should have been text."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import InvalidReplyError

_ZEROS = re.compile(r"([:\[,]\s*)(-?0\d+(?:\.\d+)?)(?=\s*[,}\]])")
_NUMBER = re.compile(r'"(?:response|content|text)"\s*:\s*(-?\d[\d.eE+-]*)')


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_strict = json.JSONDecoder(parse_constant=_refuse).decode
_first = json.JSONDecoder().raw_decode


def frames(data: str) -> list[Any]:
    """The JSON values of one frame; several where a server separates its frames by single newlines.

    Raises:
        InvalidReplyError: It is not JSON.
    """
    try:
        value, end = _first(data)
        if end == len(data):
            return [value]
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(data)]
    except (ValueError, RecursionError):
        pass
    lines = [line for line in data.split("\n") if line.strip()]
    try:
        return [json.loads(_ZEROS.sub(r'\1"\2"', line)) for line in lines or [data]]
    except (ValueError, RecursionError):
        raise InvalidReplyError(f"The reply is not JSON: {excerpt(data)!r}", body=data[:2000]) from None


def parsed(text: str) -> Any:
    """The value that a text is the JSON of; None where it is none that every server reads (`NaN` is not)."""
    try:
        return _strict(text)
    except (ValueError, RecursionError):
        return None


def plain(value: Any) -> str:
    """The text of content: null is empty, parts are joined, an object is its JSON (quirks Q2, Q20, Q46)."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, dict) and "type" in part for part in value):
        return "".join(plain(part.get("text")) for part in value)
    return json.dumps(value, ensure_ascii=False)


def excerpt(text: str) -> str:
    """The beginning of a text, for an error message."""
    text = " ".join(text[:400].split())
    return text if len(text) <= 120 else text[:120] + "..."


def as_written(value: Any, data: str) -> str:
    """The text of content that is no text; a number as the JSON `data` writes it, so that 1.0 stays 1.0 (quirk Q46)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return next((number for number in _NUMBER.findall(data) if float(number) == value), str(value))
    return plain(value)


def joined(text: str) -> tuple[str, str]:
    """The text with surrogate pairs joined, and the half of a character at its end, whose rest is still to come."""
    half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
    return whole_characters(text[:-1] if half else text), half


def whole_characters(text: str) -> str:
    """The text with surrogate pairs joined, and halves without the other half replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
