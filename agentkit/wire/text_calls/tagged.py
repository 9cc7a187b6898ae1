"""JSON calls that stand between a pair of marks."""

from __future__ import annotations

import re

from .base import MORE, Block, Outcome, Resolve, after_marks, after_space
from .loose import read_loosely
from .objects import Broken, read_calls

_FENCE = re.compile(r"```(?:json)?[ \t]*\n?\s*")
_FENCE_BEGUN = re.compile(r"`{1,3}(?:j(?:so?)?)?\Z")
_END_OF_FENCE = re.compile(r"[\s}]*```")
_EXTRA = re.compile(r"\s*}+")
_LONGEST = 40
"""Characters of white space and marks that may still belong to a block."""


def read_between(text: str, at: int, over: bool, resolve: Resolve, close: re.Pattern[str]) -> Outcome:
    """Read one or several calls behind an opening mark.

    Args:
        text: Of which the end may still be missing.
        at: The end of the opening mark.
        over: Whether no more text comes.
        resolve: Says which names are offered.
        close: Where the block ends if its JSON is broken. The mark may be missing after JSON that is whole.
    """
    at = after_space(text, at)
    fence = _FENCE.match(text, at)
    at = fence.end() if fence else at
    if at >= len(text) or _FENCE_BEGUN.match(text, fence.start() if fence else at):
        return None if over else MORE
    if text[at] not in "{[":
        return None
    try:
        read = read_calls(text, at, resolve, strict=False)
    except Broken:
        return _broken(text, at, over, resolve, close)
    if read == MORE:
        return _broken(text, at, over, resolve, close) if over else MORE
    if not isinstance(read, Block):
        return None
    unfenced = _END_OF_FENCE.match(text, read.end) if fence else None
    return ended(text, Block(read.calls, unfenced.end()) if unfenced else read, over)


def ended(text: str, block: Block, over: bool) -> Outcome:
    """A block with the marks that close it, rightly or wrongly."""
    extra = _EXTRA.match(text, block.end)
    at = after_marks(text, extra.end() if extra else block.end)
    if not over and len(text) - at < _LONGEST:
        return MORE
    return Block(block.calls, at)


def _broken(text: str, at: int, over: bool, resolve: Resolve, close: re.Pattern[str]) -> Outcome:
    end = close.search(text, at)
    if end is None:
        return None if over else MORE
    calls = read_loosely(text[at : end.start()], resolve)
    return ended(text, Block(calls, end.end()), over) if calls else None
