"""What a request gets to see of a model or of an agent's run."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ..events import ApprovalAsked, Event, RunFinished, ToolProgress
from ..generation import Delta, Finish, ReasoningDelta, TextDelta
from ..records import event_name, event_record
from ..runners.base import Runner
from ..tooling.plain_data import plain_data
from ..wire.serving.asked import Asked
from .agents import AgentRunner
from .approvals import Approvals, RunApprovals


def told_by(runner: Runner, asked: Asked, approvals: Approvals) -> AsyncGenerator[Delta | bytes, None]:
    """The answer to a request.

    Args:
        runner: Of the model.
        asked: The request.
        approvals: Where clients approve calls.

    Returns:
        Deltas; and frames of a stream that are to be sent as they are: the events of an agent's run, where they are
        asked for. A plain model has none.
    """
    if asked.stream and isinstance(runner, AgentRunner):
        return _watched(runner, asked, RunApprovals(approvals) if asked.events else None)
    return runner.generate(asked.request)


async def _watched(
    runner: AgentRunner, asked: Asked, approvals: RunApprovals | None
) -> AsyncGenerator[Delta | bytes, None]:
    approve = None if approvals is None else approvals.approve
    async with aclosing(runner.watched(asked.request, approve)) as told:
        async for item in told:
            if isinstance(item, TextDelta | ReasoningDelta | Finish):
                yield item
            elif approvals is not None:
                yield _frame(item, None if runner.agent.approve is not None else approvals)


def _frame(event: Event, approvals: RunApprovals | None) -> bytes:
    """An event as a named server-sent event; its name is that of its record."""
    record = event_record(event)
    if isinstance(event, RunFinished):
        del record["result"]["messages"]  # the agent's instructions are not told
    elif isinstance(event, ToolProgress):
        record["value"] = plain_data(event.value)
    elif isinstance(event, ApprovalAsked) and approvals is not None:
        record["id"] = approvals.id_of(event.call)
    return f"event: {event_name(event)}\ndata: {json.dumps(record, default=str)}\n\n".encode()
