"""The loop: ask the model, run the calls it asks for, again, until there is an answer or a limit.

It holds no state of its own; `State` does. It ends in one way only, by returning, or raises an error of the runner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..events import Landing, Stalling
from ..generation import Request, Sampling, ToolChoice
from ..messages import Message, ToolCall, ToolResult
from ..result import StopReason
from ..runners.base import Runner
from ..tooling import Ask, Context, ToolTable
from .channel import Channel
from .limits import Limits
from .output import ATTEMPTS, Output
from .stalls import FAILING_LAND, FAILING_NUDGE, NUDGE
from .state import State
from .turns import ask, execute

AGAIN = "\n\n(This call was made before with the same result. Use that result, or try something else.)"
FAILING = "\n\n(This keeps failing in the same way. Try something else, or say what is wrong.)"
CACHED = "Not run again, the result is the same as before:\n"
LAND = "Stop here ({reason}). Answer now with what you have; no more tools can be called."
INSIST = "Call a tool now; an answer alone does not do."
EMPTY = "Your reply was empty. Answer, or call a tool."
SKIPPED = "Not run: the limit on tool calls of this run was reached."
REASONS = {
    "max_turns": "the limit on turns was reached",
    "usage_limit": "the limit on usage was reached",
    "deadline": "the time is nearly up",
    "stalled": "the same calls give the same results again and again",
    "invalid_calls": "too many calls could not be made",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is given: everything that does not change while it goes on."""

    runner: Runner
    table: ToolTable
    limits: Limits
    sampling: Sampling
    tool_choice: ToolChoice = "auto"
    output: Output | None = None
    context: Any = None
    conversation: str | None = None
    extra: dict[str, Any] | None = None
    channel: Channel | None = None
    approve: Ask | None = None


async def work(plan: Plan, state: State) -> StopReason | None:
    """Take turns until the model answers.

    Returns:
        The limit at which the run must land, or None when it is over.
    """
    while True:
        limit = plan.limits.before_turn(len(state.turns), state.usage.total_tokens)
        if limit:
            return limit
        reply = await ask(plan.runner, plan.table, _request(plan, state), state, plan.channel)
        if not reply.tool_calls and _is_due(plan, state):
            state.say("user", INSIST)
            continue
        if not reply.tool_calls and _is_empty(reply, state):
            state.say("user", EMPTY)
            continue
        if not reply.tool_calls:
            return await _finish(plan, state)
        if state.finish.reason == "length":
            _refuse(state, reply.tool_calls, "Not run: the reply was cut at max_tokens. Ask for less at once.")
            state.invalid_calls += len(reply.tool_calls)
        else:
            limit = await _call(plan, state, reply.tool_calls)
        if limit is None and state.invalid_calls > plan.limits.max_invalid_calls:
            limit = "invalid_calls"
        if limit:
            return limit


def _is_due(plan: Plan, state: State) -> bool:
    """Whether the first reply had to be a call, and was none: some endpoints do not see to it (quirk Q16)."""
    if len(state.turns) == 1 and state.finish.reason == "stop":
        state.insists = plan.tool_choice not in ("auto", "none") and bool(plan.table.specs)
        return state.insists
    return False


def _is_empty(reply: Message, state: State) -> bool:
    """Whether the model said nothing at all, for the first time in this run."""
    if reply.content.strip() or state.finish.reason != "stop" or state.was_empty:
        return False
    state.was_empty = True
    return True


async def land(plan: Plan, state: State, reason: StopReason) -> None:
    """Ask for the last answer, without tools."""
    state.settle()
    state.stop_reason = reason
    state.emit(Landing(reason))
    text = LAND.format(reason=REASONS[reason])
    if plan.output is not None:
        text = f"{text} {plan.output.instruction}"
    state.say("user", text)
    request = replace(_request(plan, state), tools=(), tool_choice="auto", output_schema=_schema(plan))
    reply = await ask(plan.runner, plan.table, request, state, plan.channel)
    if reply.tool_calls:
        _refuse(state, reply.tool_calls, "Not run: no more tools can be called.")
    elif plan.output is not None:
        await _take_output(plan.output, reply.content, plan, state)


