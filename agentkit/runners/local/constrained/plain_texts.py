"""Text values as they are, without quotation marks: anything but what ends them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ....errors import BadRequestError
from .checking import compiled
from .flattening import UnsayableError
from .lark import escaped, grammar, pattern
from .texts import FORMATS, format_fits, lengths

COUNTED = 2000
"""Most characters of a text whose schema bounds it: llguidance counts no further beside a mark to look out for."""
COUNTED_BY_PATTERN = 500
"""The same of one that must match a pattern, too."""

_CONTROL = r"\x00-\x08\x0b-\x1f\x7f"
_BLANK = r"[ \t\r\n]*"
_JSON_BEGINS = _BLANK + r"[-\[{0-9\x22](?s:.*)"
_SHORT = {"d": "[0-9]", "w": "[0-9A-Za-z_]"}
"""Classes that have more characters in Rust than in JavaScript."""
_GROUPED = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\((?:\\.|\[(?:\\.|[^\]\\])*\]|[^()\\])*\)", re.DOTALL)


def plain_text(
    schema: dict[str, Any],
    longest: int | None,
    mark: str,
    *,
    begin: str = "",
    end: str | None = None,
    filled: bool = False,
    apart: bool = False,
) -> str | None:
    """A terminal's expression for the texts that satisfy a flat schema; None where there are none.

    Args:
        schema: Its `format`, `pattern`, `minLength` and `maxLength` count.
        longest: Characters of a text that nothing else bounds; None: any number.
        mark: What the text must not contain. Its first character is not in it again.
        begin: What stands before the text.
        end: What stands behind it; the mark where that is None.
        filled: Whether the empty text is left out.
        apart: Whether texts that are JSON are left out.

    Raises:
        UnsayableError: Its pattern or its length cannot be said here.
    """
    bounds = lengths(schema, longest)
    if bounds is None or not format_fits(schema):
        return None
    behind, before = escaped(mark if end is None else end), escaped(begin)
    shape = _shape(schema)
    least, most = bounds
    if least > COUNTED:
        raise UnsayableError(f"a text of at least {least:,} characters (at most {COUNTED:,})")
    parts = [pattern(f"{before}{_without(mark.rstrip())}{behind}")]
    if shape is not None:
        parts.append(pattern(f"{before}(?:{shape}){behind}"))
    if most is not None or least > 0:
        limit = COUNTED if shape is None else COUNTED_BY_PATTERN
        count = f"{least},{max(least, min(limit if most is None else most, limit))}"
        parts.append(pattern(f"{before}(?s:.){{{count}}}{behind}"))
    if filled:
        parts.append(pattern(f"{before}(?s:.+){behind}"))
    if apart:
        parts.append(f"~{pattern(before + _JSON_BEGINS)}")
        parts.append(f"~{pattern(f'{before}{_BLANK}(?:true|false|null){_BLANK}{behind}')}")
    found = " & ".join(parts)
    return found if shape is None or _possible(found) else None


def _shape(schema: dict[str, Any]) -> str | None:
    wanted = schema.get("pattern")
    if isinstance(wanted, str):
        return _searched(wanted)
    known = schema.get("format")
    return FORMATS.get(known) if isinstance(known, str) else None


def _searched(wanted: str) -> str:
    """Texts in which a regular expression of JavaScript is found, as one of Rust's that matches all of them."""
    start, end = wanted.startswith("^"), bool(re.search(r"(?<!\\)(?:\\\\)*\$$", wanted))
    inner = wanted[start : len(wanted) - end]
    flat, before = inner, ""
    while flat != before:
        flat, before = _GROUPED.sub("", flat), flat
    if "|" in flat and (start or end):
        raise UnsayableError(f"the pattern {wanted!r}, whose ends belong to its choices")
    inner = re.sub(r"\\(.)", lambda found: _SHORT.get(found[1], found[0]), inner, flags=re.DOTALL).replace(r"\/", "/")
    return f"{'' if start else '(?s:.*)'}(?:{inner}){'' if end else '(?s:.*)'}"


def _without(mark: str) -> str:
    """Texts without a mark: what has begun like it goes on otherwise."""
    first = mark[0]
    begun = [escaped(mark[1:place]) for place in range(1, len(mark))]
    again = "|".join(f"{part}{escaped(first)}" for part in begun)
    other = "|".join(f"{part}[^{escaped(first + mark[place])}{_CONTROL}]" for place, part in enumerate(begun, 1))
    start = f"{escaped(first)}(?:{again})*"
    return f"(?:[^{escaped(first)}{_CONTROL}]|{start}(?:{other}))*(?:{start}(?:{'|'.join(begun)}))?"


@lru_cache(256)
def _possible(expression: str) -> bool:
    """Whether any text is matched."""
    try:
        matcher = compiled(grammar("T", f"T: {expression}\n"))
    except BadRequestError as error:
        raise UnsayableError(f"a text by its pattern and lengths ({error.message})") from None
    return any(matcher.compute_logit_bias()) and not matcher.is_error()
