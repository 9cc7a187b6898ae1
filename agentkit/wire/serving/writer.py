"""The contract of what writes answers."""

from __future__ import annotations

from typing import Protocol

from ...errors import AgentKitError
from ...generation import Delta


class Writer(Protocol):
    """Writes one answer in one shape, either frame by frame or whole; made for each request."""

    def frames(self, delta: Delta) -> bytes:
        """The server-sent events for a delta, empty for none. `Finish` brings the usage and `[DONE]`."""
        ...

    def failure(self, error: AgentKitError) -> bytes:
        """The server-sent events of a stream that breaks off: an error, and no `[DONE]` (quirk Q50)."""
        ...

    def add(self, delta: Delta) -> None:
        """Take a delta of an answer that is written whole."""
        ...

    def whole(self) -> bytes:
        """The body, after `Finish` was added."""
        ...