def _request(plan: Plan, state: State) -> Request:
    return Request(
        tuple(state.messages),
        plan.table.specs,
        _choice(plan, state),
        plan.sampling,
        _schema(plan) if not plan.table.specs else None,
        plan.conversation,
        plan.extra or {},
        plan.table.strict,
        state.retries,
    )


def _choice(plan: Plan, state: State) -> ToolChoice:
    """The agent's choice for the first turn, by name where it was not heeded and there is only one; then `auto`."""
    choice, specs = plan.tool_choice, plan.table.specs
    if choice == "none" or not state.turns:
        return choice
    if len(state.turns) > 1 or not state.insists:
        return "auto"
    return specs[0].name if choice == "required" and len(specs) == 1 else choice


def _schema(plan: Plan) -> dict[str, Any] | None:
    return plan.output.schema if plan.output is not None else None


async def _finish(plan: Plan, state: State) -> StopReason | None:
    """The model has answered without calls: that is the end, once a typed output fits."""
    if state.finish.reason in ("length", "content_filter"):
        state.stop_reason = state.finish.reason
    elif plan.output is None and not state.messages[-1].content.strip():
        state.stop_reason = "empty"
    if plan.output is None or state.stop_reason != "final":
        return None
    for _ in range(ATTEMPTS):
        told = await _take_output(plan.output, state.messages[-1].content, plan, state)
        limit = plan.limits.before_turn(0, state.usage.total_tokens)
        if told is None or limit:
            return limit
        state.say("user", told)
        request = replace(_request(plan, state), tools=(), tool_choice="auto", output_schema=plan.output.schema)
        await ask(plan.runner, plan.table, request, state, plan.channel)
    if await _take_output(plan.output, state.messages[-1].content, plan, state):
        state.stop_reason = "invalid_output"
    return None


async def _take_output(output: Output, text: str, plan: Plan, state: State) -> str | None:
    """Set the typed output from a text; what to tell the model where it does not fit."""
    context = Context(plan.context, ToolCall("output000", output.spec.name, text), len(state.turns), state.messages)
    result = await output.parse(text, context)
    if result.status == "ok":
        state.outputs = (result.value,)
        return None
    looks_typed = text.lstrip().startswith(("{", "[", "```"))
    return f"{result.content}\n\n{output.instruction}" if looks_typed else output.instruction


async def _call(plan: Plan, state: State, calls: Sequence[ToolCall]) -> StopReason | None:
    """Make the calls of one turn and append their results; the limit at which to land, if one is reached."""
    limit = plan.limits.before_calls(state.tool_calls, len(calls))
    if limit:
        _refuse(state, calls, SKIPPED)
        return limit
    earlier = state.guard.cached(calls)
    cached = [replace(result, call=call) for call, result in zip(calls, earlier, strict=True)] if earlier else []
    if cached and state.guard.repeats > NUDGE:
        state.emit(Stalling(state.guard.repeats + 1, "land"))
        return "stalled"
    state.tool_calls += len(calls)
    results = cached or await execute(plan.table, calls, state, plan.context, plan.approve)
    state.invalid_calls += sum(result.status in ("invalid", "unknown") for result in results)
    polling = any(tool is not None and tool.polling for tool in map(plan.table.get, (call.name for call in calls)))
    state.guard.observe(results, polling=polling)
    state.messages.extend(_messages(state, results, cached=bool(cached)))
    state.close_calls()
    return "stalled" if state.guard.failing >= FAILING_LAND else None


def _messages(state: State, results: Sequence[ToolResult], *, cached: bool) -> list[Message]:
    """The tool messages of one turn, with a word to a model that goes round in circles."""
    messages = [result.message() for result in results]
    note = ""
    if cached:
        state.emit(Stalling(state.guard.repeats, "cached"))
        return [replace(message, content=CACHED + message.content) for message in messages]
    if state.guard.repeats == NUDGE:
        note = AGAIN
    elif state.guard.failing == FAILING_NUDGE:
        note = FAILING
    if note:
        state.emit(Stalling(max(state.guard.repeats, state.guard.failing), "nudge"))
        messages[-1] = replace(messages[-1], content=messages[-1].content + note)
    return messages


def _refuse(state: State, calls: Sequence[ToolCall], text: str) -> None:
    """Close calls that are not made."""
    state.messages.extend(ToolResult(call, text, "skipped").message() for call in calls)
    state.close_calls()
