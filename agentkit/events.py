"""What a run tells the outside, in the order in which it happens. `RunFinished` comes last, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from .generation import Finish, ReasoningDelta, Repaired, TextDelta
from .messages import Message, ToolCall, ToolResult
from .result import Result


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A request goes to the model."""

    turn: int
    """1 for the first."""


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The model's reply is complete."""

    turn: int
    message: Message
    finish: Finish


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A call is taken up: it is about to run, or to wait for a person's approval."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """A call waits for the word of a person; other calls of the turn run meanwhile."""

    call: ToolCall
    """With the arguments as they will be used."""


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """A running tool reports something: a `yield`, or `Context.progress`."""

    call: ToolCall
    value: Any


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A call is over."""

    call: ToolCall
    result: ToolResult
    seconds: float
    """What the call itself took; the wait for its approval is not counted."""


@dataclass(frozen=True, slots=True)
class Stalling:
    """The run goes round in circles; says what is done about it."""

    repeats: int
    action: str
    """`nudge`: the model is told · `cached`: it gets the earlier result · `land`: the run ends."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A limit was reached: the model is asked for its last answer, without tools."""

    reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over."""

    result: Result[Any]


Event: TypeAlias = (
    TurnStarted
    | TextDelta
    | ReasoningDelta
    | Repaired
    | TurnFinished
    | ToolStarted
    | ApprovalAsked
    | ToolProgress
    | ToolFinished
    | Stalling
    | Landing
    | RunFinished
)
"""Everything that a run tells; end a `match` over it with `assert_never`."""
