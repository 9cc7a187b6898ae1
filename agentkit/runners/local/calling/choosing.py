"""Which tool a request is for, or none: how likely the request becomes once a tool is known.

A small model picks the right name of several hardly better than by chance, but it reads a description well enough to
say which request belongs to it: log P(request | tool) tells tools apart, its distance to log P(request | no tool)
tells whether one is wanted at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ....messages import ToolSpec
from ..decoder import Decoder
from .shots import before_request
from .signature import signature, words_of
from .stems import content_stems, stem

SHORTLIST = 8
"""Tools that are scored by the model; of more, those with the most words in common with the request."""
OVERLAP = 4.0
"""What a word in common, weighted by its rarity among the tools, counts for, in nats."""
THRESHOLD = 4.0
"""Least score of a request that is for a tool."""
NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool and how well a request fits it."""

    tool: ToolSpec
    score: float
    """Above 0: the request is for this tool."""


def rank(decoder: Decoder, tools: Sequence[ToolSpec], request: str) -> list[Choice]:
    """The tools, the best first.

    Costs about as many decoded tokens for each tool as the request has.
    """
    overlaps = _overlaps(tools, content_stems(request))
    listed = sorted(tools, key=lambda tool: overlaps[tool.name])[-SHORTLIST:]
    tokens = decoder.engine.tokens(f" {request}")
    base = decoder.logprob(decoder.prompt(before_request(NONE)), tokens) + THRESHOLD
    choices = []
    for tool in listed:  # the most promising last: what is filled in next then goes on from what was just read
        likelihood = decoder.logprob(decoder.prompt(before_request(signature(tool))), tokens)
        choices.append(Choice(tool, likelihood - base + OVERLAP * overlaps[tool.name]))
    return sorted(choices, key=lambda choice: -choice.score)


def topic_of(tool: ToolSpec) -> frozenset[str]:
    """Stems of the words that tell what a tool does."""
    return content_stems(tool.description) | frozenset(stem(word) for word in words_of(tool.name))


def _overlaps(tools: Sequence[ToolSpec], request: frozenset[str]) -> dict[str, float]:
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
    for name, schema in (tool.parameters.get("properties") or {}).items():
        parts += words_of(name)
        if isinstance(schema, dict):
            parts += [schema.get("description", ""), *(str(value) for value in schema.get("enum", ()))]
    return content_stems(" ".join(parts))
