"""Pieces of a request as a grammar: a value must stand there as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from ..grammar import literal, to_json
from .english import NO_END, NO_START, SENTENCE_ENDS, SEPARATORS, STOP_WORDS
from .reading import STRONG, Unit
from .stems import content_stems

Reach: TypeAlias = Literal["sentence", "names", "phrase"]


class Spans:
    """All values that can be cut out of a request.

    Quoted texts, names, numbers and the like are never cut into; a span does not reach over punctuation.

    Args:
        text: The request.
        units: The request taken apart.
        free: Positions of the units that may be used.
        topic: Stems of words that no span starts with.
        reach: `sentence`: a span goes on over prepositions · `names`: not over one before a name or another obvious
            value · `phrase`: over none.
    """

    def __init__(
        self, text: str, units: Sequence[Unit], free: Collection[int], topic: frozenset[str], reach: Reach
    ) -> None:
        self._text = text
        self._units = units
        self._free = free
        self._topic = topic
        self._reach = reach
        self._on = self._joints()

    @property
    def starts(self) -> list[int]:
        """Positions of the units that a value can start with."""
        leading = self._leading()
        starts = [index for index in self._free if self._can_start(index)]
        saying = [index for index in starts if index not in leading]
        return [index for index in saying if not self._is_topic(index)] or saying or starts

    @property
    def list_starts(self) -> list[int]:
        """Positions of the units that the first value of a list can start with."""
        return [index for index in self.starts if index < 2 or self._units[index - 1].text.lower() not in SEPARATORS]

    def gbnf(self, starts: Collection[int]) -> str:
        """A grammar of the rest of a JSON text, whose value starts at one of the units."""
        rules = ['root ::= start "\\"" [,}\\]]', f"start ::= {' | '.join(f's{index}' for index in starts)}"]
        rules += [self._rule(index, "", self._can_end(index)) for index in self._reachable(starts)]
        return "\n".join(rules)

    def list_gbnf(self, starts: Collection[int]) -> str:
        """The same for the rest of a JSON list of texts: it goes on as long as commas and `and` do."""
        rules = [f"root ::= {' | '.join(f's{index}' for index in starts)}"]
        for index in self._reachable(starts, over_separators=True):
            following = self._after_separators(index)
            end = '"\\"]"' if following is None else f'"\\",\\"" s{following}'
            rules.append(self._rule(index, end, self._can_end(index), before_separator=following is not None))
        return "\n".join(rules)

    def located(self, value: str, starts: Collection[int]) -> list[int]:
        """Positions of the units that a value is made of."""
        for start in starts:
            for end in self._run(start):
                if self._slice(start, end) == value:
                    return list(range(start, end + 1))
        return []

    def from_verb(self, positions: list[int]) -> list[int]:
        """A value that begins with its verb: `the rent` of `to pay the rent` is `pay the rent`."""
        verb = positions[0] - 1
        if verb < 1 or verb not in self._free or self._units[verb - 1].text.lower() != "to":
            return positions
        ours = self._units[verb].kind == "word" and self._can_start(verb) and not self._is_topic(verb)
        return [verb, *positions] if ours else positions

    def said(self, positions: Sequence[int]) -> str:
        """What some units in a row say."""
        return self._slice(positions[0], positions[-1])

    def _slice(self, start: int, end: int) -> str:
        if start == end:
            return self._units[start].text
        return self._text[self._units[start].start : self._units[end].end]

    def _run(self, start: int) -> list[int]:
        run = [start]
        while run[-1] in self._on:
            run.append(run[-1] + 1)
        return run

    def _reachable(self, starts: Collection[int], *, over_separators: bool = False) -> list[int]:
        found: dict[int, None] = {}
        waiting = list(starts)
        while waiting:
            index = waiting.pop()
            if index in found:
                continue
            found[index] = None
            if index in self._on:
                waiting.append(index + 1)
            following = self._after_separators(index) if over_separators else None
            if following is not None:
                waiting.append(following)
        return list(found)

    def _rule(self, index: int, end: str, can_end: bool, *, before_separator: bool = False) -> str:
        unit = _quoted(self._units[index].text)
        on = index in self._on and not before_separator
        ends = [end] if can_end or not on else []
        if on:
            gap = self._text[self._units[index].end : self._units[index + 1].start]
            ends.append(f"{_quoted(gap)} s{index + 1}" if gap else f"s{index + 1}")
        return f"s{index} ::= {unit} ({' | '.join(ends)})"

    def _joints(self) -> set[int]:
        """Positions of the units that a value can reach over, and still come to an end."""
        joints: set[int] = set()
        for index in range(len(self._units) - 2, -1, -1):
            if self._holds(index) and (self._can_end(index + 1) or index + 1 in joints):
                joints.add(index)
        return joints

    def _holds(self, index: int) -> bool:
        """Whether a unit and the one after it can be parts of one value."""
        if index + 1 not in self._free:
            return False
        unit, following = self._units[index], self._units[index + 1]
        if following.text.lower() in NO_START and self._is_other(index + 2):
            return False
        parted = {"quoted", "mark"} & {unit.kind, following.kind} or "\n" in self._text[unit.end : following.start]
        return not parted

    def _leading(self) -> set[int]:
        """Units that ask rather than say: the first word of each sentence, and the small words after it."""
        leading: set[int] = set()
        for index, unit in enumerate(self._units):
            first = index == 0 or self._units[index - 1].text in SENTENCE_ENDS
            asking = index - 1 in leading and unit.text.lower() in STOP_WORDS
            if unit.kind == "word" and (first or asking):
                leading.add(index)
        return leading

    def _is_other(self, index: int) -> bool:
        """Whether the unit after a preposition belongs to another value."""
        if self._reach == "sentence" or index >= len(self._units):
            return False
        return self._reach == "phrase" or self._units[index].kind in STRONG

    def _after_separators(self, index: int) -> int | None:
        """The unit that a list goes on with after this one; None where the list ends."""
        at = index + 1
        while at < len(self._units) and self._units[at].text.lower() in SEPARATORS:
            at += 1
        return at if at > index + 1 and at in self._free and self._can_start(at) else None

    def _is_topic(self, index: int) -> bool:
        unit = self._units[index]
        return unit.kind == "word" and bool(content_stems(unit.text) & self._topic)

    def _can_start(self, index: int) -> bool:
        unit = self._units[index]
        return unit.kind != "mark" and not (unit.kind == "word" and unit.text.lower() in NO_START)

    def _can_end(self, index: int) -> bool:
        unit = self._units[index]
        return not (unit.kind == "word" and unit.text.lower() in NO_END)


def _quoted(text: str) -> str:
    """A part of a JSON text, in a grammar."""
    return literal(to_json(text)[1:-1])
