"""How a run ended, and everything it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias

from .errors import OutputError
from .messages import Message, Usage

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=str)
else:
    from typing import TypeVar  # typing_extensions would cost its import time for a default that only checkers read

    T = TypeVar("T")

StopReason: TypeAlias = Literal[
    "final",
    "max_turns",
    "deadline",
    "usage_limit",
    "stalled",
    "invalid_calls",
    "length",
    "content_filter",
    "invalid_output",
    "cancelled",
]
"""final: the model answered · max_turns, deadline, usage_limit: that limit was reached · stalled: the same calls
gave the same results again and again · invalid_calls: too many calls that no tool could take · length: the answer
was cut at `max_tokens` · content_filter: the endpoint withheld the answer · invalid_output: the
answer does not fit `output=`, also after it was asked for again · cancelled: `Run.cancel` was called."""


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What a run leaves behind, however it ended."""

    response: str
    """The final text; empty where the run ended without one."""
    messages: list[Message]
    """The whole conversation: valid, and ready to be the `history=` of the next run."""
    turns: int = 0
    """Requests that were made to the model."""
    stop_reason: StopReason = "final"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """The model that answered, as its runner names it."""
    engine: str = ""
    """What computed it, where the runner knows."""
    outputs: tuple[T, ...] = ()
    """The typed answer, or nothing where the run ended without one."""

    @property
    def output(self) -> T:
        """The typed answer where `output=` was given, else the text again.

        Raises:
            OutputError: The run ended without one; `stop_reason` says why.
        """
        if not self.outputs:
            raise OutputError(
                f"the run ended without a typed output (stop_reason {self.stop_reason!r}).",
                hint=f"The model's last words were: {self.response[:200]!r}",
            )
        return self.outputs[0]
