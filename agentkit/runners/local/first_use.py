"""The weights of a catalogue entry, pulled when they are not there yet."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ...errors import WeightsError
from .entry import Entry
from .lookup import short_name
from .source import Progress
from .threads import Stopped
from .weights import find, pull

POLL = 0.1
"""Seconds between two looks at whether a pull is still wanted, while another one is under way."""

_pulling = threading.Lock()


def weights_of(entry: Entry, progress: Progress | None, stopped: Callable[[], bool]) -> Path:
    """The weight file of an entry. Pulls it on first use, with a line on stderr where that is a terminal.

    Blocks; call in a worker thread.

    Args:
        entry: A model of the catalogue.
        progress: Told how many bytes have come, in place of the line on stderr.
        stopped: Asked all the time; True ends the pull with `Stopped`.

    Raises:
        WeightsError: They cannot be fetched, or are broken, or are only fetched when asked for: `agentkit pull`.
    """

    def watch(done: int, total: int | None) -> None:
        if stopped():
            raise Stopped
        (progress or shown)(done, total)

    shown = _Line(f"Fetching {entry.id}, once")
    while not _pulling.acquire(timeout=POLL):
        if stopped():
            raise Stopped
    try:
        found = find(entry)
        if found is None and not entry.source.on_first_use:
            raise not_here(entry)
        return found or pull(entry, watch, stopped)
    finally:
        shown.end()
        _pulling.release()


def not_here(entry: Entry) -> WeightsError:
    """The error for weights that are fetched only when somebody asks for them."""
    return WeightsError(
        f"the weights of {entry.id!r} are not here.",
        hint=f"Fetch them with: agentkit pull {short_name(entry)}",
    )


class _Line:
    def __init__(self, title: str) -> None:
        self._title = title
        self._open = False

    def __call__(self, done: int, total: int | None) -> None:
        if not sys.stderr or not sys.stderr.isatty():
            return
        whole = f" of {total / 1e6:.0f}" if total else ""
        print(f"\r{self._title}: {done / 1e6:.0f}{whole} MB", end="", file=sys.stderr, flush=True)
        self._open = True

    def end(self) -> None:
        """Go to the next line, where something was written."""
        if self._open:
            print(file=sys.stderr, flush=True)
