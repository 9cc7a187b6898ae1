"""What a request says about the arguments of a tool, and what of it is not used yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ..schemas import is_kind, kinds_of
from ..validation import settle
from .english import CALLED, NEGATIONS, STOP_WORDS
from .reading import STRONG, Unit, read
from .slot import Slot
from .spans import Reach, Spans
from .stems import content_stems, stem

_NEAR = 2
"""Words before and after a number that tell what it is."""


class Evidence:
    """A request as the source of values.

    Args:
        text: The request.
        today: What tomorrow is counted from.
        topic: Stems of the words that tell what is asked for: they are no values.
    """

    def __init__(self, text: str, today: date, topic: frozenset[str]) -> None:
        self.topic = topic
        self.text = text
        self.units = read(text, today)
        self.used: set[int] = set()
        self.stems = content_stems(text)

    @property
    def free(self) -> dict[int, Unit]:
        """The units that are no argument yet, by position."""
        return {index: unit for index, unit in enumerate(self.units) if index not in self.used}

    def spans(self, reach: Reach = "sentence") -> Spans:
        """The values that can be cut out of what is free."""
        return Spans(self.text, self.units, self.free, self.topic, reach)

    def of_kind(self, *kinds: str) -> list[int]:
        """Positions of the free units of some kinds."""
        return [index for index, unit in self.free.items() if unit.kind in kinds]

    def strong(self) -> list[int]:
        """Positions of the free units that must be some argument: quotes, names, codes, and what is called so."""
        named = [index for index in self.of_kind("word") if index and self.units[index - 1].text.lower() in CALLED]
        strong = [index for index in self.of_kind(*STRONG) if not content_stems(self.units[index].text) & self.topic]
        return sorted({*named, *strong})

    def numbers(self, slot: Slot) -> list[int]:
        """Positions of the free numbers that a slot can take, without those that are clearly not meant."""
        about, others = slot.about, slot.others
        fitting = [index for index in self.of_kind("number") if self._fits(index, slot.schema)]
        percents = [index for index in fitting if self.units[index].percent]
        if percents and stem("percent") in about:
            return percents
        if percents and stem("percent") in others:
            fitting = [index for index in fitting if index not in percents] or fitting
        meant = [index for index in fitting if self._near(index) & (about - others)]
        return meant or [index for index in fitting if not self._near(index) & (others - about)] or fitting

    def mentioned(self, values: Iterable[Any]) -> list[Any]:
        """Those of some values that the request names, the longest first."""
        texts = {word.lower() for word in re.findall(r"\w+", self.text)}
        numbers = [unit.value for unit in self.units if unit.kind == "number"]

        def named(value: Any) -> bool:
            words = re.findall(r"[^\W_]+", str(value).lower())
            if is_kind(value, "number"):
                return value in numbers
            if not words:  # such as <=
                return bool(str(value).strip()) and str(value) in self.text
            return all(word in texts or stem(word) in self.stems for word in words)

        return sorted(filter(named, values), key=lambda value: -len(str(value)))

    def flag(self, about: frozenset[str]) -> bool | None:
        """Whether the request asks for something, or asks for it not to be; None where it says nothing of it."""
        words = [word.lower() for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", self.text.replace("’", "'"))]
        for index, word in enumerate(words):
            if word not in STOP_WORDS and stem(word) in about:
                return not NEGATIONS & set(words[max(0, index - 2) : index])
        return None

    def use_words(self, value: Any) -> None:
        """The units that name a value are an argument now."""
        words = {word.lower() for word in re.findall(r"[^\W_]+", str(value))}
        self.use([index for index in self.of_kind("word", "name") if self.units[index].text.lower() in words])

    def use(self, positions: Iterable[int]) -> None:
        """These units are an argument now."""
        self.used.update(positions)

    def _fits(self, index: int, schema: Mapping[str, Any]) -> bool:
        value = self.units[index].value
        if "integer" in kinds_of(schema) and not isinstance(value, int):
            return False
        return bool(settle(value, schema) == value)

    def _near(self, index: int) -> frozenset[str]:
        """Stems of the words around a unit, up to the next other value or mark."""
        found: set[str] = set()
        for step in (1, -1):
            for at in range(index + step, index + step * (_NEAR + 1), step):
                if not 0 <= at < len(self.units) or self.units[at].kind not in ("word", "name"):
                    break
                found |= content_stems(self.units[at].text)
        return frozenset(found)
