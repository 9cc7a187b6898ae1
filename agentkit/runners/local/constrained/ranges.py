"""Numbers within bounds as regular expressions over their decimal digits."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WHOLE_DIGITS = 19
"""Of an integer that nothing bounds."""
DECIMAL_DIGITS = 15
"""Before the point of a number that nothing bounds; with more, floats are not exact."""
FRACTION_DIGITS = 6
"""Behind the point, where no bound has more."""
FINEST = Decimal("1e-15")
"""Bounds are moved inwards to a multiple of it."""

INTEGER = rf"-?(?:0|[1-9][0-9]{{0,{WHOLE_DIGITS - 1}}})"
NUMBER = rf"-?(?:0|[1-9][0-9]{{0,{DECIMAL_DIGITS - 1}}})(?:\.[0-9]{{1,10}})?(?:[eE][-+]?[0-9]{{1,2}})?"
_ANY = rf"(?:0|[1-9][0-9]{{0,{DECIMAL_DIGITS - 1}}})(?:\.[0-9]{{1,{FRACTION_DIGITS}}})?"


def whole(least: int | None, most: int | None) -> str | None:
    """Integers within bounds that belong to the range; None where there are none.

    >>> print(whole(0, 120))
    (?:[0-9]|[1-9][0-9]|1(?:[0-1][0-9]|20))
    """
    if least is None and most is None:
        return INTEGER
    widest = 10 ** max(WHOLE_DIGITS, len(str(abs(least or 0))), len(str(abs(most or 0)))) - 1
    low, high = -widest if least is None else least, widest if most is None else most
    parts = []
    if low < 0:
        parts += [f"-{part}" for part in _naturals(max(1, -high), -low)]
    parts += _naturals(max(0, low), high)
    return _any_of(parts) if parts else None


def at_least(bound: float, *, strict: bool) -> str:
    """Decimals that are not smaller than a bound; `strict`: larger."""
    exact = _inward(bound, ROUND_CEILING)
    if exact >= 0:
        return _from(exact, strict)
    return _any_of([_ANY, f"-{_up_to(-exact, strict)}"])


def at_most(bound: float, *, strict: bool) -> str:
    """Decimals that are not larger than a bound; `strict`: smaller."""
    exact = _inward(bound, ROUND_FLOOR)
    if exact < 0 or (exact == 0 and strict):
        return f"-{_from(-exact, strict)}"
    return _any_of([_up_to(exact, strict), f"-{_ANY}"])


def _inward(bound: float, rounding: str) -> Decimal:
    exact = Decimal(repr(bound))
    return exact if -exact.as_tuple().exponent <= 15 else exact.quantize(FINEST, rounding)  # type: ignore[operator]


def _from(bound: Decimal, strict: bool) -> str:
    """Decimals from a bound on that is not negative."""
    first, fraction, digits = _split(bound)
    largest = 10 ** max(DECIMAL_DIGITS, len(str(first)) + 1) - 1
    above = _any_of(_naturals(first + 1, largest))
    same = _fractions_from(fraction, digits, strict)
    return _any_of([f"{above}{_rest(digits)}", *(f"{first}{part}" for part in same)])


def _up_to(bound: Decimal, strict: bool) -> str:
    """Decimals from 0 to a bound that is not negative."""
    last, fraction, digits = _split(bound)
    parts = [f"{_any_of(_naturals(0, last - 1))}{_rest(digits)}"] if last else []
    if fraction or not strict:
        parts.append(f"{last}{_fraction_up_to(fraction, digits, strict)}")
    return _any_of(parts)


def _split(bound: Decimal) -> tuple[int, str, int]:
    """What is before the point, what is behind it, and how many digits may stand there."""
    before, _, behind = f"{bound:f}".partition(".")
    behind = behind.rstrip("0")
    return int(before), behind, max(len(behind), min(FRACTION_DIGITS, DECIMAL_DIGITS - len(before)))


def _rest(digits: int) -> str:
    return rf"(?:\.[0-9]{{1,{digits}}})?" if digits > 0 else ""


def _fractions_from(bound: str, digits: int, strict: bool) -> list[str]:
    parts = []
    for place, digit in enumerate(bound, 1):
        if digit != "9":
            parts.append(rf"\.{bound[: place - 1]}{_digit(int(digit) + 1, 9)}{_more(digits - place)}")
    left = digits - len(bound)
    if not strict:
        parts.append(rf"\.{bound}{_more(left)}" if bound else _rest(digits))
    elif left > 0:
        parts += [rf"\.{bound}0{{{zeros}}}[1-9]{_more(left - zeros - 1)}" for zeros in range(left)]
    return parts


def _fraction_up_to(bound: str, digits: int, strict: bool) -> str:
    if not bound:
        return rf"(?:\.0{{1,{digits}}})?" if digits > 0 else ""
    parts = [""]
    for place, digit in enumerate(bound, 1):
        if place > 1:
            parts.append(rf"\.{bound[: place - 1]}")
        if digit != "0":
            parts.append(rf"\.{bound[: place - 1]}{_digit(0, int(digit) - 1)}{_more(digits - place)}")
    if not strict:
        parts.append(rf"\.{bound}0{{0,{digits - len(bound)}}}")
    return _any_of(parts)


def _naturals(low: int, high: int) -> list[str]:
    parts = []
    while low <= high:
        top = min(high, 10 ** len(str(low)) - 1)
        parts.append(_digits(str(low), str(top)))
        low = top + 1
    return parts


def _digits(low: str, high: str) -> str:
    """Numbers of as many digits as both ends have."""
    if not low or low == high:
        return low
    rest = len(low) - 1
    if low[0] == high[0]:
        return low[0] + _digits(low[1:], high[1:])
    if set(low[1:]) <= {"0"} and set(high[1:]) <= {"9"}:
        return _digit(int(low[0]), int(high[0])) + (f"[0-9]{{{rest}}}" if rest > 1 else "[0-9]" * rest)
    parts = []
    first, last = int(low[0]), int(high[0])
    if set(low[1:]) != {"0"}:
        parts.append(low[0] + _digits(low[1:], "9" * rest))
        first += 1
    ending = high[0] + _digits("0" * rest, high[1:])
    if set(high[1:]) == {"9"}:
        last, ending = last + 1, ""
    if first < last:
        parts.append(_digits(str(first) + "0" * rest, str(last - 1) + "9" * rest))
    return _any_of([*parts, ending] if ending else parts)


def _digit(low: int, high: int) -> str:
    return str(low) if low == high else f"[{low}-{high}]"


def _more(digits: int) -> str:
    return f"[0-9]{{0,{digits}}}" if digits > 0 else ""


def _any_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
