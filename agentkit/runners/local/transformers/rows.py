"""One request in a batch: what it asks for, and what has been written for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import numpy

from ....generation import SamplingOptions
from ..constrained.masks import Matcher
from ..sampling import LEAST_REPETITION_PENALTY


class Row:
    """What decides which token comes next for one request.

    Args:
        prompt: Token ids.
        sampling: The documented options; nothing is drawn at a temperature of 0.
        mask: What its grammar allows; None: everything.
        adapter: Place of its LoRA adapter, from 1; 0: none.
        ends: The tokens that end an answer.
        put: Told each token that is written, in the thread of the batch.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        sampling: SamplingOptions,
        mask: Matcher | None = None,
        adapter: int = 0,
        ends: Sequence[int] = (),
        put: Callable[[int], None] = lambda token: None,
    ) -> None:
        self._put = put
        self.mask = mask
        self.ends = frozenset(ends)
        self.adapter = adapter
        self.cached = 0
        """Tokens of the prompt whose keys and values were there already."""
        self.written: list[int] = []
        self.error: Exception | None = None
        self.temperature = _number(sampling.get("temperature"), 1.0)
        self.top_p = min(_number(sampling.get("top_p"), 1.0), 1.0)
        self.top_k = int(sampling.get("top_k") or 0)
        self.repetition = max(_number(sampling.get("repetition_penalty"), 1.0), LEAST_REPETITION_PENALTY)
        self.frequency = _number(sampling.get("frequency_penalty"), 0.0)
        self.presence = _number(sampling.get("presence_penalty"), 0.0)
        seed = sampling.get("seed")
        self.seed: int = random.getrandbits(64) if seed is None else seed
        self.counts = _Counts(prompt) if self.penalized else None

    def __deepcopy__(self, memo: Any) -> Row:
        """transformers copies the arguments of a request that it begins again; it is still the same request."""
        return self

    @property
    def penalized(self) -> bool:
        """Whether what has been written changes what comes next."""
        return bool(self.repetition != 1 or self.frequency or self.presence)

    @property
    def drawn(self) -> bool:
        """Whether its tokens are drawn, and not just the likeliest ones."""
        return self.temperature > 0

    def take(self, token: int) -> None:
        """Go on with a token."""
        self._write([token])

    def take_forced(self, most: int) -> list[int]:
        """Go on with the tokens that are the only ones to come, at most so many; returns them."""
        if self.mask is None or self.error is not None or most < 1:
            return []
        forced = list(takewhile(lambda token: token not in self.ends, self.mask.forced()[:most]))
        if forced:
            self._write(forced)
        return forced

    def _write(self, tokens: list[int]) -> None:
        self.written.extend(tokens)
        for token in tokens:
            if self.counts is not None:
                self.counts.add(token)
        if self.mask is not None and self.error is None and not self.mask.finished:
            try:
                self.mask.take_all(tokens)
            except Exception as error:  # a request fails alone, never its batch
                self.error = error
        for token in tokens:
            self._put(token)


class _Counts:
    """How often each token was written; those of the prompt have been seen, and count 0."""

    def __init__(self, prompt: Sequence[int]) -> None:
        seen = dict.fromkeys(prompt)
        self._places = {token: place for place, token in enumerate(seen)}
        self._tokens = numpy.fromiter(seen, numpy.int64, len(seen))
        self._written = numpy.zeros(len(seen), numpy.float32)

    def add(self, token: int) -> None:
        place = self._places.setdefault(token, len(self._places))
        if place == len(self._tokens):
            self._tokens = numpy.append(self._tokens, token)
            self._written = numpy.append(self._written, numpy.float32(0))
        self._written[place] += 1

    @property
    def seen(self) -> tuple[numpy.ndarray, numpy.ndarray]:
        """The tokens, and how often each was written."""
        return self._tokens, self._written


def _number(value: float | None, default: float) -> float:
    return default if value is None else float(value)
