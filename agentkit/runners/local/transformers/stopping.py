"""Texts that end an answer, found while it is written."""

from __future__ import annotations

from collections.abc import Sequence


class StopTexts:
    """Lets a text through, piece by piece, up to the first of some texts. None of those is let through, nor begun.

    >>> stop = StopTexts(["END"])
    >>> [stop.feed(piece) for piece in ("one E", "N", "E ", "two END three")]
    ['one ', '', 'ENE ', 'two ']
    >>> stop.found
    True
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)
        self._held = ""
        self.found = False

    def feed(self, piece: str) -> str:
        """Take a piece; returns what may be shown now."""
        if not self._texts:
            return piece
        text = self._held + piece
        at = min((place for place in (text.find(stop) for stop in self._texts) if place >= 0), default=-1)
        if at >= 0:
            self.found, self._held = True, ""
            return text[:at]
        held = max(_overlap(text, stop) for stop in self._texts)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def end(self) -> str:
        """What was held back, when no more comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text begin a stop text."""
    return next(
        (length for length in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-length:])), 0
    )
