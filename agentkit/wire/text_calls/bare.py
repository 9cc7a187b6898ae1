"""JSON without any mark, as a whole reply: an object or a list, or several objects with `;` or lines between them."""

from __future__ import annotations

from .base import MORE, Block, Format, Outcome, Resolve, Written, after_space
from .objects import Broken, read_calls


def _whole(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    calls: list[Written] = []
    at = end = start
    while text[at : at + 1] in ("{", "["):
        try:
            read = read_calls(text, at, resolve, strict=True)
        except Broken:
            return None
        if not isinstance(read, Block):
            return None if over else read
        calls += read.calls
        end = read.end
        at = after_space(text, end)
        if text[at : at + 1] in (";", ","):
            at = after_space(text, at + 1)
    if at >= len(text) and not over:
        return MORE
    return Block(tuple(calls), end) if calls else None


BARE = Format("json", whole=_whole)
