"""Calls that a client must approve before they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_urlsafe

import anyio

from ..messages import ToolCall

TOO_LATE = "nobody answered in time"


@dataclass(slots=True)
class _Question:
    answered: anyio.Event = field(default_factory=anyio.Event)
    verdict: bool | str = TOO_LATE


class Approvals:
    """The questions of all runs that are not answered yet. Only who was told the id of a question can answer it.

    Args:
        seconds: How long an answer is waited for; then it is a no.
    """

    def __init__(self, seconds: float = 300.0) -> None:
        self._seconds = seconds
        self._open: dict[str, _Question] = {}

    async def verdict(self, id: str) -> bool | str:
        """Wait for the answer to a question: True, False, or why not."""
        question = self._open[id] = _Question()
        try:
            with anyio.move_on_after(self._seconds):
                await question.answered.wait()
        finally:
            del self._open[id]
        return question.verdict

    def answer(self, id: str, verdict: bool | str) -> bool:
        """Answer a question; False where there is none, or it has been answered."""
        question = self._open.get(id)
        if question is None or question.answered.is_set():
            return False
        question.verdict = verdict
        question.answered.set()
        return True


class RunApprovals:
    """The questions of one run.

    Args:
        approvals: Those of all runs.
    """

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals
        self._ids: dict[str, str] = {}

    def id_of(self, call: ToolCall) -> str:
        """The id of the question about a call, which nobody can guess."""
        return self._ids.setdefault(call.id, token_urlsafe(24))

    async def approve(self, call: ToolCall) -> bool | str:
        """Have the client asked about a call."""
        return await self._approvals.verdict(self.id_of(call))
