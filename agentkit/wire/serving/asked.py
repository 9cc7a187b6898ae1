"""What the body of a request asks for."""

from __future__ import annotations

from dataclasses import dataclass

from ...generation import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """One inference, in agentkit's words."""

    request: Request
    stream: bool = False
    usage_frame: bool = True
    """Whether a stream tells the token counts at its end."""
    as_object: bool = False
    """Whether the answer is JSON, and a result has it as an object in place of its text (quirk Q22)."""
    reject_if_busy: bool = False
    """Whether it is refused where it would have to wait (contract/workers_ai.md section 11)."""
    events: bool = False
    """Whether a stream of an agent tells the events of its run, too."""
    notes: tuple[str, ...] = ()
    """What was ignored or mended, for the log."""
