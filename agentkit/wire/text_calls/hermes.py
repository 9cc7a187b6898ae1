"""`<tool_call>{"name": ..., "arguments": {...}}</tool_call>`: Hermes, Qwen, Granite, Phi and others."""

from __future__ import annotations

import re

from .base import Format, Outcome, Resolve
from .tagged import read_between

MARKS = ("<tool_call>", "<tool_calls>", "<function_call>", "<|tool_call|>")
_MARK = re.compile("|".join(map(re.escape, MARKS)))
_CLOSE = re.compile(
    r"</?(?:tool_calls?|function_calls?|function|tools?)>|<\|/?tool_call\|>|</\|tool_call\|>|<\|im_end\|>"
)


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    mark = _MARK.match(text, start)
    return read_between(text, mark.end(), over, resolve, _CLOSE) if mark else None


HERMES = Format("hermes", MARKS, _read)
