"""A model with random weights, made of bytes: it writes anything that a grammar allows."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from agentkit.runners.local.constrained.checking import END, compiled

Write = Callable[..., tuple[str, bool]]


@pytest.fixture(scope="session")
def write() -> Write:
    """Write a text under a grammar with random logits; says also whether it came to its end."""

    def written(grammar: str, seed: int, temperature: float = 1.0, most: int = 20_000) -> tuple[str, bool]:
        generator = np.random.default_rng(random.Random(seed).randrange(2**32))
        matcher = compiled(grammar)
        text = bytearray()
        while len(text) < most:
            allowed = np.frombuffer(matcher.compute_logit_bias(), np.uint8)[: END + 1] > 0
            assert not matcher.is_error(), matcher.get_error()[:300]
            logits = np.where(allowed, generator.normal(size=END + 1) * 4, -np.inf)
            noise = generator.gumbel(size=END + 1) * temperature
            token = int(np.argmax(logits + noise))
            assert allowed[token], "the grammar allows nothing more, and no end"
            if token == END:
                return text.decode(), True
            text.append(token)
            assert matcher.consume_token(token), matcher.get_error()[:300]
            if matcher.is_stopped():
                return text.decode(), True
        return text.decode("utf-8", "ignore"), False

    return written
