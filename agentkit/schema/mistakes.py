"""What is wrong with the arguments of a call, by where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .fields import REST
from .paths import Path

GRAVE = ("missing", "extra_forbidden")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that does not fit."""

    path: Path
    """Keys and positions that lead to the value; the last one does not exist where a value is missing."""
    kind: str
    """pydantic's type of the error."""
    reason: str
    value: Any
    """What was given there."""


def mistakes_of(errors: Sequence[Any], data: Any) -> list[Mistake]:
    """The errors of a validation, each at a place of the data.

    Args:
        errors: Of `ValidationError.errors()`.
        data: The arguments that were validated.
    """
    return [
        Mistake(_path(each["loc"], data, each["type"]), each["type"], _reason(each), each["input"]) for each in errors
    ]


def badness(mistakes: Sequence[Mistake]) -> int:
    """How far off arguments are. A missing name, or one too many, counts twice."""
    return sum(2 if mistake.kind in GRAVE else 1 for mistake in mistakes)


def _path(location: Sequence[str | int], data: Any, kind: str) -> Path:
    """The part of a location that is in the data: pydantic adds names of types and validators."""
    path: list[str | int] = []
    here = data
    for index, step in enumerate(location):
        inside = step in here if isinstance(here, dict) else isinstance(here, list) and step in range(len(here))
        if inside:
            path.append(step)
            here = here[step]
        elif kind == "missing" and index == len(location) - 1 and step != REST:
            path.append(step)
    return tuple(path)


def _reason(error: Any) -> str:
    if error["type"] == "missing":
        return "missing"
    if error["type"] == "extra_forbidden":
        return "there is no such parameter"
    text: str = error["msg"]
    return text.removeprefix("Input ").removeprefix("Value error, ").removeprefix("Assertion failed, ")
