"""Needle 3 alone: it calls tools, and what they gave is shown as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from ....generation import Delta, FinishReason, Request, TextDelta
from ....messages import ToolCall, ToolSpec, Usage
from ....wire.ids import mint
from ..calling.answering import fits_a_sentence, plain_answer, quoted, turned_round
from ..calling.choosing import asked_stems, by_words, overlaps
from ..calling.clauses import Clause, clauses_of
from ..calling.planning import Planner, Step, key_of
from ..calling.policy import Turn, next_calls, turn_of
from ..calling.signature import words_of
from ..calling.stems import stem
from ..calling.support import evidence_of
from ..validation import plainest, valid
from .calls import Call, checked, named
from .engine import Needle
from .wording import as_needle_reads, described

SHORTLIST = 2
"""Tools that Needle is shown: of more, those that fit the words and values of the request best. It tends to take the
last one of a list, and each costs a second."""
OBVIOUS = frozenset(("quoted", "address", "path", "date", "time", "number", "code", "name"))
"""Kinds of units of a request that are values, whatever it is about."""
NOTHING = "None of the tools fits this request."


class _Read(NamedTuple):
    """What Needle read out of a request: calls that can be made, and the tools of all calls that it wrote."""

    calls: list[Call]
    tools: list[str]


@dataclass(slots=True)
class Alone:
    """A caller.

    Args:
        needle: The model.
        planner: Remembers what was asked before.
        stopped: Whether nobody waits for an answer any more.
    """

    needle: Needle
    planner: Planner
    stopped: Callable[[], bool]
    usage: Usage = field(default_factory=lambda: Usage(requests=1))
    """What it has cost so far."""

    def steps(self, request: str, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        """See `Caller.steps`. What is to be done after something else is a request of its own."""
        verbs = {stem(word) for tool in tools for word in words_of(tool.name)}
        clauses = clauses_of(request, verbs)
        if not any(clause.later for clause in clauses):
            clauses = [Clause(request)]
        steps = [step for clause in clauses for step in self._steps(clause, tools)]
        return steps or ([Step(_nearest(request, tools, 1)[0], Clause(request), request)] if must else [])

    def calls(self, step: Step) -> list[dict[str, Any]]:
        """See `Caller.calls`. Where Needle makes no call, the plainest values that the tool takes."""
        found = [arguments for name, arguments in self._asked(step.source, [step.tool])[0] if name == step.tool.name]
        plain = plainest(step.tool.parameters)
        return found or ([plain] if valid(plain, step.tool.parameters) else [])

    def _steps(self, clause: Clause, tools: Sequence[ToolSpec]) -> list[Step]:
        found, written = self._asked(clause.text, tools)
        calls = [call for call in found if _is_asked_for(call, tools, clause.text)]
        wanted = [name for name, _ in calls] or (written if clause.later else [])  # a value may be a result to come
        by_name = {tool.name: tool for tool in tools}
        steps = []
        for name in dict.fromkeys(wanted):
            own = [call for call in calls if call[0] == name]
            self.planner.once(_key(clause.text, [by_name[name]]), partial(_Read, own, [name]))
            steps.append(Step(by_name[name], clause, clause.text))
        return steps

    def _asked(self, text: str, tools: Sequence[ToolSpec]) -> _Read:
        shown = _nearest(text, tools, SHORTLIST)
        return self.planner.once(_key(text, shown), lambda: self._computed(text, shown))

    def _computed(self, text: str, tools: Sequence[ToolSpec]) -> _Read:
        answer = self.needle.complete(as_needle_reads(text), [described(tool) for tool in tools], self.stopped)
        self.usage += Usage(answer.read, answer.written)
        return _Read(checked(answer.calls, tools, text), named(answer.calls, tools))


def respond(caller: Alone, request: Request, put: Callable[[Delta], None]) -> FinishReason:
    """Call tools, or show what they gave, or say that none fits."""
    turn = turn_of(request.messages)
    calls = next_calls(caller, request, turn)
    for name, arguments in calls:
        put(ToolCall(mint(), name, arguments))
    if calls:
        return "tool_calls"
    put(TextDelta(_shown(turn) if turn.calls else NOTHING))
    return "stop"


def _shown(turn: Turn) -> str:
    if fits_a_sentence(turn.results):
        return turned_round(turn.request, turn.results) or plain_answer(turn.results)
    return quoted([(call.name, result) for call, result in zip(turn.calls, turn.results, strict=True)])


def _nearest(text: str, tools: Sequence[ToolSpec], count: int) -> list[ToolSpec]:
    """The tools that fit a request best, the very best last."""
    fit = by_words(tools, text)
    return sorted(tools, key=lambda tool: fit[tool.name])[-count:]


def _is_asked_for(call: Call, tools: Sequence[ToolSpec], text: str) -> bool:
    """Whether a request speaks of a tool, or has an obvious value of its call: Needle makes up what nobody said."""
    name, arguments = call
    tool = next(tool for tool in tools if tool.name == name)
    if overlaps([tool], asked_stems(text))[name] > 0:
        return True
    units = [unit for unit in evidence_of(text, tool).units if unit.kind in OBVIOUS]
    obvious = {str(each).lower() for unit in units for each in (unit.text, unit.value)}
    return any(str(value).lower() in obvious for value in arguments.values())


def _key(text: str, tools: Sequence[ToolSpec]) -> Any:
    return ("needle alone", text, *map(key_of, tools))
