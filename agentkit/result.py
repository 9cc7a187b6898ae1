"""How a run ended, and everything it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias

from .errors import ConfigurationError, OutputError
from .generation import Finish, Request
from .messages import Message, Usage
from .sent import Sent

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
    "empty",
    "invalid_output",
    "cancelled",
]
"""final: the model answered · max_turns, deadline, usage_limit: that limit was reached · stalled: the same calls
gave the same results again and again · invalid_calls: too many calls that no tool could take · length: the answer
was cut at `max_tokens` · content_filter: the endpoint withheld the answer · empty: the model
said nothing, also when it was asked again · invalid_output: the answer does not fit `output=`, also after it was asked
for again · cancelled: `Run.cancel` was called."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request to the model, and what came back."""

    request: Request
    sender: Callable[[Request], Sent] | None = field(default=None, repr=False)
    """The runner's, where it asks a server."""
    message: Message | None = None
    """The reply, as it became part of the conversation; None where it did not come to its end."""
    finish: Finish | None = None

    @property
    def sent(self) -> Sent:
        """The request as it went to the server.

        Raises:
            ConfigurationError: The runner asks no server.
        """
        if self.sender is None:
            raise ConfigurationError("this turn was not sent to a server: its runner works in this process.")
        return self.sender(self.request)

    @property
    def received(self) -> bytes:
        """The body of the reply as it came; empty where the runner asks no server, or it did not come to its end."""
        return b"".join(self.finish.raw) if self.finish is not None else b""

    def curl(self) -> str:
        """A shell command that sends the request again, with environment variables in place of secrets.

        Raises:
            ConfigurationError: The runner asks no server.
        """
        return self.sent.curl()


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What a run leaves behind, however it ended."""

    response: str
    """The final text; empty where the run ended without one."""
    messages: list[Message]
    """The whole conversation: valid, and ready to be the `history=` of the next run."""
    turns: tuple[Turn, ...] = field(default=(), repr=False)
    """The requests that were made to the model, the first one first, each with what came back."""
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
