"""The text that may stand in place of calls, or before them: what it must not be, and where it stands."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping

from .call_formats import CallFormat
from .lark import escaped, pattern

_BLANK = r"[ \t\r\n]*"
BARE = pattern(rf'{_BLANK}(?:```[a-z]*{_BLANK})?(?:\[{_BLANK})?\{{{_BLANK}"name"{_BLANK}:(?s:.*)')
"""Replies that begin as a call does, but for its marks. To look for such anywhere in a text would cost too much."""
_BARE_BEGUN = re.compile(
    rf"{_BLANK}(?:`{{0,3}}|```[a-z]*{_BLANK})(?:\[{_BLANK})?"
    rf'(?:\{{{_BLANK}(?:"(?:n(?:a(?:m(?:e(?:"{_BLANK})?)?)?)?)?)?)?'
)
"""What may still become one."""
_MARKED = re.compile(r'^// text until (".*")$', re.MULTILINE)


def text_terminal(format: CallFormat, special: Mapping[str, int], *, choice: bool) -> str:
    """A terminal of texts that are no call, none that has begun, and none written without its marks.

    Args:
        format: How calls are written.
        special: Marks that are single tokens, with their ids.
        choice: Whether a reply may be calls instead.
    """
    free = r"\s*[^\s{](?s:.*)" if choice and not format.mark else r"(?s:.+)"
    parts = [pattern(free), f"~{BARE}"]
    if format.mark:
        parts.append(f"~{pattern(f'(?s:.*){escaped(format.mark)}(?s:.*)')}")
        if format.mark not in special:
            halves = "|".join(escaped(format.mark[:length]) for length in range(2, len(format.mark)))
            parts.append(f"~{pattern(f'(?s:.*)(?:{halves})')}")
    return " & ".join(parts)


def note(mark: str) -> str:
    """A line of a grammar whose replies are text until a mark comes, if one does."""
    return f"// text until {json.dumps(mark)}\n"


class TextPhase:
    """Where a reply stands in its text: all replies that stand alike have the same mask.

    Args:
        mark: What ends the text.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark.encode()
        self._tail = b""
        self._begin = ""
        self._bare = True
        self._over = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    @classmethod
    def of(cls, grammar: str) -> TextPhase | None:
        """The phase at the start of a grammar, where it says that it has one."""
        found = _MARKED.search(grammar)
        return cls(json.loads(found[1])) if found else None

    def take(self, piece: bytes) -> None:
        """Go on with the bytes of a token."""
        if self._over:
            return
        tail = self._tail + piece
        try:
            text = self._decoder.decode(piece)
        except UnicodeDecodeError:
            text, self._over = "", True
        self._over = self._over or self._mark in tail
        length = next(n for n in range(len(self._mark) - 1, -1, -1) if not n or tail.endswith(self._mark[:n]))
        self._tail = self._mark[:length]
        if self._bare:
            self._begin += text
            self._bare = bool(_BARE_BEGUN.fullmatch(self._begin))

    @property
    def place(self) -> bytes | None:
        """What of the mark has been written; None where that does not decide what may come."""
        apart = self._bare or self._over or self._decoder.getstate()[0]
        return None if apart else self._tail
