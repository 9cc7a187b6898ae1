"""Takes the calls out of a text while it comes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ...names import meant
from .base import MORE, Block, Written, after_space
from .formats import MARKS
from .surroundings import Surroundings
from .whole import read_tagged, read_whole

THINK, END_OF_THINK = "<think>", "</think>"
STOPS = (END_OF_THINK, *MARKS)
_MARK = re.compile("|".join(map(re.escape, sorted(STOPS, key=len, reverse=True))))
_MAYBE = re.compile("|".join(sorted({re.escape(mark[:3]) for mark in STOPS})) + r"|[<\[].?\Z", re.DOTALL)
"""Whether a piece has a mark, or the beginning of one: cheap, and right more often than not."""
_LONGEST = max(map(len, STOPS))
_SHORT = 256
"""Characters up to which what is held back is looked at with every piece; after that when it has grown by half."""


_TRIES = 8
"""Marks behind an unfinished block that are tried, when the text is over."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A block of calls in the text."""

    calls: tuple[Written, ...]
    format: str
    source: str
    """As it was written."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What was held back until the end."""

    parts: tuple[str | Taken, ...] = ()

    @property
    def blocks(self) -> list[Taken]:
        """The calls, in their order."""
        return [part for part in self.parts if isinstance(part, Taken)]

    @property
    def source(self) -> str:
        """All of it as text."""
        return "".join(part if isinstance(part, str) else part.source for part in self.parts)

    @property
    def text(self) -> str:
        """What is no call; white space that only kept calls apart is left out."""
        texts = [part for part in self.parts if isinstance(part, str)]
        return "".join(texts) if "".join(texts).strip() else ""


