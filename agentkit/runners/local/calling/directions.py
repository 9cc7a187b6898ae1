"""Which of several values is where something comes from, and which is where it goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .english import NAMES_FROM, NAMES_TO, SAID_FROM, SAID_TO
from .reading import Unit
from .shapes import without_examples
from .signature import words_of
from .slot import Slot


def directed(slot: Slot, starts: Sequence[int], units: Sequence[Unit]) -> Sequence[int]:
    """Those of some units that a slot means by its name: after `from`, or after `to`; all where it means neither."""
    words = {*words_of(slot.name), *re.findall(r"[a-z]+$", without_examples(slot.description).lower())}
    if bool(words & NAMES_FROM) == bool(words & NAMES_TO):
        return starts
    said, other = (SAID_FROM, SAID_TO) if words & NAMES_FROM else (SAID_TO, SAID_FROM)
    before = {start: units[start - 1].text.lower() if start else "" for start in starts}
    meant = [start for start in starts if before[start] in said]
    return meant or [start for start in starts if before[start] not in other] or starts
