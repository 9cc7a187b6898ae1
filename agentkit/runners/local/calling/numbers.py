"""Numbers as people write them."""

from __future__ import annotations

import re

from .english import ONES, TENS

_SMALL = {word: value for value, word in enumerate(ONES)} | {word: 20 + 10 * i for i, word in enumerate(TENS)}
_LARGE = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SUFFIXES = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000} | _LARGE

_WORD = "|".join(sorted({*_SMALL, "hundred", *_LARGE}, key=len, reverse=True))
WORDS = rf"(?:{_WORD}|a (?:hundred|thousand|million|dozen)|half a dozen|dozen)(?:(?:[ -]|\s+and\s+)(?:{_WORD}))*\b"
DIGITS = r"[-−+]?[$€£¥]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?(?:k|bn|thousand|million|billion)\b)?"
"""Regular expressions, to be used with `re.IGNORECASE`."""

LONGEST = 100
"""Characters of a number; what is longer is some code, and may be more than a float or Python's `int()` takes."""

Number = int | float


def parse_number(text: str) -> Number | None:
    """The value of a text that `DIGITS` or `WORDS` matches; None where it is too long for a number.

    >>> parse_number("1,250.50"), parse_number("twenty-three"), parse_number("2.5 million")
    (1250.5, 23, 2500000)
    """
    text = text.strip().lower().replace("−", "-")
    match = re.match(r"[-+]?[$€£¥]?([\d,]+(?:\.\d+)?)\s?([a-z]*)", text)
    if not match:
        return _spoken(text)
    plain = match[1].replace(",", "")
    if len(plain) > LONGEST:
        return None
    value = float(plain) if "." in plain else int(plain)
    value *= _SUFFIXES.get(match[2], 1)
    return whole(-value if text.startswith("-") else value)


def whole(value: Number) -> Number:
    """An integer where the value is one.

    >>> whole(3.0), whole(2.5)
    (3, 2.5)
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _spoken(text: str) -> Number:
    total = current = 0
    for word in re.findall(r"[a-z]+", text.replace("half a dozen", "six")):
        if word == "dozen":
            current = max(current, 1) * 12
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _LARGE:
            total += max(current, 1) * _LARGE[word]
            current = 0
        else:
            current += _SMALL.get(word, 0)
    return total + current