class CallSplitter:
    """Holds back what may become a call, and lets everything else through at once.

    The result does not depend on how the text is cut into pieces. A call counts where the reply is nothing but calls,
    or where it stands between the marks of its format, unless the text only shows it: in a code fence, in quotation
    marks, in the middle of a sentence, or with text behind it where no sentence has ended before it. Where one is only
    shown, all are.
    From the first call on everything is held back, because only the end says whether the reply was cut.

    Args:
        names: The tools that are offered.
        reasoning: The text is what a model thinks: calls count only at its end.
    """

    def __init__(self, names: Collection[str], *, reasoning: bool = False) -> None:
        self._resolve = partial(meant, names=names)
        self._inner = reasoning
        self._thinking = False
        self._surroundings = Surroundings()
        self._fresh = True
        self._off = False
        self._weak: Literal["", "shown", "passed"] = ""
        self._lead = ""
        self.said = False
        """Whether text that is not only white space was let through."""
        self._tries = _TRIES
        self._pending: list[str] = []
        self._size = self._next = 0
        self._parts: list[str | Taken] = []
        self._out: list[str] = []

    def feed(self, text: str) -> str:
        """Take the next piece; what is surely text comes back."""
        if self._pending:
            self._pending.append(text)
            self._size += len(text)
            return "" if self._size < self._next else self._advance(over=False)
        if self._off:
            return text
        if self._fresh or self._parts or (("<" in text or "[" in text) and _MAYBE.search(text)):
            self._pending.append(text)
            return self._advance(over=False)
        self._surroundings.add(text)
        return text

    def finish(self) -> Rest:
        """What was held back, now that the text is over."""
        text = self._advance(over=False) + self._advance(over=True) + self._lead
        return Rest((text, *self._parts) if text else tuple(self._parts))

    def _advance(self, *, over: bool) -> str:
        text = "".join(self._pending)
        self._pending.clear()
        rest = text[self._scan(text, over) :]
        if self._off:
            self._out.append(rest)
        elif rest:
            self._pending.append(rest)
            self._size = len(rest)
            self._next = 0 if self._size <= _SHORT else self._size * 3 // 2
        out = "".join(self._out)
        self._out.clear()
        return out

    def _scan(self, text: str, over: bool) -> int:
        """Go through a text as far as it can be decided; how far that is."""
        at = 0
        while at < len(text) and not self._off:
            if self._fresh:
                end = self._begin(text, at, over)
            elif mark := _MARK.search(text, at):
                self._say(text[at : mark.start()])
                at = mark.start()
                end = None if self._off else self._block(text, at, over)
            else:
                end = len(text) if over else _begun(text, at)
                self._say(text[at:end])
                return end
            if end is None:
                return at
            at = end
        return at

    def _begin(self, text: str, at: int, over: bool) -> int | None:
        """See whether the reply is nothing but calls: where to go on, or None where more text must come."""
        start = after_space(text, at)
        if start >= len(text) and not over:
            return None
        name, read = read_whole(text, start, over, self._resolve)
        begun = text[start : start + len(THINK)]
        if read == MORE or (not over and begun != THINK and THINK.startswith(begun)):
            return None
        self._fresh = False
        if isinstance(read, Block):
            self._say(text[at:start])
            self._take(read, name, text[start : read.end])
            return read.end
        if begun == THINK and not self._inner:
            self._inner = self._thinking = True
        return at

    def _block(self, text: str, at: int, over: bool) -> int | None:
        """Read what stands at a mark: where to go on, or None where more text must come, or none is looked at."""
        if text.startswith(END_OF_THINK, at):
            return self._end_of_think(text, at)
        standing = self._surroundings.standing()
        name, read = read_tagged(text, at, over, self._resolve)
        if read == MORE:
            return None
        if not isinstance(read, Block):
            self._tries -= over
            end = at + 1 if self._tries else len(text)
            self._say(text[at:end])
            return end
        if standing == "quoted" or _goes_on(text, at, read.end):
            return self._shown(text, at)
        self._take(read, name, text[at : read.end], weak=standing == "tail")
        return read.end

    def _end_of_think(self, text: str, at: int) -> int:
        end = at + len(END_OF_THINK)
        if self._thinking:
            self._inner = self._thinking = False
            self._fresh = True
        self._say(text[at:end], closing=self._fresh)
        return end

    def _shown(self, text: str, at: int) -> int | None:
        """What stands at a mark is an example: so is everything like it in an answer, but not in thoughts."""
        if self._inner:
            self._say(text[at])
            return at + 1
        self._off = True
        self._release()
        return None

    def _take(self, block: Block, name: str, source: str, *, weak: bool = False) -> None:
        if self._weak == "passed" and not self._inner:
            self._release()
        if self._lead:
            self._parts.append(self._lead)
            self._lead = ""
        self._parts.append(Taken(block.calls, name, source))
        self._weak = "passed" if self._inner else "shown" if weak else self._weak

    def _say(self, text: str, *, closing: bool = False) -> None:
        """Let a text through, or keep it behind the calls that came before it."""
        if not text:
            return
        self._surroundings.add(text)
        blank = text.isspace() or closing
        if self._parts and self._weak and not blank:
            self._off = self._off or self._weak == "shown"
            self._release()
        if self._parts:
            self._parts.append(text)
        elif blank and not self.said:
            self._lead += text
        else:
            self.said = True
            self._out.append(self._lead + text)
            self._lead = ""

    def _release(self) -> None:
        """Nothing that was held back is a call."""
        self._out.append(self._lead)
        self._out += (part if isinstance(part, str) else part.source for part in self._parts)
        self._parts.clear()
        self._lead = self._weak = ""
        self.said = True


def _begun(text: str, at: int) -> int:
    """Where a mark may begin of which the rest is still to come; the end where none may."""
    for place in range(max(at, len(text) - _LONGEST), len(text)):
        if text[place] in "<[" and any(mark.startswith(text[place:]) for mark in STOPS):
            return place
    return len(text)


def _goes_on(text: str, at: int, end: int) -> bool:
    """Whether the sentence goes on behind a block, so that it is only talked about."""
    if end >= len(text):
        return False
    block, first = text[at:end], text[end]
    if first.islower() or "\n" in block[len(block.rstrip()) :]:
        return first.islower()
    return not (first.isupper() or first == "<" or _MARK.match(text, end))
