"""The clock: places become time zones, dates are counted."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit import ToolError
from agentkit.tools.clock import date_after, days_between, now, weekday


def told(text: str) -> datetime:
    """The local time that an answer tells."""
    found = re.match(r"(\d\d:\d\d:\d\d) on \w+, (\d{4}-\d\d-\d\d)", text)
    assert found, text
    return datetime.fromisoformat(f"{found[2]}T{found[1]}")


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Tokyo", "Asia/Tokyo"),
        ("tokyo, Japan", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Europe/Paris", "Europe/Paris"),
        ("UTC", "UTC"),
    ],
)
def test_a_city_or_zone_tells_its_own_time(place: str, zone: str) -> None:
    answer = now(place)
    there = datetime.now(ZoneInfo(zone)).replace(tzinfo=None)
    assert abs(told(answer) - there) < timedelta(seconds=30)
    assert zone in answer


@pytest.mark.parametrize(("place", "hours"), [("UTC+3", 3), ("GMT-5", -5), ("utc +05:30", 5.5)])
def test_an_offset_means_what_people_mean_by_it(place: str, hours: float) -> None:
    """In the zone names of the time zone database the sign is turned around: Etc/GMT+3 is three hours behind."""
    there = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=hours)
    assert abs(told(now(place)) - there) < timedelta(seconds=30)


def test_without_a_place_it_is_local_time() -> None:
    assert abs(told(now()) - datetime.now()) < timedelta(seconds=30)


def test_several_zones_of_one_city_that_agree_are_one() -> None:
    assert "America/Argentina/Buenos_Aires" in now("Buenos Aires")


def test_an_unknown_place_is_told_with_what_is_like_it() -> None:
    with pytest.raises(ToolError, match="Asia/Tokyo"):
        now("Tokio")


@given(st.text(max_size=40))
def test_any_place_gives_a_time_or_an_error_for_the_model(place: str) -> None:
    try:
        answer = now(place)
    except ToolError:
        return
    assert told(answer)


def test_days_are_counted() -> None:
    assert days_between(date(2026, 1, 1), date(2026, 12, 24)) == 357
    assert weekday(date(2026, 11, 21)) == "Saturday"
    assert date_after(date(2026, 1, 31), 30) == "2026-03-02 (Monday)"


def test_a_date_beyond_the_calendar_is_told() -> None:
    with pytest.raises(ToolError, match="outside the years 1 to 9999"):
        date_after(date(2026, 1, 1), 10**9)
