"""Which of several values is where something comes from, and which is where it goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .reading import Unit
from .shapes import without_examples
from .signature import words_of
from .slot import Slot

_FROM = frozenset("from source origin start departure base begin sender".split())
_TO = frozenset("to into target destination end arrival quote recipient receiver".split())
_SAID_FROM = frozenset(("from",))
_SAID_TO = frozenset(("to", "into", "in"))


def directed(slot: Slot, starts: Sequence[int], units: Sequence[Unit]) -> Sequence[int]:
    """Those of some units that a slot means by its name: after `from`, or after `to`; all where it means neither."""
    words = {*words_of(slot.name), *re.findall(r"[a-z]+$", without_examples(slot.description).lower())}
    if bool(words & _FROM) == bool(words & _TO):
        return starts
    said, other = (_SAID_FROM, _SAID_TO) if words & _FROM else (_SAID_TO, _SAID_FROM)
    before = {start: units[start - 1].text.lower() if start else "" for start in starts}
    meant = [start for start in starts if before[start] in said]
    return meant or [start for start in starts if before[start] not in other] or starts
