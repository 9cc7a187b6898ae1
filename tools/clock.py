"""Dates and times: `agentkit run -t clock`."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from agentkit import ToolError, tool


@tool
def now(place: str = "local") -> str:
    """Tell the time now and the date today, here or in a city.

    Args:
        place: A city such as Tokyo or New York, a time zone such as Europe/Paris or UTC+2, or local.
    """
    if _plain(place) in ("", "local", "here"):
        time, name = datetime.now().astimezone(), "local time"
    else:
        zone = _zone(place)
        time, name = datetime.now(zone), str(zone)
    offset = time.strftime("%z")
    return f"{time:%H:%M:%S} on {time:%A, %Y-%m-%d} ({name}, UTC{offset[:3]}:{offset[3:5]})"


@tool
def weekday(day: date) -> str:
    """Tell the day of the week of a date.

    Args:
        day: The date, for example 2026-11-21.
    """
    return f"{day:%A}"


@tool
def days_between(start: date, end: date) -> int:
    """Count the days from one date to another; negative when the end is before the start.

    Args:
        start: The first date, for example 2026-01-01.
        end: The second date, for example 2026-12-24.
    """
    return (end - start).days


@tool
def date_after(start: date, days: int) -> str:
    """Tell the date that is a number of days after, or before, a date.

    Args:
        start: The date to count from, for example 2026-11-21.
        days: How many days later, for example 90; negative for earlier.
    """
    try:
        day = start + timedelta(days=days)
    except OverflowError:
        raise ToolError(f"{days} days from {start} is outside the years 1 to 9999. Use fewer days.") from None
    return f"{day.isoformat()} ({day:%A})"


def _zone(place: str) -> tzinfo:
    """The time zone of a name, or of the city that a zone is named after."""
    offset = re.fullmatch(r"(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d\d))?", place.strip(), re.IGNORECASE)
    if offset and int(offset[2]) < 24:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(ahead if offset[1] == "+" else -ahead)
    zones = _zones_by_name()
    for name in (place, place.partition(",")[0]):  # "Tokyo, Japan" is Tokyo
        keys = zones.get(_plain(name), ())
        if len({datetime.now(UTC).astimezone(ZoneInfo(key)).utcoffset() for key in keys}) > 1:
            raise ToolError(f"There is more than one {place!r}. Use one of: {', '.join(keys)}.")
        if keys:
            return ZoneInfo(keys[0])
    close = get_close_matches(_plain(place), zones, n=3)
    known = ", ".join(zones[name][0] for name in close) or "Europe/Paris, America/New_York, Asia/Tokyo"
    raise ToolError(
        f"No time zone is named after {place[:60]!r}. "
        f"Use its zone, or a larger city in the same zone, for example {known}."
    )


@cache
def _zones_by_name() -> dict[str, tuple[str, ...]]:
    """Plain names of zones and of their cities, and the zones that they stand for."""
    names: dict[str, set[str]] = {}
    for key in available_timezones():
        for name in {key, key if key.startswith("Etc/") else key.rpartition("/")[2]}:
            names.setdefault(_plain(name), set()).add(key)
    return {name: tuple(sorted(keys, key=lambda key: (_plain(key) != name, key))) for name, keys in names.items()}


def _plain(name: str) -> str:
    """Lower case, without accents, with spaces: São_Paulo is sao paulo."""
    letters = unicodedata.normalize("NFKD", name.replace("_", " ").replace("-", " ")).casefold()
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
