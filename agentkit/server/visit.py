"""One request, as the operator's log and meters see it."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from ..messages import Usage

_KEY = "agentkit.visit"


@dataclass(slots=True)
class Visit:
    """What is known of a request while it is answered, and counted once it is over."""

    arrived: float = field(default_factory=time.perf_counter)
    """On the clock of `time.perf_counter`."""
    model: str = ""
    """The served model that it is for: never a name that only the client knows."""
    first: float | None = None
    """Seconds from its arrival to the first delta of the answer."""
    usage: Usage = field(default_factory=Usage)
    code: int | str | None = None
    """The documented code of a refusal, or of an error that broke a stream."""
    notes: tuple[str, ...] = ()
    """What was ignored or mended in the request."""
    left: bool = False
    """Whether the client went away before the end of the answer."""
    status: int = 0
    """Of the answer; 0 where there was none."""
    id: str = ""
    """The request id that the client was told."""

    def begun(self, model: str) -> None:
        """The request is for this served model."""
        self.model = model

    def noted(self, notes: tuple[str, ...]) -> None:
        """Something in the request was ignored or mended."""
        self.notes = notes

    def first_token(self) -> None:
        """The first delta is here; later calls change nothing."""
        if self.first is None:
            self.first = time.perf_counter() - self.arrived

    def finished(self, usage: Usage) -> None:
        """The answer is complete."""
        self.usage = usage

    def refused(self, code: int | str | None) -> None:
        """The request failed with a documented code."""
        self.code = code

    def abandoned(self) -> None:
        """The client went away."""
        self.left = True


def begin_visit(scope: MutableMapping[str, Any]) -> Visit:
    """A new visit, remembered in the scope of its request."""
    visit = scope[_KEY] = Visit()
    return visit


def visit_of(scope: MutableMapping[str, Any]) -> Visit:
    """The visit of a request; one that nobody reads where the application is not watched."""
    visit = scope.get(_KEY)
    return visit if isinstance(visit, Visit) else Visit()
