"""What grammars add to a decode step of 32 requests that all write tool calls, against the floors of real models.

A step is what the engine does: what is forced is taken, the masks of what may come next are filled, and a token is
taken. Times are those of the CPU. The masks of a batch are filled side by side, so their time is divided by the cores
of a machine with such a GPU; the rest happens in one thread. `grammar.py` has the cost of each part by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from time import process_time
from typing import TypeAlias

import numpy
from harness import Row, report
from on_gpu.models import train_tokenizer
from on_gpu.shapes import H200, SHAPES
from tokenizers import Tokenizer

from agentkit.messages import ToolSpec
from agentkit.runners.local.constrained.call_formats import HERMES
from agentkit.runners.local.constrained.masks import GrammarCompiler, Masks, Matcher
from agentkit.runners.local.constrained.tool_grammar import tool_grammar

REQUESTS, STEPS, CONTEXT = 32, 150, 512
SIZES = (49_152, 151_646)
SHARE = 0.05
CORES = 16


def _tool(name: str, **properties: dict[str, object]) -> ToolSpec:
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return ToolSpec(name, name, schema)


TOOLS = (
    _tool("get_weather", city={"enum": ["Lagos", "Paris", "Oslo"]}, days={"type": "integer", "maximum": 14}),
    _tool(
        "book_table", date={"type": "string", "format": "date"}, people={"type": "integer"}, inside={"type": "boolean"}
    ),
    _tool("set_heating", room={"enum": ["kitchen", "bath", "hall"]}, degrees={"type": "number", "maximum": 30}),
)
WRITING = (_tool("send_mail", subject={"type": "string"}, body={"type": "string"}),)
LIMITED = (_tool("send_mail", subject={"type": "string", "maxLength": 80}, body={"type": "string", "maxLength": 400}),)
BODY = "Dear all, the lift in the north wing is closed until Friday noon. Please take the stairs beside the library. "
CALLS = (
    ("get_weather", {"city": "Lagos", "days": 3}),
    ("book_table", {"date": "2026-12-24", "people": 5, "inside": True}),
    ("set_heating", {"room": "bath", "degrees": 21.5}),
)
MAIL = (("send_mail", {"subject": "The lift in the north wing", "body": BODY * 2}),)
Case: TypeAlias = tuple[tuple[ToolSpec, ...], tuple[tuple[str, dict[str, object]], ...]]
CASES: dict[str, Case] = {"values": (TOOLS, CALLS), "texts": (WRITING, MAIL), "texts with a maxLength": (LIMITED, MAIL)}


@dataclass(frozen=True)
class Cost:
    """Of a step, on average."""

    filling: float
    """Seconds for the masks."""
    other: float
    """Seconds for all else that grammars need."""
    tokens: float
    """That each request gets; what is forced needs no step of its own."""

    @property
    def each(self) -> float:
        """Seconds for one token of each request."""
        return (self.filling / CORES + self.other) / self.tokens


class Writer:
    """One request that writes a call, over and over."""

    def __init__(self, tokenizer: Tokenizer, begun: Callable[[], Matcher], text: str) -> None:
        self._tokenizer, self._begun, self._text = tokenizer, begun, text
        self._rest = ""
        self.tokens = 0

    def next(self) -> int:
        """The token with which the rest of the call begins."""
        return int(self._tokenizer.encode(self._rest[:40], add_special_tokens=False).ids[0])

    def wrote(self, token: int) -> None:
        self.tokens += 1
        self._rest = self._rest[len(self._tokenizer.decode([token], skip_special_tokens=False)) :]

    def force(self) -> float:
        """Begin again where the call is over, and take what is forced; its seconds."""
        if not self._rest:
            self.matcher, self._rest = self._begun(), self._text
        start = process_time()
        forced = self.matcher.forced()
        self.matcher.take_all(forced)
        spent = process_time() - start
        for token in forced:
            self.wrote(token)
        return spent if self._rest else spent + self.force()


def step(writers: list[Writer], masks: Masks, bits: numpy.ndarray) -> tuple[float, float]:
    """Let each request go on by a token; seconds of filling masks, and of all else that grammars need."""
    other = sum(writer.force() for writer in writers)
    tokens = [writer.next() for writer in writers]
    start = process_time()
    masks.fill([writer.matcher for writer in writers], bits)
    filling = process_time() - start
    for row, token in zip(bits, tokens, strict=True):
        assert row[token // 32] >> (token % 32) & 1, "a token of the call is masked"
    start = process_time()
    for writer, token in zip(writers, tokens, strict=True):
        writer.matcher.take(token)
    other += process_time() - start
    for writer, token in zip(writers, tokens, strict=True):
        writer.wrote(token)
    return filling, other


def measure(grammars: GrammarCompiler, tokenizer: Tokenizer, case: Case) -> Cost:
    tools, calls = case
    grammar = tool_grammar(tools, "required", HERMES, parallel=False).text
    texts = [f"{HERMES.begin}{name}{HERMES.middle}{json.dumps(arguments)}{HERMES.end}" for name, arguments in calls]
    begun = partial(grammars.matcher, grammar)
    writers = [Writer(tokenizer, begun, texts[place % len(texts)]) for place in range(REQUESTS)]
    masks, bits = Masks(), numpy.zeros((REQUESTS, (grammars.size + 31) // 32), numpy.int32)
    for place in range(REQUESTS):  # no two at the same place of their calls
        for _ in range(place % 16):
            step(writers[place : place + 1], masks, bits[:1])
    before = sum(writer.tokens for writer in writers)
    steps = [step(writers, masks, bits) for _ in range(STEPS)]
    tokens = sum(writer.tokens for writer in writers) - before
    return Cost(fmean(filling for filling, _ in steps), fmean(other for _, other in steps), tokens / STEPS / REQUESTS)


def main() -> None:
    for size in SIZES:
        tokenizer = train_tokenizer(size)
        grammars = GrammarCompiler(tokenizer.to_str(), None, [1])
        for what, case in CASES.items():
            cost = measure(grammars, tokenizer, case)
            name = f"{what}, {grammars.size:,} tokens"
            rows = [
                Row(f"{name}: filling {REQUESTS} masks, one core", cost.filling * 1e3, "ms"),
                Row(f"{name}: forced and taken tokens", cost.other * 1e3, "ms"),
                Row(f"{name}: tokens that one of them gets in a step", cost.tokens, ""),
            ]
            for shape in SHAPES.values():
                floor, on = shape.decode_floor(H200, REQUESTS, CONTEXT), f"of {shape.name}'s floor"
                rows += [
                    Row(f"{name}: masks on {CORES} cores, {on}", cost.filling / CORES / floor, "", SHARE),
                    Row(f"{name}: everything, {on}", (cost.filling / CORES + cost.other) / floor, ""),
                    Row(f"{name}: everything, for a token, {on}", cost.each / floor, "", SHARE),
                ]
            report(rows)


if __name__ == "__main__":
    main()
