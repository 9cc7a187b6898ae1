"""Calls as JSON objects, from a text of which the end may still be missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import MORE, Block, More, Outcome, Resolve, Written, after_space

NAME = ("name", "function")
ARGUMENTS = ("arguments", "parameters")
WRAPPERS = ("function", "function_call", "tool_calls")
KEYS = {*NAME, *ARGUMENTS, *WRAPPERS, "type", "id", "index"}
"""What an object may have that is to be a call without any mark."""

_MARGIN = 12
"""An error this near to the end may be a value of which the rest is still to come."""
_DIGITS = re.compile(r"[-+.eE\d]*\Z")
_decode = json.JSONDecoder(strict=False).raw_decode


class Broken(ValueError):
    """It is no JSON, whatever comes."""


@dataclass(slots=True)
class _Found:
    name: str | None = None
    arguments: str | None = None
    inner: tuple[Written, ...] = ()


def read_calls(text: str, at: int, resolve: Resolve, *, strict: bool) -> Outcome:
    """Read an object or a list of objects that are calls.

    Args:
        text: Of which the end may still be missing.
        at: Where the object or list begins.
        resolve: Says which names are offered.
        strict: Only `KEYS` are taken, and arguments must be there; a tool's own definition is none.

    Raises:
        Broken: It is no JSON.
    """
    if text[at] == "{":
        return _object(text, at, resolve, strict)
    calls: list[Written] = []
    at = after_space(text, at + 1)
    while at < len(text):
        if text[at] != "{":
            return None
        item = _object(text, at, resolve, strict)
        if not isinstance(item, Block):
            return item
        calls += item.calls
        at = after_space(text, item.end)
        if text[at : at + 1] == "]":
            return Block(tuple(calls), at + 1)
        if at < len(text) and text[at] != ",":
            raise Broken
        at = after_space(text, at + 1)
    return MORE


def value_at(text: str, at: int) -> tuple[Any, int] | None:
    """The JSON value at a position, and its end; None where its end is missing.

    Raises:
        Broken: It is none.
    """
    try:
        value, end = _decode(text, at)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated") or error.pos >= len(text) - _MARGIN:
            return None
        raise Broken from None
    except (ValueError, RecursionError):
        raise Broken from None
    if isinstance(value, int | float) and _DIGITS.match(text, end):
        return None
    return value, end


def _object(text: str, at: int, resolve: Resolve, strict: bool) -> Outcome:
    found = _Found()
    at = after_space(text, at + 1)
    while at < len(text) and text[at] != "}":
        key = _key(text, at, strict)
        if not isinstance(key, tuple):
            return key
        name, at = key
        if at >= len(text):
            return MORE
        end = _member(text, at, name, found, resolve, strict)
        if not isinstance(end, int):
            return end
        at = after_space(text, end)
        if text[at : at + 1] == ",":
            at = after_space(text, at + 1)
            if text[at : at + 1] == "}":
                raise Broken
        elif at < len(text) and text[at] != "}":
            raise Broken
    if at >= len(text):
        return MORE
    calls = _calls(found, strict)
    return Block(calls, at + 1) if calls else None


def _key(text: str, at: int, strict: bool) -> tuple[str, int] | More | None:
    """A key, and where its value begins."""
    if text[at] != '"':
        raise Broken
    key = value_at(text, at)
    if key is None:
        begun = text[at + 1 :]
        return MORE if not strict or any(known.startswith(begun) for known in KEYS) else None
    if strict and key[0] not in KEYS:
        return None
    at = after_space(text, key[1])
    if at < len(text) and text[at] != ":":
        raise Broken
    return key[0], after_space(text, at + 1)


def _member(text: str, at: int, key: str, found: _Found, resolve: Resolve, strict: bool) -> int | More | None:
    """Take the value of a key; where it ends."""
    if key in WRAPPERS and text[at] in "{[":
        inner = read_calls(text, at, resolve, strict=strict)
        if isinstance(inner, Block):
            found.inner = inner.calls
            return inner.end
        return inner
    read = value_at(text, at)
    if read is None:
        return MORE
    value, end = read
    if key in NAME:
        found.name = resolve(value) if isinstance(value, str) else None
        if found.name is None:
            return None
    elif key in ARGUMENTS:
        if strict and not _fits(value):
            return None
        found.arguments = value if isinstance(value, str) else text[at:end] if value is not None else "{}"
    return end


def _calls(found: _Found, strict: bool) -> tuple[Written, ...]:
    if found.inner:
        return () if found.name or found.arguments else found.inner
    if found.name is None or (strict and found.arguments is None):
        return ()
    return (Written(found.name, found.arguments or "{}"),)


def _fits(value: Any) -> bool:
    """Whether a value is arguments, and not the schema of a tool that the model describes."""
    if isinstance(value, str):
        try:
            value = json.loads(value, strict=False) if value.strip() else None
        except (ValueError, RecursionError):
            return False
    if value is None:
        return True
    return isinstance(value, Mapping) and not (
        value.get("type") == "object" and isinstance(value.get("properties"), Mapping)
    )
