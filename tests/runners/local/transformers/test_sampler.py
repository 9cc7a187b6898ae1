"""The choice of tokens, against plain Python and the processors of transformers."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import TokenizerWrapper
from transformers.generation.logits_process import (
    RepetitionPenaltyLogitsProcessor,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from agentkit.errors import BadRequestError
from agentkit.runners.local.constrained.checking import END, Bytes
from agentkit.runners.local.constrained.masks import GrammarCompiler
from agentkit.runners.local.transformers import sampler
from agentkit.runners.local.transformers.noise import gumbel
from agentkit.runners.local.transformers.rows import Row
from agentkit.runners.local.transformers.sampler import sample

SIZE = 60
CPU = torch.device("cpu")
TOKENS = st.lists(st.integers(0, SIZE - 1), max_size=30)


def scores(seed: int, rows: int = 1) -> torch.Tensor:
    return torch.randn(rows, SIZE, generator=torch.Generator().manual_seed(seed)) * 3


def row(prompt: list[int], written: list[int], **options: Any) -> Row:
    made = Row(prompt, options)
    for token in written:
        made.take(token)
    return made


@given(st.integers(0, 1000), TOKENS, TOKENS, st.floats(0, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_the_penalties_are_those_of_the_definition(
    seed: int, prompt: list[int], written: list[int], repetition: float, frequency: float, presence: float
) -> None:
    logits = scores(seed)
    expected = logits[0].tolist()
    factor, counts = max(repetition, 0.01), Counter(written)
    for token in {*prompt, *written}:
        expected[token] = expected[token] / factor if expected[token] > 0 else expected[token] * factor
        expected[token] -= frequency * counts[token] + presence * (counts[token] > 0)
    penalties: Any = {"repetition_penalty": repetition, "frequency_penalty": frequency, "presence_penalty": presence}
    sampler._penalize(logits, [row(prompt, written, **penalties)])
    assert logits[0].tolist() == pytest.approx(expected, abs=1e-3, rel=1e-4)


@given(st.integers(0, 1000), TOKENS.filter(bool), st.floats(0.1, 2))
def test_the_repetition_penalty_is_that_of_transformers(seed: int, prompt: list[int], penalty: float) -> None:
    logits = scores(seed)
    expected = RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([prompt]), logits.clone())
    sampler._penalize(logits, [row(prompt, [], repetition_penalty=penalty)])
    assert torch.allclose(logits, expected)


@given(st.integers(0, 1000), st.integers(1, 50), st.floats(0.01, 0.99))
def test_top_k_and_top_p_leave_what_those_of_transformers_leave(seed: int, top_k: int, top_p: float) -> None:
    ids = torch.zeros(1, 1, dtype=torch.long)
    logits = scores(seed)
    for options, warpers in (
        ({"top_k": top_k}, [TopKLogitsWarper(top_k)]),
        ({"top_p": top_p}, [TopPLogitsWarper(top_p)]),
        ({"top_k": top_k, "top_p": top_p}, [TopKLogitsWarper(top_k), TopPLogitsWarper(top_p)]),
    ):
        expected = logits
        for warper in warpers:
            expected = warper(ids, expected)
        found = logits.clone()
        sampler._cut(found, [row([], [], **options)])
        assert torch.equal(found, expected)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_from_the_softmax(temperature: float) -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    draws = 20_000
    rows = [Row([], {"temperature": temperature, "seed": seed}) for seed in range(1, draws + 1)]
    found = torch.bincount(sample(logits.repeat(draws, 1), rows), minlength=4) / draws
    assert torch.allclose(found, (logits / temperature).softmax(-1), atol=4 * math.sqrt(0.25 / draws))


def test_the_noise_is_gumbels() -> None:
    noise = gumbel(range(1, 401), [0] * 400, 500, CPU)
    assert float(noise.mean()) == pytest.approx(0.5772, abs=0.02)
    assert float(noise.var()) == pytest.approx(math.pi**2 / 6, abs=0.03)


@settings(max_examples=30)
@given(st.integers(1, 9_999_999_999), st.integers(0, 4000))
def test_the_noise_depends_on_seed_and_place_alone(seed: int, place: int) -> None:
    alone = gumbel([seed], [place], 300, CPU)
    assert torch.equal(gumbel([7, seed, 9], [1, place, 2], 300, CPU)[1:2], alone)
    assert not torch.equal(gumbel([seed], [place + 1], 300, CPU), alone)
    assert not torch.equal(gumbel([seed + 1], [place], 300, CPU), alone)


def test_a_temperature_of_0_takes_the_likeliest_whatever_the_rest_of_the_batch_does() -> None:
    logits = scores(3, 4)
    options: list[Any] = [
        {"temperature": 0},
        {"temperature": 5.0},
        {"temperature": 0, "top_k": 3},
        {"temperature": 2.0},
    ]
    found = sample(logits.clone(), [Row([], each) for each in options])
    assert found[[0, 2]].tolist() == logits.argmax(-1)[[0, 2]].tolist()


def test_a_row_whose_grammar_fails_fails_alone() -> None:
    compiler = GrammarCompiler(TokenizerWrapper(Bytes()), ends=[END])
    logits = torch.randn(2, compiler.size, generator=torch.Generator().manual_seed(5))
    matcher = compiler.matcher('root ::= "ab"')
    rows = [Row([], {"temperature": 0}, matcher), Row([], {"temperature": 0})]
    assert sample(logits.clone(), rows).tolist() == [ord("a"), int(logits[1].argmax())]
    rows[0].take(ord("z"))
    assert isinstance(rows[0].error, BadRequestError)
    assert sample(logits.clone(), rows)[1] == logits[1].argmax()
