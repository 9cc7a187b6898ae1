"""The edge of the context on the transformers engine: what is too long is refused, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from agentkit.errors import ContextOverflowError
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.transformers.engine import Transformers

CONTEXT = 128


@pytest.fixture(scope="module")
def small(folders: dict[str, Path]) -> Iterator[Transformers]:
    """A tiny model in a small context."""
    made = Transformers(Load(folders["llama"], CONTEXT, device="cpu"))
    yield made
    made.close()


@pytest.mark.parametrize("piece", ["a word ", "7", " ", "=", "漢", "a" * 50])
def test_ten_megabytes_are_refused_before_anything_runs(folders: dict[str, Path], piece: str) -> None:
    engine = Transformers(Load(folders["llama"], CONTEXT, device="cpu"))
    with pytest.raises(ContextOverflowError, match=r"about .* too many for a context of 128") as caught:
        Decoder(engine, lambda: False).prompt(piece * (10_000_000 // len(piece.encode())))
    assert (caught.value.tokens or 0) > 1_000_000
    assert engine._batcher is None  # it starts with the first request
    engine.close()


def test_one_token_too_many_is_refused_with_both_numbers(small: Transformers) -> None:
    decoder = Decoder(small, lambda: False)
    text = "7" * (CONTEXT - 2)  # and the first token, which the tokenizer adds
    assert len(decoder.prompt(text)) == CONTEXT - 1
    with pytest.raises(ContextOverflowError, match="has 128 tokens, 1 too many for a context of 128") as caught:
        decoder.prompt(f"{text}7")
    assert (caught.value.tokens, caught.value.limit) == (CONTEXT, CONTEXT)


@pytest.mark.parametrize("length", [1, 60, CONTEXT - 1])
def test_an_answer_that_never_ends_is_cut_where_the_context_ends(small: Transformers, length: int) -> None:
    decoder = Decoder(small, lambda: False)
    completion = decoder.complete([7] * length, 100_000, temperature=0, grammar="root ::= [a-z]{900,1000}")
    assert not completion.complete
    assert decoder.usage.prompt_tokens + decoder.usage.completion_tokens == CONTEXT
