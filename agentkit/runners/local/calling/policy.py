"""How a small model answers a request with tools, turn by turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ....generation import Delta, FinishReason, Request, TextDelta
from ....messages import Message, ToolCall
from ....wire.ids import mint
from ..decoder import Decoder
from ..grammar import to_json
from .answering import answer, fits_a_sentence, quoted
from .clauses import Clause, with_result
from .planning import Caller, Step

SMALL = 600_000_000
"""Bytes of weights; a model with fewer does not retell long results, it shows them."""
LONGEST_REQUEST = 4000
"""Characters in which tools and values are looked for, as in `structured`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a conversation stands: what is asked, and what has been done about it."""

    request: str
    calls: tuple[ToolCall, ...]
    results: tuple[str, ...]
    """As far as there are any, in the order of the calls."""


def turn_of(messages: Sequence[Message]) -> Turn:
    """The last thing that the user said, and the calls and results since then.

    Of a request longer than `LONGEST_REQUEST` only the start and the end are read.
    """
    last = max((index for index, message in enumerate(messages) if message.role == "user"), default=-1)
    since = messages[last + 1 :]
    calls = tuple(call for message in since for call in message.tool_calls)
    by_id = {message.tool_call_id: message.content for message in since if message.role == "tool"}
    unnamed = iter([message.content for message in since if message.role == "tool" and message.tool_call_id is None])
    found = (by_id.get(call.id) for call in calls)
    results = tuple(result if result is not None else next(unnamed, "") for result in found)
    return Turn(_shortened(messages[last].content) if last >= 0 else "", calls, results)


def respond(decoder: Decoder, caller: Caller, request: Request, put: Callable[[Delta], None]) -> FinishReason | None:
    """Call tools, or say what they gave.

    Returns:
        How it ended, or None when no tool fits and the model is to answer in its own words.
    """
    turn = turn_of(request.messages)
    calls = next_calls(caller, request, turn)
    for name, arguments in calls:
        put(ToolCall(mint(), name, arguments))
    if calls:
        return "tool_calls"
    if not turn.calls:
        return None
    results = [(call.name, result) for call, result in zip(turn.calls, turn.results, strict=True)]
    if fits_a_sentence(turn.results):
        put(TextDelta(answer(decoder, turn.request, results)))
    elif decoder.engine.weight_bytes < SMALL:
        put(TextDelta(quoted(results)))
    else:
        return None
    return "stop"


def next_calls(caller: Caller, request: Request, turn: Turn) -> list[tuple[str, str]]:
    """The calls that are still to be made and can be made now: each a name and its arguments."""
    if not request.tools or request.tool_choice == "none" or not turn.request.strip():
        return []
    done = [(call.name, _plain(call.arguments)) for call in turn.calls]
    calls: list[tuple[str, str]] = []
    result = ""
    for step in _steps(caller, request, turn):
        if step.clause.later and calls:
            break  # it comes after what is called in this turn
        if step.clause.later and result and fits_a_sentence([result]):
            step = _with_result(step, result)
        for arguments in caller.calls(step):
            call = step.tool.name, to_json(arguments)
            if (step.tool.name, arguments) in done:
                result = turn.results[done.index((step.tool.name, arguments))]
            elif call not in calls:
                calls.append(call)
    return calls


def _steps(caller: Caller, request: Request, turn: Turn) -> list[Step]:
    named = [tool for tool in request.tools if tool.name == request.tool_choice]
    if named:
        return [] if turn.calls else [Step(named[0], Clause(turn.request), turn.request)]
    must = request.tool_choice == "required" and not turn.calls
    return caller.steps(turn.request, request.tools, must=must)


def _shortened(text: str) -> str:
    half = LONGEST_REQUEST // 2
    return text if len(text) <= LONGEST_REQUEST else f"{text[:half]}\n{text[-half:]}"


def _with_result(step: Step, result: str) -> Step:
    text = with_result(step.clause, result)
    return Step(step.tool, Clause(text, later=True), text)


def _plain(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
