"""Whether the choices of a `oneOf` exclude each other, so that what fits one fits no other."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from ..schemas import TYPES, as_schema, named_kinds, required_of
from ..validation import valid
from .flattening import Flat


def apart(choices: list[Flat]) -> bool:
    """Whether no value fits two of some flat schemas; False where that cannot be seen."""
    return all(_two(one, other) for one, other in combinations(choices, 2))


def _two(one: Flat, other: Flat) -> bool:
    mine, theirs = _kinds(one), _kinds(other)
    if not mine & theirs:
        return True
    values, others = _values(one), _values(other)
    if values is not None:
        return not any(valid(value, other) for value in values)
    if others is not None:
        return not any(valid(value, one) for value in others)
    return mine & theirs == {"object"} and any(_told_apart(name, one, other) for name in required_of(one))


def _told_apart(name: str, one: Flat, other: Flat) -> bool:
    """Whether a property that both must have has other values in each."""
    mine, theirs = (as_schema(as_schema(each.get("properties")).get(name)) for each in (one, other))
    values, others = _values(mine), _values(theirs)
    if name not in required_of(other) or values is None or others is None:
        return False
    return not any(valid(value, {"enum": others}) for value in values)


def _kinds(schema: Flat) -> set[str]:
    kinds = set(named_kinds(schema)) or set(TYPES)
    return kinds | {"integer"} if "number" in kinds else kinds


def _values(schema: Any) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"] if isinstance(schema.get("enum"), list) else None
