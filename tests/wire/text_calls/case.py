"""A row of the tables of calls written as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WEATHER = ("get_weather", "get_time", "search")
FILES = ("read_file", "write_file", "list_dir", "run_shell")
SHOP = ("find_products", "add_to_cart", "cart_total")
HOME = ("set_light", "set_thermostat", "play_music")
MATHS = ("add", "multiply", "solve")
OFFICE = ("send_email", "create_event", "search_contacts", "translate")
DATA = ("query", "point", "filter", "print_report", "name")


@dataclass(frozen=True)
class Case:
    """What a model wrote, and what it is."""

    text: str
    calls: Sequence[tuple[str, str]] = ()
    """Name and arguments, exactly."""
    tools: Sequence[str] = WEATHER
    """What is offered."""
    left: str = ""
    """The text that is no call."""
