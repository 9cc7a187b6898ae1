"""`[TOOL_CALLS][{"name": ..., "arguments": {...}}]`, and of newer models `[TOOL_CALLS]NAME[ARGS]{...}`."""

from __future__ import annotations

import re

from .base import MORE, Block, Format, Outcome, Resolve, Written, after_space
from .loose import arguments_at
from .tagged import ended, read_between

MARK = "[TOOL_CALLS]"
_NAMED = re.compile(r"(?:\[TOOL_CALLS\])?\s*([\w.:-]{1,100})\s*(?:\[CALL_ID\]\s*[\w-]+\s*)?(?:\[ARGS\])?\s*(?=\{)")
_HEAD = re.compile(r"[\w.:\s-]*(?:\[[A-Z_]*\]?[\w\s-]*)*\Z")
_CLOSE = re.compile(r"\[/?TOOL_CALLS\]|</s>")
_LONGEST = 200
"""Most characters between the mark and the arguments."""


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    at = after_space(text, start + len(MARK))
    if at >= len(text):
        return None if over else MORE
    if text[at] in "[{`":
        return read_between(text, at, over, resolve, _CLOSE)
    return _named(text, start, over, resolve)


def _named(text: str, at: int, over: bool, resolve: Resolve) -> Outcome:
    calls: list[Written] = []
    while head := _NAMED.match(text, at):
        name = resolve(head[1])
        if name is None:
            return None
        read = arguments_at(text, head.end(), over, _CLOSE)
        if not isinstance(read, tuple):
            return read
        calls.append(Written(name, read[0]))
        at = after_space(text, read[1])
        if not text.startswith(MARK, at):
            if not over and MARK.startswith(text[at:]):
                return MORE
            return ended(text, Block(tuple(calls), read[1]), over)
    head_begun = len(text) - at < _LONGEST and _HEAD.match(text, at + len(MARK))
    return MORE if head_begun and not over else None


MISTRAL = Format("mistral", (MARK,), _read)
