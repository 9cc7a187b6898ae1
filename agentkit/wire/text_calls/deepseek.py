"""`<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>...`: DeepSeek V3, R1, V3.1, also in ASCII; and Kimi K2, alike."""

from __future__ import annotations

import re

from .base import MORE, Block, Format, Outcome, Resolve, Written
from .loose import arguments_at
from .tagged import ended

MARKS = tuple(
    f"<{bar}tool{space}{word}{space}begin{bar}>"
    for bar in "｜|"
    for space in "▁_"
    for word in ("calls", "call", "calls_section")
)
_BEGIN = re.compile(r"\s*(?:<[｜|]tool[▁_]calls[▁_](?:section_)?begin[｜|]>\s*)?")
_CALL = re.compile(
    r"""\s*<[｜|]tool[▁_]call[▁_]begin[｜|]>\s*
    (?:function\s*<[｜|]tool[▁_]sep[｜|]>\s*)?
    ([\w.:-]{1,100})\s*
    (?:<[｜|]tool[▁_](?:sep|call_argument_begin)[｜|]>)?\s*
    (?:```(?:json)?\s*)?
    (?=\{)""",
    re.VERBOSE,
)
_END = re.compile(r"\s*(?:```)?(?:\s*<[｜|]tool[▁_]call[▁_]end[｜|]>)?")
_CLOSE = re.compile(r"\s*(?:```)?\s*<[｜|]tool[▁_]calls?[▁_](?:section_)?end[｜|]>")
_NEXT = re.compile(r"\s*(?:<|\Z)")
_LONGEST = 240
"""Most characters between the first mark and the arguments."""


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    begin = _BEGIN.match(text, start)
    at, calls = begin.end() if begin else start, list[Written]()
    while True:
        head = _CALL.match(text, at)
        if head is None:
            if not over and len(text) - at < _LONGEST and _NEXT.match(text, at):
                return MORE
            return ended(text, Block(tuple(calls), at), over) if calls else None
        name = resolve(head[1])
        if name is None:
            return None
        read = arguments_at(text, head.end(), over, _CLOSE)
        if not isinstance(read, tuple):
            return read
        calls.append(Written(name, read[0]))
        end = _END.match(text, read[1])
        at = end.end() if end else read[1]


DEEPSEEK = Format("deepseek", MARKS, _read)
