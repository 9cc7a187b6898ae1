"""Which tool a request is for, or none: how likely the request becomes once a tool is known.

A small model picks the right name of several hardly better than by chance, but it reads a description well enough to
say which request belongs to it: log P(request | tool) tells tools apart, its distance to log P(request | no tool)
tells whether one is wanted at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....messages import ToolSpec
from ..decoder import Decoder
from ..schemas import closed_values, properties_of
from .arithmetic import operations
from .reading import QUOTED
from .shots import before_request
from .signature import signature, words_of
from .slot import description_of
from .stems import content_stems
from .support import Support, support

SHORTLIST = 8
"""Tools that are scored by the model; of more, those with the most words in common with the request."""
OVERLAP = 3.0
"""What a word in common, weighted by its rarity among the tools, counts for, in nats."""
MISSING, UNUSED, FORMED = -4.0, -2.0, 2.0
"""What each required value that the request does not have, each value that the tool does not take, and each value of
the very form that it asks for counts, in nats."""
THRESHOLD = 2.5
"""Nats that a request must be likelier with its tool than with none."""
MOST_SCORED = 96
"""Tokens of a request that are scored, half of them from its start and half from its end: each costs a request."""
NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool and how well a request fits it."""

    tool: ToolSpec
    score: float
    """Nats. Above 0: the request is for this tool, if for any."""


def rank(decoder: Decoder, tools: Sequence[ToolSpec], request: str) -> list[Choice]:
    """The tools, the best first.

    Costs about as many decoded tokens for each tool as the request has, up to `MOST_SCORED`.
    """
    shared = overlaps(tools, asked_stems(request))
    listed = sorted(tools, key=lambda tool: shared[tool.name])[-SHORTLIST:]
    tokens = decoder.engine.tokens(" " + re.sub(QUOTED, '"this text"', request))  # what is quoted tells no tool
    if len(tokens) > MOST_SCORED:
        tokens = [*tokens[: MOST_SCORED // 2], *tokens[-MOST_SCORED // 2 :]]
    base = decoder.logprob(decoder.prompt(before_request(NONE)), tokens) + THRESHOLD
    choices = []
    for tool in listed:
        likelihood = decoder.logprob(decoder.prompt(before_request(signature(tool))), tokens)
        choices.append(Choice(tool, likelihood - base + OVERLAP * shared[tool.name] + _weight(support(tool, request))))
    return sorted(choices, key=lambda choice: -choice.score)


def by_words(tools: Sequence[ToolSpec], request: str) -> dict[str, float]:
    """How well each tool fits a request by the words and values that it has, by name, in nats; no model is asked."""
    shared = overlaps(tools, asked_stems(request))
    return {tool.name: OVERLAP * shared[tool.name] + _weight(support(tool, request)) for tool in tools}


def _weight(values: Support) -> float:
    return MISSING * values.missing + UNUSED * values.unused + FORMED * values.formed


def asked_stems(request: str) -> frozenset[str]:
    """The stems of what a request speaks of, also of what it only has a sign for: `+` is about adding."""
    return content_stems(" ".join([request, *operations(request)]))


def overlaps(tools: Sequence[ToolSpec], request: frozenset[str]) -> dict[str, float]:
    """By name: the words that a tool and a request have in common, the rarer the more."""
    words = {tool.name: _words(tool) for tool in tools}
    found = {}
    for name, own in words.items():
        shared = own & request
        weights = (math.log(1 + len(tools) / sum(word in other for other in words.values())) for word in shared)
        found[name] = sum(weights) / max(1.0, math.sqrt(len(request)))
    return found


def _words(tool: ToolSpec) -> frozenset[str]:
    """The stems of everything that describes a tool."""
    parts = [tool.description, *words_of(tool.name)]
    for name, schema in properties_of(tool.parameters).items():
        parts += [*words_of(name), description_of(schema), *map(str, closed_values(schema))]
    return content_stems(" ".join(parts))
