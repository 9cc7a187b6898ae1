"""Constraints as keywords that every grammar engine takes, and in words.

`pattern`, `format`, `maxLength` and others make servers refuse a request or ignore the schema without a word
(llama.cpp, vLLM). They become part of the description; the full check is made here, when the call comes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .words import kind

KEPT_FORMATS = {"date", "time", "date-time", "uuid"}
"""Formats that the grammars of llama.cpp, llguidance and xgrammar know."""
LARGEST_COUNT = 100
"""Grammars repeat rules for `minItems` and `maxItems`; above this they refuse."""

_FORMATS = {
    "date": "YYYY-MM-DD",
    "time": "HH:MM:SS",
    "date-time": "YYYY-MM-DDTHH:MM:SS",
    "duration": "ISO 8601 duration such as PT1H30M",
    "seconds": "in seconds",
    "uuid": "a UUID",
    "email": "an e-mail address",
    "idn-email": "an e-mail address",
    "uri": "a URL",
    "json-string": "JSON as text",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "base64": "Base64",
    "base64url": "URL-safe Base64",
    "binary": "",
    "path": "",
    "file-path": "the path of a file",
    "directory-path": "the path of a folder",
    "password": "",
}
_NUMBERS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "more than"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "less than"),
)


def keywords(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The constraints of a raw schema that may be sent as they are."""
    kept: dict[str, Any] = {}
    if raw.get("format") in KEPT_FORMATS:
        kept["format"] = raw["format"]
    for name, _ in _NUMBERS:
        value = raw.get(name)
        if isinstance(value, (int, float)) and math.isfinite(value):
            kept[name] = value
    for name in ("minItems", "maxItems"):
        if raw.get(name, LARGEST_COUNT + 1) <= LARGEST_COUNT:
            kept[name] = raw[name]
    return kept


def notes(raw: Mapping[str, Any]) -> list[str]:
    """All constraints of a raw schema, in words."""
    said = []
    if "format" in raw:
        said.append(_FORMATS.get(raw["format"], str(raw["format"])))
    if "contentEncoding" in raw:
        said.append(f"encoded as {raw['contentEncoding']}")
    said += [f"{words} {raw[name]:g}" for name, words in _NUMBERS if isinstance(raw.get(name), (int, float))]
    if "multipleOf" in raw:
        said.append(f"a multiple of {raw['multipleOf']:g}")
    if "pattern" in raw:
        said.append(f"must match the regular expression {raw['pattern']}")
    said.append(_count(raw.get("minLength"), raw.get("maxLength"), "character"))
    said.append(_count(raw.get("minItems"), raw.get("maxItems"), "item"))
    said.append(_count(raw.get("minProperties"), raw.get("maxProperties"), "key"))
    if raw.get("uniqueItems"):
        said.append("no duplicates")
    if raw.get("propertyNames", {}).get("enum"):
        said.append("keys: " + " or ".join(map(str, raw["propertyNames"]["enum"])))
    if raw.get("examples"):
        said.append(f"for example {raw['examples'][0]}")
    return [note for note in said if note]


def positions(items: list[dict[str, Any]]) -> str:
    """What stands where in a tuple.

    >>> positions([{"type": "integer"}, {"type": "string"}])
    'first a whole number, then text'
    """
    words = [kind(item) for item in items]
    return "first " + ", then ".join(words) if len(set(words)) > 1 else ""


def _count(least: int | None, most: int | None, unit: str) -> str:
    if not least and most is None:
        return ""
    if least == most:
        return f"exactly {least} {unit}{'s' * (least != 1)}"
    if most is None:
        return f"at least {least} {unit}{'s' * (least != 1)}"
    return f"{least} to {most} {unit}s" if least else f"at most {most} {unit}{'s' * (most != 1)}"
