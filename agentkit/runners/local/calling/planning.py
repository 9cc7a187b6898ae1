"""The calls that a request asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from ....messages import ToolSpec
from ..decoder import Decoder
from ..validation import valid
from .choosing import Choice, rank
from .clauses import Clause, clauses_of
from .filling import Filler
from .repeats import repeated
from .shots import before_call
from .signature import signature, words_of
from .stems import stem
from .support import evidence_of, support
from .writing import Writer

T = TypeVar("T")
MOST_CLAUSES = 12
"""Parts of a request; a text of more is no list of things to do."""
REMEMBERED = 256
"""Answers of the model that are kept: an agent loop asks about the same request in every turn."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a request that is for a tool."""

    tool: ToolSpec
    clause: Clause
    source: str
    """Where the arguments are looked for: the clause, or the whole request where the clause does not have them."""


class Planner:
    """Works out steps and their calls, and remembers them. May be used by several threads."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._lock = Lock()

    def steps(self, decoder: Decoder, request: str, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        """The parts of a request that are for a tool, in order.

        Args:
            decoder: The model.
            request: What the user said.
            tools: What is on offer.
            must: Whether there must be one.
        """
        verbs = {stem(word) for tool in tools for word in words_of(tool.name)}
        clauses = clauses_of(request, verbs)
        if 1 < len(clauses) <= MOST_CLAUSES:
            steps = [step for clause in clauses for step in self._step(decoder, clause, tools)]
            if len(steps) > 1 and all(map(_stands_alone, steps)):
                return steps
            if steps:
                return [Step(steps[0].tool, Clause(request), request)]
        return self._step(decoder, Clause(request), tools, must=must)

    def calls(self, decoder: Decoder, step: Step) -> list[dict[str, Any]]:
        """The arguments of each call of a step; every one satisfies the tool's schema."""
        key = ("calls", key_of(step.tool), step.source)
        return self._answer(decoder, key, lambda: _calls(decoder, step.tool, step.source))

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What some work gave the last time, today; it is done where that is not known."""
        key = date.today(), key  # what tomorrow is, changes overnight
        with self._lock:
            if key in self._known:
                return cast(T, self._known[key])
        result = work()
        with self._lock:
            self._known[key] = result
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
        return result

    def _answer(self, decoder: Decoder, key: Hashable, ask: Callable[[], T]) -> T:
        """What the model answers, or answered the last time: then what it read counts, as not computed again."""
        before = decoder.usage.prompt_tokens
        result, tokens = self.once(key, lambda: (ask(), decoder.usage.prompt_tokens - before))
        if decoder.usage.prompt_tokens == before:
            decoder.recall(tokens)
        return result

    def _step(self, decoder: Decoder, clause: Clause, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        key = ("rank", clause.text, *(key_of(tool) for tool in tools))
        choices: list[Choice] = self._answer(decoder, key, lambda: rank(decoder, tools, clause.text))
        best = choices[0]
        return [Step(best.tool, clause, clause.text)] if must or best.score > 0 else []


class Caller(Protocol):
    """Finds the calls of a request."""

    def steps(self, request: str, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        """The parts of a request that are for a tool, in order; at least one where there `must` be."""
        ...

    def calls(self, step: Step) -> list[dict[str, Any]]:
        """The arguments of each call of a step; every one satisfies the tool's schema."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """The caller that needs nothing but a model that can complete texts."""

    decoder: Decoder
    planner: Planner

    def steps(self, request: str, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        """See `Planner.steps`."""
        return self.planner.steps(self.decoder, request, tools, must=must)

    def calls(self, step: Step) -> list[dict[str, Any]]:
        """See `Planner.calls`."""
        return self.planner.calls(self.decoder, step)


def _calls(decoder: Decoder, tool: ToolSpec, source: str) -> list[dict[str, Any]]:
    evidence = evidence_of(source, tool)
    writer = Writer(decoder, before_call(signature(tool), source))
    first = Filler(writer, evidence).fill(tool.parameters)
    further = repeated(first, tool.parameters, evidence)
    return [first, *(arguments for arguments in further if valid(arguments, tool.parameters))]


def _stands_alone(step: Step) -> bool:
    """Whether a clause says what its tool needs; else it only adds to what another clause says."""
    if step.clause.later:
        return True
    found = support(step.tool, step.source)
    says_something = step.clause.apart or found.obvious > 0 or not step.tool.parameters.get("required")
    return not found.missing and says_something


def key_of(tool: ToolSpec) -> Hashable:
    """What tells a tool from another one, of its name or not."""
    return tool.name, tool.description, json.dumps(tool.parameters, sort_keys=True)
