"""Text values as patterns: what stands between the quotation marks of JSON."""

from __future__ import annotations

import json
from typing import Any

from ..schemas import count_of
from .lark import Rules, json_rule, pattern

_CHARACTER = r'(?:[^"\\\x00-\x1f\x7f]|\\["\\bfnrt])'
"""As JSON writes it. No character can be written in two ways, so that texts that are excluded stay out."""

_YEAR = "[1-9][0-9]{3}"
_LEAP = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
_LONG, _SHORT, _TWENTY_EIGHT = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|[12][0-9]|30)", "(?:0[1-9]|1[0-9]|2[0-8])"
_DATE = f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-{_LONG}|(?:0[469]|11)-{_SHORT}|02-{_TWENTY_EIGHT})|{_LEAP}-02-29)"
_HOUR = "(?:[01][0-9]|2[0-3])"
_TIME = rf"{_HOUR}:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+-]{_HOUR}:[0-5][0-9])?"
_SECONDS = "[0-9]{1,4}S"
_MINUTES = f"[0-9]{{1,4}}M(?:{_SECONDS})?"
_CLOCK = f"T(?:[0-9]{{1,4}}H(?:{_MINUTES}|{_SECONDS})?|{_MINUTES}|{_SECONDS})"
_HEX = "[0-9a-f]"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?"

FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f"{_DATE}T{_TIME}",
    "duration": f"P(?:[0-9]{{1,4}}W|[0-9]{{1,4}}D(?:{_CLOCK})?|{_CLOCK})",
    "uuid": "-".join(f"{_HEX}{{{length}}}" for length in (8, 4, 4, 4, 12)),
    "email": rf"[A-Za-z0-9](?:[A-Za-z0-9._%+-]{{0,40}}[A-Za-z0-9])?@{_LABEL}(?:\.{_LABEL}){{1,4}}",
    "ipv4": rf"{_BYTE}(?:\.{_BYTE}){{3}}",
    "hostname": rf"{_LABEL}(?:\.{_LABEL}){{0,4}}",
    "uri": r"[a-z][a-z0-9+.-]{1,10}:(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-F]{2}){1,500}",
}
"""Texts of the named formats, all of them or the common ones. A `format` that is not here only describes."""

_LENGTHS = {
    "date": (10, 10),
    "time": (8, 21),
    "date-time": (19, 32),
    "duration": (3, 22),
    "uuid": (36, 36),
    "email": (5, 200),
    "ipv4": (7, 15),
    "hostname": (1, 160),
    "uri": (4, 500),
}
"""Characters of the shortest and the longest of them, about."""


def text(rules: Rules, schema: dict[str, Any], longest: int | None) -> str | None:
    """The terminal or rule of the text values that satisfy a flat schema; None where there are none.

    Args:
        rules: Takes it in.
        schema: Its `format`, `pattern`, `minLength` and `maxLength` count.
        longest: Characters of a text that nothing else bounds; None: any number.
    """
    bounds = lengths(schema, longest)
    if bounds is None or not format_fits(schema):
        return None
    least, most = bounds
    known = FORMATS.get(schema.get("format", "")) if isinstance(schema.get("format", ""), str) else None
    wanted = schema.get("pattern")
    if isinstance(wanted, str):
        leaf = {"type": "string", "pattern": wanted, "minLength": least}
        return rules.rule(json_rule(leaf if most is None else leaf | {"maxLength": most}))
    if known is None:
        return rules.terminal(_quoted(f"{_CHARACTER}{{{least},{'' if most is None else most}}}"))
    limit = count_of(schema, "maxLength")
    if limit is None and not least:
        return rules.terminal(_quoted(known))
    length = f"{least}," if limit is None or limit >= _LENGTHS[schema["format"]][1] else f"{least},{limit}"
    return rules.terminal(f"{_quoted(known)} & {_quoted(f'(?s:.){{{length}}}')}")


def lengths(schema: dict[str, Any], longest: int | None) -> tuple[int, int | None] | None:
    """Fewest and most characters (None: any number) of the texts of a flat schema; None where there can be none.

    Args:
        schema: Its `minLength` and `maxLength` count.
        longest: Characters of a text that nothing else bounds; None: any number.
    """
    least, limit = count_of(schema, "minLength") or 0, count_of(schema, "maxLength")
    if limit is not None and limit < least:
        return None
    bounds = [each for each in (limit, longest) if each is not None]
    return least, max(least, min(bounds)) if bounds else None


def format_fits(schema: dict[str, Any]) -> bool:
    """Whether a text of the schema's named format can have its lengths; True where it names none, or has a pattern."""
    known = schema.get("format")
    if not isinstance(known, str) or known not in FORMATS or isinstance(schema.get("pattern"), str):
        return True
    least, limit = count_of(schema, "minLength") or 0, count_of(schema, "maxLength")
    shortest, upmost = _LENGTHS[known]
    return least <= upmost and (limit is None or limit >= shortest)


def key(rules: Rules, excluded: list[str]) -> str:
    """The terminal of the names of properties that are none of some others."""
    free = _quoted(f"{_CHARACTER}{{0,60}}")
    if not excluded:
        return rules.terminal(free)
    names = " | ".join(json.dumps(json.dumps(name, ensure_ascii=False)) for name in excluded)
    return rules.terminal(f"{free} & ~({names})")


def _quoted(regex: str) -> str:
    return pattern(f'"{regex}"')
