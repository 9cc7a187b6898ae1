"""What a place in a text stands in: whether a call there is meant, or only shown."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Standing: TypeAlias = Literal["free", "tail", "quoted"]
"""`free`: a call may stand here. `tail`: only if nothing comes after it. `quoted`: what stands here is an example."""

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(`{3,}|~{3,})(.*)")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\Z")
_QUOTED_LINE = re.compile(r"\s*>[\s>]*\Z")
_QUOTES = "\"'`“”„‘’«»‹›「『(（\\"
_ENDS = (*".!?…。！？؟।", "</think>", "|>")
_NUMBERED = re.compile(r"\s*\d+\.\Z")
_LINE = 200
"""Characters of a line that are kept; a longer one is not all white space."""


class Surroundings:
    """Follows a text, cheaply: pieces are only looked at when `standing` is asked."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._line = ""
        self._ticks = 0
        self._fence = ""
        self._last = ""

    def add(self, text: str) -> None:
        """Take the next piece of the text."""
        self._pieces.append(text)

    def standing(self) -> Standing:
        """What stands at the end of the text so far."""
        self._read()
        line = self._line
        before = line.rstrip()
        if self._fence or self._ticks % 2 or _QUOTED_LINE.match(line):
            return "quoted"
        if before:
            if before[-1] in _QUOTES:
                return "quoted"
        elif not self._last:
            return "free"
        elif _INDENTED.match(line):
            return "quoted"
        said = (before or self._last).rstrip("*_ ")
        return "free" if said.endswith(_ENDS) and not _NUMBERED.match(said) else "tail"

    def _read(self) -> None:
        if not self._pieces:
            return
        first, *others = "".join(self._pieces).split("\n")
        self._pieces.clear()
        self._grow(first)
        for text in others:
            self._end_line()
            self._grow(text)

    def _grow(self, text: str) -> None:
        self._ticks += text.count("`")
        line = self._line + text
        self._line = line if len(line) <= _LINE else "." + line[-_LINE:]

    def _end_line(self) -> None:
        line = self._line
        mark = _FENCE.match(line)
        if mark and not self._fence:
            self._fence = mark[1]
        elif mark and mark[1].startswith(self._fence) and not mark[2].strip():
            self._fence = ""
        self._last = line.rstrip() or self._last
        self._line, self._ticks = "", 0
