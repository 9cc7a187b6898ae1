"""Regular expressions of numbers within bounds match just those."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.runners.local.constrained.ranges import at_least, at_most, whole

integers = st.integers(-(10**12), 10**12) | st.integers(-200, 200)
bounds = (
    st.integers(-(10**6), 10**6)
    | st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 4) or 0)
    | st.sampled_from([0.5, -1e-7])
)
texts = st.decimals(-1000, 1000, places=3, allow_nan=False).map(lambda value: f"{value:f}")


@settings(deadline=None)
@given(integers | st.none(), integers | st.none(), integers)
def test_an_integer_matches_just_where_it_lies_within_the_bounds(
    least: int | None, most: int | None, value: int
) -> None:
    regex = whole(least, most)
    inside = (least is None or least <= value) and (most is None or value <= most)
    for number in (value, least, most):
        if number is not None:
            inside = (least is None or least <= number) and (most is None or number <= most)
            assert bool(regex and re.fullmatch(regex, str(number))) == inside


def test_bounds_that_leave_nothing_have_no_pattern() -> None:
    assert whole(3, 2) is None


@settings(deadline=None)
@given(bounds, st.booleans(), texts)
def test_a_decimal_matches_just_where_the_bound_allows_it(bound: float, strict: bool, text: str) -> None:
    value, limit = Decimal(text), Decimal(repr(bound))
    if text.startswith("-") and value == 0:
        text = text[1:]
    assert bool(re.fullmatch(at_least(bound, strict=strict), text)) == (
        value > limit or (value == limit and not strict)
    )
    assert bool(re.fullmatch(at_most(bound, strict=strict), text)) == (value < limit or (value == limit and not strict))


@settings(deadline=None)
@given(bounds)
def test_a_bound_matches_itself_unless_it_is_strict(bound: float) -> None:
    text = f"{Decimal(repr(bound)):f}"
    assert re.fullmatch(at_least(bound, strict=False), text)
    assert re.fullmatch(at_most(bound, strict=False), text)
    assert not re.fullmatch(at_least(bound, strict=True), text)
    assert not re.fullmatch(at_most(bound, strict=True), text)
