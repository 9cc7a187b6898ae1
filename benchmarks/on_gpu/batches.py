"""Requests side by side in the batch of the transformers engine, timed step by step."""

from __future__ import annotations

import itertools
import queue
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter, sleep
from typing import Any

import torch

from agentkit.runners.local.constrained.masks import Matcher
from agentkit.runners.local.transformers.batching import PAGE, PROMPT_CHUNK, Batcher
from agentkit.runners.local.transformers.rows import Row

from .shapes import Shape

ADMITTED = 0.85
"""The part of the pages into which the library still admits requests."""
SPARE = 6e9
"""Bytes of a card that a forward pass may need beside weights, keys and values."""
PATIENCE = 120.0
"""Seconds without a token after which a batch is given up."""
NO_TOKEN = -1
"""Ends no answer."""

_names = map(str, itertools.count())


@dataclass(frozen=True)
class Steps:
    """What one batch took."""

    step: float
    """Seconds of a decode step: the median."""
    other: float
    """Of which neither in the forward pass nor in choosing the tokens: the median."""
    context: float
    """Tokens of prompt and answer of one request in the middle of the steps that were timed: the mean."""


class Lengths:
    """How long prompts have to be, so that requests that are admitted one after the other meet at a context.

    Args:
        batch: Requests.
        context: Tokens of each in the middle of the steps that are timed, on average.
        steps: How many are timed.
    """

    def __init__(self, batch: int, context: int, steps: int) -> None:
        self.prompt = context - steps // 2
        for _ in range(8):
            self.ahead = self.prompt * batch // max(1, PROMPT_CHUNK - batch // 2)
            self.prompt = max(2, context - steps // 2 - self.ahead // 2)
        self.answer = 4 * self.ahead + 4 * steps + PAGE
        """Most tokens of an answer: more than are waited for."""
        self.cache = batch * max(int((context - steps // 2) / ADMITTED), context + 2 * steps + PAGE) + PAGE
        """Tokens that there must be room for."""


def missing_memory(shape: Shape, batch: int, lengths: Lengths) -> str:
    """Why a batch does not fit beside weights that are loaded; empty where it does."""
    if not torch.cuda.is_available():
        return ""
    needed = lengths.cache * shape.kv_bytes + SPARE
    free = torch.cuda.mem_get_info()[0]
    return f"needs {needed / 1e9:.0f} GB beside the weights, {free / 1e9:.0f} GB are free" if needed > free else ""


@contextmanager
def batcher(model: Any, context: int) -> Iterator[Batcher]:
    """A running batch over a model, whose memory is free again afterwards."""
    made = Batcher(model, context, lambda lengths: None)
    try:
        yield made
    finally:
        made.close()
        del made
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def decode(
    running: Batcher, vocabulary: int, batch: int, lengths: Lengths, steps: int, masks: Sequence[Matcher] = ()
) -> Steps:
    """Let a batch decode, and time its steps once every request has its first token.

    Args:
        running: The batch, with nobody in it.
        vocabulary: Tokens that prompts are drawn from.
        batch: Requests.
        lengths: Of their prompts.
        steps: How many to time.
        masks: The grammar of each request; none: they are free.
    """
    with _crowd(running) as crowd, _timed(running) as spent:
        crowd.add(vocabulary, batch, lengths, masks)
        crowd.wait(1)
        warm, before = len(spent), crowd.written
        crowd.wait(1 + steps)
        timed, after = spent[warm:], crowd.written
    pairs = [(later.start - earlier.start, earlier.seconds) for earlier, later in pairwise(timed)]
    return Steps(
        median(step for step, _ in pairs),
        median(step - computed for step, computed in pairs),
        lengths.prompt + (before + after) / 2 / batch,
    )


def first_token(running: Batcher, vocabulary: int, tokens: int) -> float:
    """Seconds from a prompt of so many tokens, alone, to the first token of its answer."""
    with _crowd(running) as crowd:
        start = perf_counter()
        crowd.add(vocabulary, 1, Lengths(1, tokens, 0), ())
        crowd.wait(1)
        return crowd.marks[0] - start


def write(running: Batcher, prompts: Sequence[Sequence[int]], tokens: int) -> list[list[int]]:
    """So many likeliest tokens after each prompt, all side by side.

    Raises:
        RuntimeError: The batch has failed, or nothing comes.
    """
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    waiting = {next(_names): Row(prompt, {"temperature": 0}) for prompt in prompts}
    for (name, row), prompt in zip(waiting.items(), prompts, strict=True):
        running.add(name, list(prompt), tokens, [NO_TOKEN], row, results.put)
    over: dict[str, list[int]] = {}
    while len(over) < len(waiting):
        try:
            result = results.get(timeout=PATIENCE)
        except queue.Empty:
            raise RuntimeError(f"no token came for {PATIENCE:g} seconds.") from None
        if result.error:
            raise RuntimeError(f"the batch failed: {result.error[:300]}")
        if result.is_finished():
            over[result.request_id] = list(result.generated_tokens)
            running.drop(result.request_id, cancel=False)
    return [over[name] for name in waiting]


class _Crowd:
    """Requests of one batch; notes when the last of them gets each token."""

    def __init__(self, running: Batcher) -> None:
        self._running = running
        self._results: queue.SimpleQueue[float | str] = queue.SimpleQueue()
        self._rows: dict[str, Row] = {}
        self.marks: list[float] = []

    @property
    def written(self) -> int:
        """Tokens of all answers so far."""
        return sum(len(row.written) for row in self._rows.values())

    def add(self, vocabulary: int, batch: int, lengths: Lengths, masks: Sequence[Matcher]) -> None:
        chance = random.Random()  # no prompt begins like one before: shared prefixes are not computed
        for place in range(batch):
            prompt = [chance.randrange(2, vocabulary) for _ in range(lengths.prompt)]
            mask = masks[place] if masks else None
            last = place == batch - 1
            row = (
                Row(prompt, {"temperature": 0}, mask, put=self._note) if last else Row(prompt, {"temperature": 0}, mask)
            )
            name = next(_names)
            self._rows[name] = row
            self._running.add(name, prompt, lengths.answer, [NO_TOKEN], row, self._check)

    def wait(self, tokens: int) -> None:
        """Return when the last request has so many tokens.

        Raises:
            RuntimeError: The batch has failed, or nothing comes.
        """
        while len(self.marks) < tokens:
            try:
                result = self._results.get(timeout=PATIENCE)
            except queue.Empty:
                raise RuntimeError(f"no token came for {PATIENCE:g} seconds.") from None
            if isinstance(result, str):
                raise RuntimeError(f"the batch failed: {result[:300]}")
            self.marks.append(result)
        failed = next((row.error for row in self._rows.values() if row.error is not None), None)
        if failed is not None:
            raise RuntimeError(f"a grammar failed: {failed}")

    def leave(self) -> None:
        """End all requests, and wait until nobody is in the batch."""
        for name in self._rows:
            self._running.drop(name, cancel=True)
        while self._running.alive and self._running._manager.batch_processor.has_pending_requests():
            sleep(0.01)

    def _note(self, token: int) -> None:
        self._results.put(perf_counter())

    def _check(self, result: Any) -> None:
        if result.error:
            self._results.put(result.error)


@dataclass(frozen=True)
class _Computed:
    start: float
    seconds: float


@contextmanager
def _crowd(running: Batcher) -> Iterator[_Crowd]:
    crowd = _Crowd(running)
    try:
        yield crowd
    finally:
        crowd.leave()


@contextmanager
def _timed(running: Batcher) -> Iterator[list[_Computed]]:
    """When each step begins its forward pass, and how long it takes with choosing its tokens, as they come."""
    runner = running._manager.batch_processor.model_runner
    compute = runner.compute_batch
    spent: list[_Computed] = []

    def timed(*arguments: Any) -> None:
        start = perf_counter()
        compute(*arguments)
        spent.append(_Computed(start, perf_counter() - start))

    runner.compute_batch = timed
    try:
        yield spent
    finally:
        runner.compute_batch = compute
