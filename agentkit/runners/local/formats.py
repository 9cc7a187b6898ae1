"""The text formats of JSON Schema that have a grammar and a check here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

_DATE = '[0-9] [0-9] [0-9] [1-9] "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])'
_TIME = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9]'
_HEX = "[0-9a-f]"


@dataclass(frozen=True, slots=True)
class Format:
    """One format."""

    gbnf: str
    """Texts of this format; not all of them."""
    check: Callable[[str], object]
    """Raises `ValueError` for a text that is none."""
    plainest: str


def _duration(text: str) -> None:
    if not re.fullmatch(r"P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", text):
        raise ValueError(text)


FORMATS = {
    "date": Format(_DATE, date.fromisoformat, "2000-01-01"),
    "time": Format(_TIME, time.fromisoformat, "00:00:00"),
    "date-time": Format(f'{_DATE} "T" {_TIME}', datetime.fromisoformat, "2000-01-01T00:00:00"),
    "duration": Format('"PT" [1-9] [0-9]{0,3} [HMS]', _duration, "PT0S"),
    "uuid": Format(
        ' "-" '.join(f"{_HEX}{{{length}}}" for length in (8, 4, 4, 4, 12)), UUID, "00000000-0000-4000-8000-000000000000"
    ),
}
"""By their names in a schema. Others are not checked."""


def format_of(schema: Mapping[str, Any]) -> Format | None:
    """The format that a schema names; None where it names none of these."""
    name = schema.get("format")
    return FORMATS.get(name) if isinstance(name, str) else None
