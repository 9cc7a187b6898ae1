"""LoRA adapters of the embedded model, one request at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy
import pytest

from agentkit.errors import BadRequestError, WeightsError
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.llama_cpp import LlamaCpp

pytestmark = pytest.mark.real

HIDDEN, LAYERS, RANK = 576, 30, 4


def make_adapter(path: Path, seed: int, *, architecture: str = "llama", kind: str = "lora") -> Path:
    """A random adapter of the embedded model's shape."""
    chance = numpy.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", kind)
    writer.add_float32("adapter.lora.alpha", 8.0)
    for layer in range(LAYERS):
        down = chance.normal(0, 0.2, (RANK, HIDDEN)).astype(numpy.float32)
        up = chance.normal(0, 0.2, (HIDDEN, RANK)).astype(numpy.float32)
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_a", down)
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_b", up)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def engine(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCpp]:
    folder = tmp_path_factory.mktemp("adapters")
    adapters = tuple((name, make_adapter(folder / f"{name}.gguf", seed)) for seed, name in enumerate(("poet", "clerk")))
    made = LlamaCpp(Load(weights, 512, 1, adapters=adapters))
    yield made
    made.close()


def write(engine: LlamaCpp, adapter: str | None = None) -> str:
    decoder = Decoder(engine, lambda: False, adapter)
    return decoder.complete(decoder.prompt("Once upon a time"), 8, temperature=0).text


def test_each_request_gets_the_adapter_that_it_names_and_no_other(engine: LlamaCpp, weights: Path) -> None:
    bare = LlamaCpp(Load(weights, 512, 1))
    plain = write(bare)
    bare.close()
    assert write(engine) == plain
    texts = {name: write(engine, name) for name in ("poet", "clerk")}
    assert len({plain, *texts.values()}) == 3
    assert write(engine) == plain
    assert {name: write(engine, name) for name in ("clerk", "poet")} == texts


def test_an_unknown_adapter_is_refused(engine: LlamaCpp) -> None:
    with pytest.raises(BadRequestError, match="no LoRA adapter 'sage'; loaded: poet, clerk"):
        write(engine, "sage")


def test_what_is_no_adapter_of_this_model_is_refused(weights: Path, tmp_path: Path) -> None:
    cases = {
        weights: "is none",
        make_adapter(tmp_path / "other.gguf", 1, kind="magic"): "is none",
        make_adapter(tmp_path / "qwen.gguf", 1, architecture="qwen2"): "another model: 'qwen2', not 'llama'",
        tmp_path / "missing.gguf": "missing",
    }
    for path, told in cases.items():
        with pytest.raises(WeightsError, match=told):
            LlamaCpp(Load(weights, 256, 1, adapters=(("poet", path),)))


def test_what_an_adapter_thinks_of_a_text_is_its_own(engine: LlamaCpp) -> None:
    prompt, text = engine.tokens("Once upon a"), engine.tokens(" time")
    found = {name: Decoder(engine, lambda: False, name).logprob(prompt, text) for name in (None, "poet", "clerk")}
    assert len({round(each, 2) for each in found.values()}) == 3
