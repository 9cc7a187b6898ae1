"""Everything about one run that changes while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ..events import Event, ToolFinished
from ..generation import Finish, Retries
from ..messages import Message, ToolCall, ToolResult, Usage
from ..result import Result, StopReason, Turn
from .stalls import StallGuard

STOPPED = "Not run: the run was stopped before this call started."
INTERRUPTED = "Interrupted: the run was stopped while this call was running. It may or may not have taken effect."


@dataclass(slots=True)
class State:
    """The conversation and the counters of one run."""

    messages: list[Message]
    emit: Callable[[Event], None]
    retries: Retries
    turns: list[Turn] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    tool_calls: int = 0
    invalid_calls: int = 0
    was_empty: bool = False
    """The model has been asked again, once, after a reply without text and calls."""
    insists: bool = False
    """The first reply had to be a call and was none; the next one has to be."""
    stop_reason: StopReason = "final"
    outputs: tuple[Any, ...] = ()
    finish: Finish = field(default_factory=Finish)
    text: list[str] = field(default_factory=list)
    """The reply that is being streamed."""
    pending: tuple[ToolCall, ...] = ()
    """Calls of the last assistant message that have no tool message yet."""
    started: dict[str, float] = field(default_factory=dict)
    """When a pending call was started, by id, on the performance counter."""
    waiting: set[str] = field(default_factory=set)
    """Ids of started calls that wait for approval: they have done nothing yet."""
    finished: dict[str, ToolResult] = field(default_factory=dict)
    """Results of pending calls, by id."""
    guard: StallGuard = field(default_factory=StallGuard)

    def say(self, role: Any, content: str) -> None:
        """Append a message without calls."""
        self.messages.append(Message(role, content))

    def settle(self) -> None:
        """Make the history valid after an interruption: keep what is finished, close what is not."""
        if self.text:
            self.messages.append(Message("assistant", "".join(self.text)))
            self.text = []
        for call in self.pending:
            result = self.finished.get(call.id) or self._closed(call)
            self.messages.append(result.message())
        self.close_calls()

    def _closed(self, call: ToolCall) -> ToolResult:
        started = self.started.get(call.id)
        if started is None:
            return ToolResult(call, STOPPED, "skipped")
        waited = call.id in self.waiting
        result = ToolResult(call, STOPPED, "skipped") if waited else ToolResult(call, INTERRUPTED, "cancelled")
        self.emit(ToolFinished(call, result, perf_counter() - started))
        return result

    def close_calls(self) -> None:
        """All pending calls have their tool messages."""
        self.pending = ()
        self.started.clear()
        self.waiting.clear()
        self.finished.clear()

    def result(self) -> Result[Any]:
        """What the run leaves behind as it stands."""
        last = self.messages[-1] if self.messages else None
        response = last.content if last is not None and last.role == "assistant" else ""
        return Result(
            response,
            self.messages,
            tuple(self.turns),
            self.stop_reason,
            self.usage,
            self.finish.model,
            self.finish.engine,
            self.outputs,
        )
