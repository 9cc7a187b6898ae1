"""Questions that a run asks in its thread, and the main thread answers."""

from __future__ import annotations

import os
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from ..events import ApprovalAsked, Event
from ..messages import ToolCall
from .asking import Asking

if TYPE_CHECKING:
    import anyio
    from anyio.from_thread import BlockingPortal

_POLL = 0.2 if os.name == "nt" else None  # on Windows a thread that waits does not see Ctrl-C


class Approvals:
    """The approver of one run.

    Args:
        ask: Asks a person; called in the main thread, one call at a time.
        portal: The event loop of the run.
    """

    def __init__(self, ask: Asking, portal: BlockingPortal) -> None:
        self._ask = ask
        self._portal = portal
        self._asked: SimpleQueue[ToolCall | None] = SimpleQueue()
        self._open: dict[str, anyio.Event] = {}
        self._verdicts: dict[str, bool | str] = {}

    async def approve(self, call: ToolCall) -> bool | str:
        """Wait for the verdict on a call."""
        import anyio

        answered = self._open[call.id] = anyio.Event()
        try:
            await answered.wait()
        finally:
            del self._open[call.id]
        return self._verdicts.pop(call.id)

    def notice(self, event: Event) -> None:
        """Put a question to the main thread, after all that happened before it was shown."""
        if isinstance(event, ApprovalAsked):
            self._asked.put(event.call)

    def answer_until_end(self, run: Future[Any]) -> None:
        """Have questions answered until the run is over.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed, in whichever way it waited.
        """
        run.add_done_callback(lambda _: self._asked.put(None))
        while not run.done():
            try:
                call = self._asked.get(timeout=_POLL)
            except Empty:
                continue
            if call is not None and call.id in self._open:
                verdict = self._ask(call, lambda id=call.id: id not in self._open)  # type: ignore[misc]
                self._portal.call(self._answer, call.id, verdict)

    def _answer(self, id: str, verdict: bool | str) -> None:
        if id in self._open:
            self._verdicts[id] = verdict
            self._open[id].set()
