"""Values whose texts stand between marks, read as JSON."""

from __future__ import annotations

import json
import re

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SCALAR = re.compile(r"[^][{},:<]+")
_FAILED = "", -1


def read_marked(text: str, at: int, mark: str) -> tuple[str, int]:
    """A value as JSON text, and where it ends; -1 where none stands there.

    >>> read_marked("{city:|Pa'ris|,days:[3,true]}", 0, "|")
    ('{"city": "Pa\\'ris", "days": [3, true]}', 29)
    """
    if text.startswith(mark, at):
        return _text(text, at, mark)
    if text[at : at + 1] in ("{", "["):
        return _group(text, at, mark)
    scalar = _SCALAR.match(text, at)
    try:
        return (json.dumps(json.loads(scalar[0])), scalar.end()) if scalar else _FAILED
    except ValueError:
        return _FAILED


def _text(text: str, at: int, mark: str) -> tuple[str, int]:
    start = at + len(mark)
    end = text.find(mark, start)
    return (json.dumps(text[start:end], ensure_ascii=False), end + len(mark)) if end >= 0 else _FAILED


def _group(text: str, at: int, mark: str) -> tuple[str, int]:
    """An object or a list."""
    opened, closing = text[at], "}" if text[at] == "{" else "]"
    found: list[str] = []
    at += 1
    while not text.startswith(closing, at):
        if found:
            if text[at : at + 1] != ",":
                return _FAILED
            at += 1
        name = ""
        if opened == "{":
            name, at = _name(text, at, mark)
            if at < 0 or text[at : at + 1] != ":":
                return _FAILED
            name, at = f"{name}: ", at + 1
        value, at = read_marked(text, at, mark)
        if at < 0:
            return _FAILED
        found.append(f"{name}{value}")
    return f"{opened}{', '.join(found)}{closing}", at + 1


def _name(text: str, at: int, mark: str) -> tuple[str, int]:
    if text.startswith(mark, at):
        return _text(text, at, mark)
    name = _BARE.match(text, at)
    return (json.dumps(name[0]), name.end()) if name else _FAILED
