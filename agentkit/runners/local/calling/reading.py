"""A request taken apart: the words, and what among them can be the value of an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from .dates import DATE, TIME, parse_date, parse_time
from .english import INSIDE_NAMES
from .numbers import DIGITS, WORDS, parse_number

Kind: TypeAlias = Literal["quoted", "address", "path", "date", "time", "number", "code", "name", "word", "mark"]
"""quoted: the text between quotes · address: of mail or web · code: letters mixed with digits or signs, or a phone
number · name: capitalised words in a row · word: anything else of letters · mark: punctuation."""

STRONG: tuple[Kind, ...] = ("quoted", "address", "path", "code", "name")
"""Kinds of units that nobody says by the way."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a request that is not taken apart further."""

    kind: Kind
    text: str
    """As it stands there; without the quotes."""
    start: int
    end: int
    value: Any = None
    """Of a number the number, of a date or time its ISO form."""
    percent: bool = False
    """A number that a percent sign or word follows."""


QUOTED = r"\"[^\"]+\"|“[^”]+”|«[^»]+»|`[^`]+`|(?<!\w)'[^']+'(?!\w)|(?<!\w)‘[^’]+’(?!\w)"
"""A regular expression."""
_NOT_INSIDE = r"(?<!\w)"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("quoted", QUOTED),
    ("address", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s,;\"'<>]*[^\s,;\"'<>.?!)]"),
    ("path", r"(?:~|\.{1,2})?(?:/[\w.@-]*\w)+/?|[a-z]:\\[^\s,;\"?]+|\w[\w-]+(?:/\w[\w-]*)*\.[a-z]{1,4}\b(?![.\w])"),
    ("date", DATE),
    ("time", TIME),
    ("code", r"\+?\d[\d()-]*(?:[ -]\d[\d()]+)+|(?=\S*[a-z])(?=\S*\d)(?!\d+(?:[a-z]{1,2})?\b)[\w@&#$!*+-]*\w!?"),
    ("number", rf"{DIGITS}(?:\s?%|\s?percent\b)?|{WORDS}(?:\s?percent\b)?"),
    ("word", r"[^\W\d_](?:[\w'’./-]*\w)?"),
    ("mark", r"\S"),
)
_BOUNDARY = dict.fromkeys(("word", "mark"), "")
"""Only these may follow a letter or digit without a space: the kg of 5kg."""
_ANY = re.compile(
    "|".join(rf"(?P<{kind}>{_BOUNDARY.get(kind, _NOT_INSIDE)}(?:{pattern}))" for kind, pattern in _PATTERNS),
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def read(text: str, today: date) -> tuple[Unit, ...]:
    """Take a request apart.

    Args:
        text: What the user said.
        today: What tomorrow is counted from.
    """
    units = []
    for match in _ANY.finditer(text):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        units.append(_unit(kind, match[0], match.start(), today))
    return tuple(_with_names(text, units))


def _unit(kind: Kind, text: str, start: int, today: date) -> Unit:
    unit = Unit(kind, text, start, start + len(text))
    if kind == "quoted":
        return replace(unit, text=text[1:-1])
    if kind == "number":
        percent = re.search(r"\s?(%|percent)$", text, re.I)
        number = text[: percent.start()] if percent else text
        value = parse_number(number)
        return replace(unit, kind="code") if value is None else replace(unit, value=value, percent=bool(percent))
    if kind in ("date", "time"):
        iso = parse_date(text, today) if kind == "date" else parse_time(text)
        return replace(unit, value=iso) if iso else replace(unit, kind="code")
    return unit


def _with_names(text: str, units: list[Unit]) -> list[Unit]:
    """Capitalised words in a row as one unit each. The first word of a sentence is capitalised anyway."""
    out: list[Unit] = []
    for index, unit in enumerate(units):
        first = index == 0 or (units[index - 1].kind == "mark" and units[index - 1].text in ".?!:")
        if (
            unit.kind != "word"
            or not unit.text[0].isupper()
            or unit.text in ("I", "I'm", "I'd", "I've", "I'll")
            or first
        ):
            out.append(unit)
        elif out and out[-1].kind == "name" and text[out[-1].end : unit.start] == " ":
            out[-1] = _joined(out[-1], unit)
        elif (
            len(out) > 1
            and out[-1].text in INSIDE_NAMES
            and out[-2].kind == "name"
            and text[out[-1].end : unit.start] == text[out[-2].end : out[-1].start] == " "
        ):
            out[-2:] = [_joined(out[-2], replace(unit, text=f"{out[-1].text} {unit.text}"))]
        else:
            out.append(replace(unit, kind="name"))
    return out


def _joined(name: Unit, word: Unit) -> Unit:
    return Unit("name", f"{name.text} {word.text}", name.start, word.end)
