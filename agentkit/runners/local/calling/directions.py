"""Which of several values a parameter means by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .english import NAMES_FROM, NAMES_TO, SAID_FROM, SAID_TO
from .reading import Unit
from .shapes import without_examples
from .signature import words_of
from .slot import Slot
from .stems import stem


def directed(slot: Slot, starts: Sequence[int], units: Sequence[Unit]) -> Sequence[int]:
    """Those of some units that a slot means by its name; all where that tells nothing.

    `the subject lunch` says what the subject is; a source stands after `from`, a destination after `to`.
    """
    own = {stem(word) for word in words_of(slot.name)}
    starts = [start for start in starts if stem(units[start].text) not in own] or starts
    named = [start for start in starts if start and stem(units[start - 1].text) in own]
    if named:
        return named
    words = {*words_of(slot.name), *re.findall(r"[a-z]+$", without_examples(slot.description).lower())}
    if bool(words & NAMES_FROM) == bool(words & NAMES_TO):
        return starts
    said, other = (SAID_FROM, SAID_TO) if words & NAMES_FROM else (SAID_TO, SAID_FROM)
    before = {start: _before(start, starts, units) for start in starts}
    meant = [start for start in starts if before[start] in said]
    return meant or [start for start in starts if before[start] not in other] or starts


def _before(start: int, starts: Sequence[int], units: Sequence[Unit]) -> str:
    """The word before the words that a start belongs to."""
    at = start - 1
    while at in starts:
        at -= 1
    return units[at].text.lower() if at >= 0 else ""
