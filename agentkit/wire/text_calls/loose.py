"""Calls between marks whose JSON is broken: the name is read, the arguments go on as they were written."""

from __future__ import annotations

import re

from .base import MORE, More, Resolve, Written
from .objects import Broken, value_at

_NAME = re.compile(r"""["']?\b(?:name|function)["']?\s*[:=]\s*["']([^"'\n]{1,100})["']""")
_ARGUMENTS = re.compile(r"""["']?\b(?:arguments|parameters)["']?\s*[:=]\s*""")
_TOKEN = re.compile(r"""\"(?:\\.|[^"\\])*\"|'(?:\\.|[^'\\])*'|[{}]""", re.DOTALL)


def read_loosely(body: str, resolve: Resolve) -> tuple[Written, ...]:
    """The calls in what stands between two marks; none where a name is not offered."""
    calls: list[Written] = []
    at = 0
    while named := _NAME.search(body, at):
        name = resolve(named[1])
        if name is None:
            return ()
        arguments, at = _arguments(body, named.end())
        calls.append(Written(name, arguments))
    return tuple(calls)


def arguments_at(text: str, at: int, over: bool, close: re.Pattern[str]) -> tuple[str, int] | More | None:
    """The JSON object at a position as it is written, and its end.

    Args:
        text: Of which the end may still be missing.
        at: Where it begins.
        over: Whether no more text comes.
        close: The mark up to which it goes where its JSON is broken.
    """
    try:
        read = value_at(text, at)
    except Broken:
        closed = True
    else:
        if read is not None:
            return text[at : read[1]], read[1]
        closed = over
    end = close.search(text, at) if closed else None
    if end is not None:
        return text[at : end.start()].rstrip(), end.start()
    return None if over else MORE


def _arguments(body: str, at: int) -> tuple[str, int]:
    key = _ARGUMENTS.search(body, at)
    if key is None:
        return "{}", at
    start = key.end()
    end = _end(body, start)
    if end is None:  # its quotation marks do not pair; the last bracket is the call's own
        rest = body[start:].rstrip()
        return rest[:-1].rstrip() if rest.endswith("}}") else rest, len(body)
    return body[start:end], end


def _end(body: str, start: int) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(body, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None
