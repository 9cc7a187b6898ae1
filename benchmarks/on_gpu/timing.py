"""The parts that are timed, for one shape."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from harness import Row, report

from agentkit.runners.local.constrained.masks import GrammarCompiler

from . import ceilings, loop
from .batches import Lengths, Steps, batcher, decode, first_token, missing_memory
from .models import make_folder, make_model, train_tokenizer
from .progress import Progress
from .shapes import H200, SHAPES, TINY, Card, Shape

GOALS = {1: 0.65, 32: 0.64, 256: 0.64}
"""Of the floor, by batch: what vLLM publishes for such models is 64 % of the bandwidth of its card."""
PREFILL_GOAL = 0.55
OVERHEAD_GOALS = {32: 1.0, 256: 4.0}
"""Milliseconds of a step that are neither the forward pass nor the choice of tokens."""
MASK_GOAL = 0.05
ROUNDS = 3
MASKED = 32
"""Requests side by side under a grammar, and agents side by side."""
ENDLESS = """%llguidance {}
start: "[" (TEXT ",")* "]"
TEXT: /"[^"\\\\\\x00-\\x1f\\x7f]*"/
"""
"""A list of texts, where a token is seldom forced and the list seldom ends."""


class NoRoomError(Exception):
    """The model does not fit."""


@dataclass(frozen=True)
class Bench:
    """What is timed, and how much of it."""

    shape: Shape
    model: Any
    card: Card
    cases: Sequence[tuple[int, int]]
    """Batch and context."""
    prompt: int
    steps: int
    rounds: int
    progress: Progress

    @property
    def device(self) -> torch.device:
        device: torch.device = self.model.device
        return device

    def goal(self, value: float | None) -> float | None:
        """A target, which holds on a GPU only."""
        return value if self.device.type == "cuda" else None


def time_all(name: str, parts: Sequence[str], device: torch.device, progress: Progress) -> int:
    """Make a model and time the parts that are asked for.

    Returns:
        1 where something could not be measured, else 0.

    Raises:
        NoRoomError: The model does not fit.
    """
    timed = {"decode": time_decode, "prefill": time_prefill, "masks": time_masks, "loop": time_loop}
    wanted = [work for part, work in timed.items() if part in parts]
    if not wanted:
        return 0
    bench = prepare(name, device, progress)
    failed = 0
    for work in wanted:
        try:
            for rows in work(bench):
                progress.clear()
                report(rows)
        except RuntimeError as error:  # out of memory, too
            failed = 1
            progress.clear()
            not_measured(work.__name__.removeprefix("time_"), str(error)[:300])
        gc.collect()
    return failed


def prepare(name: str, device: torch.device, progress: Progress) -> Bench:
    tiny = device.type == "cpu"
    shape = TINY if tiny else SHAPES[name]
    progress("copying and multiplying")
    card = ceilings.measure(device)
    progress.clear()
    report([Row("copy bandwidth", card.bandwidth / 1e12, "TB/s"), Row("matrix rate", card.rate / 1e12, "TFLOP/s")])
    if not tiny and torch.cuda.mem_get_info()[0] < shape.bytes_loaded * 1.1:
        free = torch.cuda.mem_get_info()[0] / 1e9
        raise NoRoomError(f"{name} needs {shape.bytes_loaded * 1.1 / 1e9:.0f} GB of the GPU; {free:.0f} GB are free.")
    progress(f"making {shape.name}")
    model = make_model(shape, device)
    cases = ((1, 48), (3, 48), (8, 40)) if tiny else ((1, 512), (32, 512), (256, 384))
    return Bench(shape, model, card, cases, 600 if tiny else 2048, 8 if tiny else 32, 1 if tiny else ROUNDS, progress)


def time_decode(bench: Bench) -> Iterator[list[Row]]:
    """Each batch against its floors, the smallest first."""
    for batch, context in bench.cases:
        what = f"decode, batch {batch}, context {context}"
        bench.progress(what)
        lengths = Lengths(batch, context, bench.steps)
        missing = missing_memory(bench.shape, batch, lengths)
        if missing:
            bench.progress.clear()
            not_measured(what, missing)
            continue
        with batcher(bench.model, lengths.cache) as running:
            once = partial(decode, running, bench.shape.vocabulary, batch, lengths, bench.steps)
            found = sorted((once() for _ in range(bench.rounds)), key=lambda steps: steps.step)
        yield _decode_rows(bench, what, batch, found[bench.rounds // 2])


def _decode_rows(bench: Bench, what: str, batch: int, steps: Steps) -> list[Row]:
    shape, card, context = bench.shape, bench.card, steps.context
    reading = shape.bytes_read(batch, context) / card.bandwidth
    counting = shape.operations(batch, context) / card.rate
    floor, sheet = shape.decode_floor(card, batch, context), shape.decode_floor(H200, batch, context)
    return [
        Row(what, batch / steps.step, "tok/s"),
        Row(f"{what}: of the floor measured here", floor / steps.step, "", bench.goal(GOALS.get(batch)), least=True),
        Row(f"{what}: of the bandwidth", reading / steps.step, ""),
        Row(f"{what}: of the matrix rate", counting / steps.step, ""),
        Row(f"{what}: of the floor by an H200's data sheet", sheet / steps.step, ""),
        Row(f"{what}: a step", steps.step * 1e3, "ms"),
        Row(f"{what}: scheduling and handing out", steps.other * 1e3, "ms", bench.goal(OVERHEAD_GOALS.get(batch))),
        Row(f"{what}: context, on average", context, "tokens"),
    ]


def time_prefill(bench: Bench) -> Iterator[list[Row]]:
    """How long a prompt takes that stands alone."""
    short = bench.cases[0][1]
    with batcher(bench.model, 4 * bench.prompt) as running:
        for tokens in (short, bench.prompt):
            bench.progress(f"a prompt of {tokens}")
            first_token(running, bench.shape.vocabulary, tokens)
            took = median(first_token(running, bench.shape.vocabulary, tokens) for _ in range(bench.rounds))
            floor = bench.shape.prefill_floor(bench.card, tokens)
            goal = bench.goal(PREFILL_GOAL) if tokens == bench.prompt else None
            yield [
                Row(f"time to the first token, prompt of {tokens}", took * 1e3, "ms"),
                Row(f"prompt of {tokens}", tokens / took, "tok/s"),
                Row(f"prompt of {tokens}: of the floor measured here", floor / took, "", goal, least=True),
            ]


def time_masks(bench: Bench) -> Iterator[list[Row]]:
    """Steps with a grammar for every request, between steps without any."""
    batch, context = next(case for case in bench.cases if case[0] > 1)
    bench.progress("training a tokenizer")
    grammars = GrammarCompiler(train_tokenizer(bench.shape.vocabulary).to_str(), bench.shape.vocabulary, [1])
    lengths = Lengths(batch, context, bench.steps)
    free, bound = [], []
    with batcher(bench.model, lengths.cache) as running:
        for _ in range(bench.rounds):
            bench.progress("steps with and without a grammar")
            free.append(decode(running, bench.shape.vocabulary, batch, lengths, bench.steps).step)
            masks = [grammars.matcher(ENDLESS) for _ in range(batch)]
            bound.append(decode(running, bench.shape.vocabulary, batch, lengths, bench.steps, masks).step)
    added = median(bound) - median(free)
    what = f"grammar for each of {batch} requests"
    yield [
        Row(f"{what}: added to a step", added * 1e3, "ms"),
        Row(f"{what}: of a step", added / median(free), "", bench.goal(MASK_GOAL)),
    ]


def time_loop(bench: Bench) -> Iterator[list[Row]]:
    """Agents that call a tool in each of a few turns, one and many."""
    agents = bench.cases[1][0]
    with tempfile.TemporaryDirectory() as place:
        bench.progress("training a tokenizer")
        folder = make_folder(Path(place), train_tokenizer(bench.shape.vocabulary))
        engine = loop.Grown(folder, bench.model, agents * 2048)
        try:
            loop.measure(engine, 1)
            for count in (1, agents):
                bench.progress(f"{count} agents")
                costs = [loop.measure(engine, count) for _ in range(bench.rounds)]
                what = f"agent loop, {count} side by side"
                yield [
                    Row(f"{what}: a turn without the engine", median(cost.alone for cost in costs) * 1e3, "ms"),
                    Row(f"{what}: tok/s over the engine alone", median(cost.ratio for cost in costs), "x"),
                ]
        finally:
            engine.close()


def not_measured(what: str, why: str) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"what": what, "not_measured": why}), flush=True)
    else:
        print(f"{what:<62} not measured: {why}", flush=True)
