"""`<|start|>assistant<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{...}<|call|>`: gpt-oss.

Also what is left of it where a server takes some of its marks away (quirk Q28).
"""

from __future__ import annotations

import re

from .base import MORE, Block, Format, Outcome, Resolve, Written
from .loose import arguments_at
from .tagged import ended

MARKS = ("<|start|>", "<|channel|>")
_HEAD = re.compile(
    r"""(?:<\|start\|>)?\s*(?:assistant)?\s*(?:to=([\w.:-]{1,120})\s*)?(?:<\|channel\|>)?\s*
    (?:commentary|analysis|final)?\s*(?:to=([\w.:-]{1,120}))?\s*
    (?:<\|constrain\|>)?\s*(?:json|code)?\s*(?:<\|message\|>)?\s*(?=\{)""",
    re.VERBOSE,
)
_BARE = tuple(
    f"{before}{channel}to=functions."
    for before in ("", "assistant", "assistant ")
    for channel in ("", "commentary ", "analysis ")
)
"""What is left where all marks were taken away."""
_CLOSE = re.compile(r"<\|(?:call|end|start|channel|return)\|>")
_LONGEST = 240
"""Most characters before the arguments."""


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    head = _HEAD.match(text, start)
    if head is None:
        rest = text[start : start + _LONGEST]
        said = rest.find("<|message|>")
        if over or len(rest) == _LONGEST or (said >= 0 and "to=" not in rest[:said]):
            return None
        return MORE if said < 0 or not rest[said + 11 :].strip() else None
    name = resolve(head[1] or head[2] or "")
    if name is None:
        return None
    read = arguments_at(text, head.end(), over, _CLOSE)
    if not isinstance(read, tuple):
        return read
    return ended(text, Block((Written(name, read[0]),), read[1]), over)


def _whole(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    rest = text[start : start + 40]
    if rest.startswith(_BARE):
        return _read(text, start, over, resolve)
    return MORE if not over and any(bare.startswith(rest) for bare in _BARE) else None


HARMONY = Format("harmony", MARKS, _read, _whole)
