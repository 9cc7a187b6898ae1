"""What a running tool may know of its run, and tell it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from ..messages import Message, ToolCall, Usage
from .approval import Ask

T = TypeVar("T")

AHEAD = 1_000
"""Reports of a thread that may wait for the event loop before the thread waits for it."""
PATIENCE = 1.0
"""Seconds for which a thread waits; then it goes on, whatever the event loop does."""


class Stopped(BaseException):
    """Ends the thread of a call that was cancelled or timed out. Not an `Exception`, so that no tool handles it."""


class Context(Generic[T]):
    """Given to every parameter of a tool that is annotated `Context` or `Context[X]`; the model never sees it.

    Args:
        value: The object given as `context=` to the run.
        call: The call being executed.
        turn: The turn that asked for it, 1 for the first.
        messages: The conversation so far. MUST NOT be changed.
        on_progress: Gets what the tool reports. Always called on the event loop's thread, also when the tool reports
            from another one: then without waiting for it, in the order of the reports, and before the call is over.
            MUST NOT raise.
        on_usage: Gets what the tool used, in the same way.
        ask: Gives the verdict on a call of a tool that is marked `approve`; None: such calls are refused.
    """

    __slots__ = (
        "_behind",
        "_done",
        "_on_progress",
        "_on_usage",
        "_post",
        "_thread",
        "ask",
        "call",
        "messages",
        "turn",
        "value",
    )

    def __init__(
        self,
        value: T,
        call: ToolCall,
        turn: int = 1,
        messages: Sequence[Message] = (),
        on_progress: Callable[[Any], None] | None = None,
        on_usage: Callable[[Usage], None] | None = None,
        ask: Ask | None = None,
    ) -> None:
        self.value = value
        self.call = call
        self.turn = turn
        self.messages = messages
        self.ask = ask
        self._on_progress = on_progress
        self._on_usage = on_usage
        self._thread = threading.get_ident()
        self._post: Callable[..., object] | None = None
        self._behind: threading.Semaphore | None = None
        self._done: str | None = None

    def progress(self, value: Any) -> None:
        """Report progress to whoever watches the run; from any thread.

        Raises:
            Stopped: In a thread whose call was cancelled or timed out.
        """
        self._tell(self._on_progress, value)

    def checkpoint(self) -> None:
        """End this thread if its call was cancelled or timed out; for long loops of sync tools.

        Python cannot stop a thread from outside. Without a checkpoint the thread of a stopped call runs on to its
        end, and its result is dropped.

        Raises:
            Stopped: The call is over; let it pass.
        """
        if self.stopped and threading.get_ident() != self._thread:
            raise Stopped

    def add_usage(self, usage: Usage) -> None:
        """Count tokens that the tool used itself, for example by a model of its own."""
        self._tell(self._on_usage, usage)

    @property
    def stopped(self) -> bool:
        """Whether the call was cancelled or timed out."""
        return self._done == "stopped"

    def open(self, post: Callable[..., object]) -> None:
        """Let other threads report.

        Args:
            post: Has the event loop call a function with arguments soon, from any thread.
        """
        self._post = post
        self._behind = self._behind or threading.Semaphore(AHEAD)

    def close(self, *, stopped: bool) -> None:
        """The call is over: what is still reported is dropped, and threads of a stopped call end."""
        self._done = "stopped" if stopped else "finished"

    def _tell(self, listener: Callable[[Any], None] | None, value: Any) -> None:
        if threading.get_ident() == self._thread:
            if listener is not None and self._done is None:
                listener(value)
            return
        self.checkpoint()
        if listener is None or self._done is not None or self._post is None or self._behind is None:
            return
        self._behind.acquire(timeout=PATIENCE)
        with suppress(RuntimeError):  # the event loop has ended
            self._post(self._deliver, listener, value)

    def _deliver(self, listener: Callable[[Any], None], value: Any) -> None:
        if self._behind is not None:
            self._behind.release()
        if self._done is None:
            listener(value)
