"""Replies that are nothing but calls, also in a code fence."""

from __future__ import annotations

import re
from typing import TypeAlias

from .bare import BARE
from .base import MORE, Block, Format, Outcome, Reader, Resolve, Written, after_marks
from .formats import FORMATS, MARKS

Named: TypeAlias = tuple[str, Outcome]
"""The name of the format that read, and what it read."""

_FENCE = re.compile(r"```(?:json|tool_calls?|tool_code|xml)?[ \t]*\n\s*")
_FENCE_BEGUN = re.compile(r"(?:`{1,2}|```[a-z_]{0,10}[ \t]*)\Z")
_END_OF_FENCE = re.compile(r"\s*```\s*")
_LONGEST = 40
"""Characters that a mark after the calls may have."""


def read_whole(text: str, start: int, over: bool, resolve: Resolve) -> Named:
    """Read a reply from its first character on that is no white space."""
    if text.startswith("`", start):
        return _fenced(text, start, over, resolve)
    readers = [(item, item.whole) for item in FORMATS if item.whole]
    name, read = _first(readers, text, start, over, resolve)
    return name, _alone(text, read.end, read.calls, over) if isinstance(read, Block) else read


def read_tagged(text: str, start: int, over: bool, resolve: Resolve) -> Named:
    """Read a block from its mark on."""
    return _first(_tagged_at(text, start), text, start, over, resolve)


def _first(readers: list[tuple[Format, Reader]], text: str, start: int, over: bool, resolve: Resolve) -> Named:
    for item, reader in readers:
        read = reader(text, start, over, resolve)
        if read is not None and not (over and read == MORE):
            return item.name, read
    return "", None


def _tagged_at(text: str, start: int) -> list[tuple[Format, Reader]]:
    return [(item, item.tagged) for item in FORMATS if item.tagged and text.startswith(item.marks, start)]


def _fenced(text: str, start: int, over: bool, resolve: Resolve) -> Named:
    """One or several fences with calls in them, and nothing else."""
    more: Outcome = None if over else MORE
    calls: list[Written] = []
    at, name = start, ""
    while fence := _FENCE.match(text, at):
        inside = fence.end()
        if inside >= len(text) or any(mark.startswith(text[inside:]) for mark in MARKS if mark != text[inside:]):
            return name, more
        bare = [(BARE, BARE.whole)] if BARE.whole else []
        name, read = _first([*_tagged_at(text, inside), *bare], text, inside, over, resolve)
        if not isinstance(read, Block):
            return name, read
        calls += read.calls
        at = after_marks(text, read.end)
        closed = _END_OF_FENCE.match(text, at)
        if closed is None:
            if not over:
                return name, MORE if "```".startswith(text[at:]) or _mark_begins(text, at) else None
            return name, Block(tuple(calls), at) if at >= len(text) else None
        at = closed.end()
    if not over and _FENCE_BEGUN.match(text, at):
        return name, MORE
    return name, _alone(text, at, tuple(calls), over) if calls else None


def _alone(text: str, end: int, calls: tuple[Written, ...], over: bool) -> Outcome:
    """The calls, if nothing stands after them."""
    at = after_marks(text, end)
    if at >= len(text):
        return Block(calls, at) if over else MORE
    return MORE if not over and _mark_begins(text, at) else None


def _mark_begins(text: str, at: int) -> bool:
    """Whether the rest of a text may be the beginning of a closing mark."""
    return text[at : at + 1] in ("<", "[") and len(text) - at < _LONGEST
