"""What is being done, in one line on a terminal."""

from __future__ import annotations

import sys
from time import perf_counter


class Progress:
    """Written on stderr, and only where that is a terminal."""

    def __init__(self) -> None:
        self._start = perf_counter()

    def __call__(self, what: str) -> None:
        """Say what begins now."""
        self._write(f"[{perf_counter() - self._start:4.0f} s] {what}")

    def clear(self) -> None:
        """Leave the line empty, for figures to stand there."""
        self._write("")

    @staticmethod
    def _write(text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
