"""How well the values of a request go with the parameters of a tool, before any model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ....messages import ToolSpec
from ..schemas import as_schema, closed_values, kinds_of
from .arithmetic import expressions
from .english import STOP_WORDS
from .evidence import Evidence
from .shapes import code_shape, examples, has_shape, is_expression
from .signature import words_of
from .slot import Slot, slots_of
from .stems import content_stems
from .texts import marked_kind

_OBVIOUS = ("number", "date", "time", "quoted", "address", "path", "code")
"""Kinds of units that nobody puts into a request for nothing."""

FORMULA = 3
"""A formula counts as much as so many other values of a special form: hardly anything else is meant by one."""


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for and against a tool."""

    missing: int
    """Required values that the request does not have."""
    obvious: int
    """Obvious values of the request, and words for one of a closed set."""
    unused: int
    """Obvious values of the request that the tool has no use for."""
    formed: int
    """Values of a special form that the tool asks for and the request has: an address, a code, a date, a formula."""


def support(tool: ToolSpec, text: str, today: date | None = None) -> Support:
    """Compare a request with a tool.

    Args:
        tool: The tool.
        text: The request.
        today: What tomorrow is counted from; None: today.
    """
    evidence = evidence_of(text, tool, today)
    obvious = len(evidence.of_kind(*_OBVIOUS, "name"))
    missing = formed = 0
    for slot in sorted(slots_of(tool.parameters), key=lambda slot: not slot.required):
        found, special = _take(slot, evidence)
        missing += slot.required and not found
        obvious += found and bool(closed_values(slot.schema))
        formed += special
    return Support(missing, obvious, len(evidence.of_kind(*_OBVIOUS)), formed)


def evidence_of(text: str, tool: ToolSpec, today: date | None = None) -> Evidence:
    """A request as the source of a tool's values."""
    return Evidence(text, today or date.today(), content_stems(f"{' '.join(words_of(tool.name))} {tool.description}"))


def _take(slot: Slot, evidence: Evidence) -> tuple[bool, int]:
    """Use up what a slot could take; whether there was anything, and how special its form was."""
    schema, kinds = slot.schema, kinds_of(slot.schema)
    values = closed_values(schema)
    if values:
        return bool(evidence.mentioned(values)), 0
    if kinds == ("array",):
        return _take_all(slot, evidence)
    if schema.get("format") in ("date", "time", "date-time"):
        wanted = ("date", "time") if schema["format"] == "date-time" else (schema["format"],)
        found = evidence.of_kind(*wanted)[: len(wanted)]
        evidence.use(found)
        return bool(found), int(bool(found))
    if kinds in (("integer",), ("number",)):
        found = evidence.numbers(slot)[:1]
        evidence.use(found)
        return bool(found), 0
    return _take_text(slot, evidence) if kinds == ("string",) else (True, 0)


def _take_all(slot: Slot, evidence: Evidence) -> tuple[bool, int]:
    kinds = kinds_of(as_schema(slot.schema["items"])) if "items" in slot.schema else ()
    wanted = ("number",) if set(kinds) & {"integer", "number"} else ("quoted", "name", "code", "address", "path")
    found = evidence.of_kind(*wanted)
    evidence.use(found)
    return bool(found) or (kinds == ("string",) and _has_words(evidence)), 0


def _take_text(slot: Slot, evidence: Evidence) -> tuple[bool, int]:
    if any(is_expression(example) for example in examples(slot.description)) and expressions(evidence.text):
        evidence.use(evidence.of_kind("number"))
        return True, FORMULA
    shape = code_shape(slot.description)
    coded = [index for index, unit in evidence.free.items() if shape and has_shape(unit.text, shape, exact=True)]
    marked = evidence.of_kind(marked_kind(slot) or "none")
    found = (marked or coded or evidence.strong())[:1]
    evidence.use(found)
    return bool(found) or _has_words(evidence), int(bool(marked or coded))


def _has_words(evidence: Evidence) -> bool:
    return any(_says_something(evidence, index) for index in evidence.spans().starts)


def _says_something(evidence: Evidence, index: int) -> bool:
    unit = evidence.units[index]
    if unit.kind != "word":
        return True
    return unit.text.lower() not in STOP_WORDS and not content_stems(unit.text) & evidence.topic
