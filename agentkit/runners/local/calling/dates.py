"""Dates and times as people write them, in ISO 8601."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta

from .english import DAYS, MONTHS

_MONTH = "|".join([*MONTHS, *(month[:3] + r"\b\.?" for month in MONTHS), r"sept\b\.?"])
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"

DATE = (
    r"\d{4}-\d{2}-\d{2}\b"
    rf"|(?:the\s+)?{_DAY}\s+(?:of\s+)?(?:{_MONTH})(?:,?\s+\d{{4}})?\b"
    rf"|(?:{_MONTH})\s+(?:the\s+)?{_DAY}\b(?:,?\s+\d{{4}}\b)?"
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{4}\b"
    r"|the day after tomorrow\b|tomorrow\b|today\b|tonight\b|yesterday\b"
    rf"|(?:(?:next|this|coming|last)\s+)?(?:{'|'.join(DAYS)})\b"
    r"|in\s+\d+\s+(?:days?|weeks?)\b|\d+\s+(?:days?|weeks?)\s+ago\b"
)
TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b\.?)?|\d{1,2}\s?[ap]\.?m\b\.?|noon\b|midnight\b"
"""Regular expressions, to be used with `re.IGNORECASE`."""


def parse_date(text: str, today: date) -> str | None:
    """The day that a text names, `2026-03-05`; None where there is no such day.

    Args:
        text: What `DATE` matches.
        today: For tomorrow, weekdays, and days without a year, which lie ahead.

    >>> parse_date("the 5th of March", date(2026, 11, 21))
    '2027-03-05'
    """
    text = text.lower().strip()
    try:
        day = _relative(text, today) or _absolute(text, today)
    except (ValueError, OverflowError):
        return None
    return day.isoformat()


def parse_time(text: str) -> str | None:
    """The time that a text names, in 24 hours; None where there is no such time.

    >>> parse_time("3:15 pm"), parse_time("noon")
    ('15:15:00', '12:00:00')
    """
    text = text.lower().strip()
    if text in ("noon", "midnight"):
        return "12:00:00" if text == "noon" else "00:00:00"
    hour, minute, second = ([int(part) for part in re.findall(r"\d+", text)] + [0, 0])[:3]
    if re.search(r"p\.?m", text):
        hour = hour % 12 + 12
    elif re.search(r"a\.?m", text):
        hour %= 12
    return f"{hour:02}:{minute:02}:{second:02}" if hour < 24 and minute < 60 and second < 60 else None


def _relative(text: str, today: date) -> date | None:
    fixed = {"the day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0, "yesterday": -1}
    if text in fixed:
        return today + timedelta(fixed[text])
    count = re.search(r"(\d+)\s+(day|week)", text)
    if count:
        days = int(count[1]) * (7 if count[2] == "week" else 1)
        return today + timedelta(-days if "ago" in text else days)
    words = text.split()
    if words[-1] in DAYS:
        ahead = (DAYS.index(words[-1]) - today.weekday()) % 7
        return today + timedelta(ahead - 7 if words[0] == "last" else ahead or 7)
    return None


def _absolute(text: str, today: date) -> date:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if re.match(r"\d{4}-", text):
        return date(*numbers[:3])
    month = next((index for index, name in enumerate(MONTHS, 1) if re.search(rf"\b{name[:3]}", text)), None)
    if month is None:  # 3/14/2027 and 14.3.2027
        first, second, year = numbers
        return date(year, second, first) if "." in text or first > 12 else date(year, first, second)
    if len(numbers) > 1:
        return date(numbers[1], month, numbers[0])
    return _ahead(month, numbers[0], today)


def _ahead(month: int, day: int, today: date) -> date:
    """The next day of a month and a number, today included."""
    for year in range(today.year, today.year + 9):  # a leap day may be eight years away
        with suppress(ValueError):
            found = date(year, month, day)
            if found >= today:
                return found
    raise ValueError(f"no month {month} has a day {day}")
