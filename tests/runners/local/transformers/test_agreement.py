"""Both engines on the embedded model: the same weights say the same, as far as rounding goes.

Strings are not compared: llama.cpp quantizes activations, so near ties fall either way. What each engine thinks of one
given text is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from agentkit.runners.local.engine import Load, Task
from agentkit.runners.local.llama_cpp import LlamaCpp
from agentkit.runners.local.transformers.engine import Transformers

from .conftest import ask

pytestmark = pytest.mark.real

TEXT = (
    "The capital of France is Paris, and the capital of Italy is Rome. Once upon a time there was a little girl who "
    "lived in a village near the forest. Whenever she went out, she wore a red riding cloak."
)


@pytest.fixture(scope="module")
def folder(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded model's weights as a folder of safetensors."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = tmp_path_factory.mktemp("safetensors")
    given = {"gguf_file": weights.name}
    model = AutoModelForCausalLM.from_pretrained(weights.parent, dtype=torch.float32, **given)
    model.hf_quantizer = model.config.quantization_config = None  # they are plain numbers by now
    del model.config.quantization_config
    model.save_pretrained(place)
    AutoTokenizer.from_pretrained(weights.parent, **given).save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def engines(weights: Path, folder: Path) -> Iterator[tuple[LlamaCpp, Transformers]]:
    one, other = LlamaCpp(Load(weights, 1024, 1)), Transformers(Load(folder, 1024, device="cpu"))
    yield one, other
    one.close()
    other.close()


def test_texts_have_the_same_tokens(engines: tuple[LlamaCpp, Transformers]) -> None:
    for text in (TEXT, "12.5 % of 840", 'say "hi"\n\tnow', "naïve 日本 🙂", "<|im_start|>user"):
        for marks in (False, True):
            one, other = (engine.tokens(text, marks=marks) for engine in engines)
            assert one == other


def test_both_think_the_same_of_a_text(engines: tuple[LlamaCpp, Transformers]) -> None:
    tokens = engines[0].tokens(TEXT)
    found = []
    for at in range(4, len(tokens)):
        pair = [engine.logprob(tokens[:at], tokens[at : at + 1], lambda: False)[0] for engine in engines]
        found.append(abs(pair[0] - pair[1]))
    assert sum(found) / len(found) < 0.1
    assert max(found) < 0.6


def test_both_find_the_same_word_where_it_is_clear(engines: tuple[LlamaCpp, Transformers]) -> None:
    for engine in engines:
        prompt = engine.tokens("The capital of France is")
        pieces: list[str] = []
        engine.generate(Task(tuple(prompt), 1, {"temperature": 0}), pieces.append, lambda: False)
        assert "".join(pieces) == " Paris"


def test_the_recipe_for_small_models_works_on_both(engines: tuple[LlamaCpp, Transformers]) -> None:
    grammar = 'root ::= "\\"" ("Paris" | "Rome" | "Oslo") "\\""'
    for engine in engines:
        prompt = engine.tokens('The capital of Italy is "Rome". The capital of France is ')
        pieces: list[str] = []
        engine.generate(Task(tuple(prompt), 8, {"temperature": 0}, grammar), pieces.append, lambda: False)
        assert "".join(pieces) == '"Paris"'


def test_chat_templates_are_the_same(engines: tuple[LlamaCpp, Transformers]) -> None:
    assert engines[0].templates.chat == engines[1].templates.chat != ""
    assert ask(engines[1], engines[1].tokens("Hello"), 2).end.completed == 2
