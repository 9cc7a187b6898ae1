"""One turn: a request to the model, and the calls it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from time import perf_counter
from typing import Any

import anyio

from ..errors import ServerError
from ..events import ApprovalAsked, ToolFinished, ToolProgress, ToolStarted, TurnFinished, TurnStarted
from ..generation import Finish, ReasoningDelta, Repaired, Request, TextDelta
from ..messages import Message, ToolCall, ToolResult
from ..result import Turn
from ..runners.base import Runner
from ..tooling import Ask, Context, ToolTable, segments
from .channel import Channel
from .state import State


async def ask(runner: Runner, table: ToolTable, request: Request, state: State, channel: Channel | None) -> Message:
    """Send a request, pass on what arrives, and append the reply to the conversation.

    Returns:
        The assistant message.

    Raises:
        RunnerError: The endpoint failed, or says that its reply did.
    """
    sender = getattr(runner, "sent", None)
    state.turns.append(Turn(request, sender))
    number = len(state.turns)
    emit = state.emit
    emit(TurnStarted(number))
    text = state.text
    reasoning: list[str] = []
    calls: list[ToolCall] = []
    async with aclosing(runner.generate(request)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                text.append(delta.text)
                emit(delta)
                if channel is not None:
                    await channel.drained()
            elif isinstance(delta, ReasoningDelta):
                reasoning.append(delta.text)
                emit(delta)
            elif isinstance(delta, ToolCall):
                call, repairs = table.understood(delta)
                for repair in repairs:
                    emit(repair)
                calls.append(call)
            elif isinstance(delta, Finish):
                state.finish = delta
            else:
                emit(delta)
    message = Message("assistant", "".join(text), tuple(calls), reasoning="".join(reasoning) or None)
    state.text = []
    state.messages.append(message)
    state.pending = message.tool_calls
    state.usage += state.finish.usage
    state.turns[-1] = Turn(request, sender, message, state.finish)
    emit(TurnFinished(number, message, state.finish))
    if state.finish.reason == "error":
        raise _broken_off(message)
    return message


def _broken_off(reply: Message) -> ServerError:
    error = ServerError("The endpoint ended its reply with an error, without saying which.")
    error.text = reply.content
    return error


async def execute(
    table: ToolTable, calls: Sequence[ToolCall], state: State, context: Any, approve: Ask | None = None
) -> list[ToolResult]:
    """Run the calls of one turn: in parallel, with sequential tools as barriers.

    Returns:
        The results in the order of the calls; `state.finished` has each as soon as it is there.
    """
    for segment in segments(calls, table):
        if len(segment) == 1:
            await _execute(table, segment[0], state, context, approve)
            continue
        async with anyio.create_task_group() as group:
            for call in segment:
                group.start_soon(_execute, table, call, state, context, approve)
    return [state.finished[call.id] for call in calls]


async def _execute(table: ToolTable, call: ToolCall, state: State, value: Any, approve: Ask | None) -> None:
    emit = state.emit
    state.started[call.id] = perf_counter()
    emit(ToolStarted(call))

    def on_progress(report: Any) -> None:
        emit(ToolProgress(call, report))

    def on_usage(usage: Any) -> None:
        state.usage += usage

    ask = None if approve is None else partial(_approved, approve, state)
    context = Context(value, call, len(state.turns), state.messages, on_progress, on_usage, ask)
    result = await table.execute(call, context)
    state.finished[call.id] = result
    for what, before, after in result.repairs:
        emit(Repaired(what, before, after))
    emit(ToolFinished(call, result, perf_counter() - state.started[call.id]))


async def _approved(approve: Ask, state: State, call: ToolCall) -> Any:
    """The verdict on a call; while it is waited for, the call has not begun."""
    state.emit(ApprovalAsked(call))
    state.waiting.add(call.id)
    verdict = await approve(call)
    state.waiting.discard(call.id)
    state.started[call.id] = perf_counter()
    return verdict
