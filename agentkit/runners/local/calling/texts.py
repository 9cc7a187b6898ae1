"""Text values of a call: cut out of the request, or known."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..formats import FORMATS
from ..schemas import Schema
from .arithmetic import expressions
from .directions import directed
from .english import PLACES, STOP_WORDS
from .evidence import Evidence
from .knowledge import code_of
from .shapes import code_shape, examples, has_shape, is_expression, without_examples
from .signature import words_of
from .slot import Slot, description_of, is_open
from .spans import Reach
from .stems import content_stems
from .writing import Writer

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|YYYY-MM-DD", re.I)
_MARKED = {
    "address": frozenset(("email", "mail", "url", "link", "website", "address", "page")),
    "path": frozenset(("path", "file", "folder", "directory")),
}
"""Kinds of units that have a form of their own, and the words that ask for them."""
FREE = r'[^"\\\x00-\x1f]{0,200}'
"""Any text, in a grammar."""
_PURPOSE = re.compile(r"\s+to\s+\w+.*", re.S)


class Texts:
    """Finds texts.

    Args:
        writer: Where the model writes.
        evidence: The request.
    """

    def __init__(self, writer: Writer, evidence: Evidence) -> None:
        self._writer = writer
        self._evidence = evidence
        self._asked = 0
        self._codes: list[str] = []

    def one(self, slot: Slot) -> str | None:
        """A text for a slot; None where the request says nothing about an optional one."""
        form = str(slot.schema.get("format") or ("date" if _ISO_DATE.search(slot.description) else ""))
        if form in FORMATS:
            return self._formatted(slot, form)
        if any(is_expression(example) for example in examples(slot.description)):
            formulas = expressions(self._evidence.text)
            if formulas:
                return str(self._writer.choose(formulas))
        shape = _shape_of(slot)
        if shape is not None:
            return self._code(slot, shape)
        return self._span(slot, self._starts(slot), "names" if any(map(is_open, slot.siblings)) else "sentence")

    def several(self, slot: Slot) -> list[str] | None:
        """A list of texts, as commas and `and` part them; None where the request has none."""
        spans = self._evidence.spans()
        starts = spans.list_starts if slot.required else self._evidence.strong()
        if not starts:
            return None
        values = self._writer.texts(spans.list_gbnf(starts))
        for value in values or ():
            self._evidence.use(spans.located(value, spans.starts))
        return values

    def _starts(self, slot: Slot) -> Sequence[int]:
        """Where a value can start."""
        marked = self._evidence.of_kind(marked_kind(slot) or "none")
        if marked:
            return marked
        if slot.required:
            return self._evidence.spans().starts
        return self._evidence.strong() or (self._after_places() if slot.alone else [])

    def _after_places(self) -> list[int]:
        """Words after `in`, `at`, `for`: where nothing else is a value, they may be one."""
        free, units = self._evidence.free, self._evidence.units
        return [
            index
            for index, unit in free.items()
            if unit.kind == "word"
            and index
            and units[index - 1].text.lower() in PLACES
            and unit.text.lower() not in STOP_WORDS
            and not content_stems(unit.text) & self._evidence.topic
        ]

    def _formatted(self, slot: Slot, name: str) -> str | None:
        """A date, a time, or another format; None where an optional one is not said."""
        units = self._evidence.units
        dates, times = self._evidence.of_kind("date"), self._evidence.of_kind("time")
        if name == "date-time" and dates:
            self._evidence.use([dates[0], *times[:1]])
            return f"{units[dates[0]].value}T{units[times[0]].value if times else '00:00:00'}"
        found = {"date": dates, "time": times}.get(name, [])
        if found:
            value = str(self._writer.choose(list(dict.fromkeys(units[index].value for index in found))))
            self._evidence.use([next(index for index in found if units[index].value == value)])
            return value
        return self._writer.text(FORMATS[name].gbnf) if slot.required else None

    def _code(self, slot: Slot, shape: str) -> str | None:
        """A code: as it stands in the request, or known for something that stands there."""
        units = self._evidence.units
        exact = bool(re.search(r"\bcode\b", slot.description, re.I))
        ready = [index for index, unit in self._evidence.free.items() if has_shape(unit.text, shape, exact=exact)]
        if not ready and not slot.required:
            return None
        wanted = 1 + sum(_shape_of(slot, sibling) == shape for sibling in slot.siblings) - self._asked
        self._asked += 1
        if ready and len(ready) >= wanted:
            value = str(self._writer.choose([units[index].text for index in directed(slot, ready, units)]))
            self._codes.append(value)
            self._evidence.use([next(index for index in ready if units[index].text == value)])
            return value
        phrase = self._span(slot, dict.fromkeys([*ready, *self._content()]), "phrase")
        if phrase is None or has_shape(phrase, shape, exact=exact):
            return phrase
        if not exact and self._evidence.text.islower() and has_shape(phrase.upper(), shape, exact=False):
            return phrase.upper()
        what = _PURPOSE.sub("", without_examples(slot.description)) or slot.name
        code = code_of(self._writer.decoder, phrase, what, shape, self._codes)
        if code is not None:
            self._codes.append(code)
        return code

    def _content(self) -> list[int]:
        """Words that mean something, and are not what the tool is about."""
        return [
            index
            for index, unit in self._evidence.free.items()
            if unit.kind in ("word", "name", "quoted")
            and unit.text.lower() not in STOP_WORDS
            and not content_stems(unit.text) & self._evidence.topic
        ]

    def _span(self, slot: Slot, starts: Collection[int], reach: Reach) -> str | None:
        if not starts:
            return self._writer.text(FREE) if slot.required else None
        starts = directed(slot, list(starts), self._evidence.units)
        spans = self._evidence.spans(reach)
        value = self._writer.text(spans.gbnf(starts))
        if value is None:
            value = self._evidence.units[starts[0]].text
        positions = spans.located(value, starts)
        if positions and reach != "phrase":
            positions = spans.from_verb(positions)
            value = spans.said(positions)
        self._evidence.use(positions)
        return value


def marked_kind(slot: Slot) -> str | None:
    """The kind of units that a slot's name and description ask for, where they ask for one that shows."""
    said = set(words_of(f"{slot.name} {slot.description}"))
    return next((kind for kind, words in _MARKED.items() if words & said), None)


def _shape_of(slot: Slot, schema: Schema | None = None) -> str | None:
    """The shape of the codes that a slot takes; where its description gives no example, that of a sibling's."""
    description = slot.description if schema is None else description_of(schema)
    shape = code_shape(description)
    if shape is None:
        kind = _kind_of_code(description)
        for sibling in slot.siblings:
            other = description_of(sibling)
            if kind and kind == _kind_of_code(other) and code_shape(other):
                return code_shape(other)
    return shape


def _kind_of_code(description: str) -> str:
    return _PURPOSE.sub("", without_examples(description)).lower()
