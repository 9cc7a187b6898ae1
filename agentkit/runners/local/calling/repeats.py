"""One call for each of several things that are asked for in one go: the weather in Paris and in Rome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..schemas import Schema, closed_values, kinds_of
from .english import NO_END, NO_START, SEPARATORS, TOGETHER
from .evidence import Evidence
from .reading import Unit
from .slot import Slot, slots_of


def repeated(arguments: Mapping[str, Any], schema: Schema, evidence: Evidence) -> list[dict[str, Any]]:
    """Calls that differ from a first one in one value: the others that `and` and commas put beside it.

    Args:
        arguments: Of the first call.
        schema: Of the tool's parameters.
        evidence: The request, after the first call was filled from it.

    Returns:
        The arguments of the further calls.
    """
    slots = list(slots_of(schema))
    if any(kinds_of(slot.schema) == ("array",) for slot in slots):
        return []
    for slot in slots:
        found = _beside(slot, arguments.get(slot.name), evidence) if slot.name in arguments else []
        if found:
            return [{**arguments, slot.name: value} for value in found]
    return []


def _beside(slot: Slot, value: Any, evidence: Evidence) -> list[Any]:
    """The free values of the same kind after a value, parted from it by commas and `and` only."""
    units = evidence.units
    end = next((index for index in range(len(units)) if _ends(units, index, value)), None)
    values: list[Any] = []
    while end is not None:
        at = _next(units, end)
        end = None
        if at is None or at in evidence.used:
            break
        found = _same_kind(slot, value, at, evidence)
        if found is not None:
            values.append(found[0])
            end = found[1]
    return values


def _ends(units: tuple[Unit, ...], index: int, value: Any) -> bool:
    """Whether a value ends with this unit."""
    unit = units[index]
    if isinstance(value, str):
        before = " ".join(other.text for other in units[max(0, index - 5) : index + 1]).lower()
        whole = f" {before}".endswith(f" {value.lower()}")
        start = index - len(value.split()) + 1
        return whole and (start < 1 or units[start - 1].text.lower() not in TOGETHER)
    return unit.kind == "number" and unit.value == value


def _next(units: tuple[Unit, ...], end: int) -> int | None:
    """Where the next of several values starts."""
    at = end + 1
    while at < len(units) and units[at].text.lower() in SEPARATORS:
        at += 1
    if at == end + 1:
        return None
    while at < len(units) and units[at].text.lower() in NO_START | {"the"}:
        at += 1
    return at if at < len(units) else None


def _same_kind(slot: Slot, value: Any, at: int, evidence: Evidence) -> tuple[Any, int] | None:
    """The value that starts with a unit, and the unit that it ends with."""
    units = evidence.units
    values = closed_values(slot.schema)
    if values:
        named = [each for each in values if str(each).lower() == units[at].text.lower()]
        return (named[0], at) if named else None
    if not isinstance(value, str):
        return (units[at].value, at) if units[at].kind == "number" else None
    if units[at].kind in ("name", "quoted", "code"):
        return units[at].text, at
    if units[at].kind != "word" or not value.islower() or any(unit.kind == "name" for unit in units):
        return None
    end = at
    while end + 1 < len(units) and units[end + 1].kind == "word" and units[end + 1].text.lower() not in NO_END:
        end += 1
    return evidence.spans().said([at, end]), end
