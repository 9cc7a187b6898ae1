"""What models take of a machine's memory."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from agentkit.runners.local import catalog
from agentkit.runners.local.catalog import DEFAULT, ENTRIES
from agentkit.runners.local.entry import Architecture, Entry, Licence
from agentkit.runners.local.fit import fits, kv_bytes_per_token, loaded_bytes, needed, usual_context, weight_bytes
from agentkit.runners.local.in_place import InPlace

from .checkpoint_files import TINY, write_checkpoint

LLAMA_FP16 = ENTRIES["@cf/meta/llama-2-7b-chat-fp16"]

PUBLISHED = {  # weights without the input embedding in GB: 16 bits, int8, AWQ; keys and values of a token in bytes
    "QWEN_14B": (26.8, 14.2, 8.1, 819_200),
    "LLAMA_13B": (25.7, 13.0, 6.9, 819_200),
    "LLAMA_7B": (13.2, 6.7, 3.6, 524_288),
    "MISTRAL_7B": (14.2, 7.2, 3.9, 131_072),
    "QWEN_1_8B": (3.1, 1.8, 1.3, 196_608),
}


@pytest.fixture(autouse=True)
def _nothing_is_here(cache: Path) -> None:
    """The developer's own weights do not count."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_weights_are_as_large_as_those_models_are_known_to_be(name: str) -> None:
    it: Architecture = getattr(catalog, name)
    embedding = it.vocabulary * it.hidden * 2
    found = [round((loaded_bytes(it, kind) - embedding) / 1e9, 1) for kind in (None, "int8", "awq")]
    assert found == pytest.approx(PUBLISHED[name][:3], abs=0.051)


@pytest.mark.parametrize("name", PUBLISHED)
def test_keys_and_values_are_as_large_as_those_models_are_known_to_have(name: str) -> None:
    rows = [entry for entry in ENTRIES.values() if entry.architecture == getattr(catalog, name)]
    assert rows
    assert {kv_bytes_per_token(entry) for entry in rows} == {PUBLISHED[name][3]}


def test_the_embedded_model_takes_its_file(weights: Path) -> None:
    assert weight_bytes(DEFAULT) == DEFAULT.source.size == weight_bytes(weights)  # type: ignore[attr-defined]
    assert kv_bytes_per_token(DEFAULT) == kv_bytes_per_token(weights) == 2 * 30 * 3 * 64 * 2


def test_a_gguf_file_takes_the_same_on_every_device(weights: Path) -> None:
    assert needed(weights, 100, device="cpu") == needed(weights, 100, device="gpu")


def test_a_checkpoint_takes_twice_as_much_on_a_cpu() -> None:
    assert weight_bytes(LLAMA_FP16, "cpu") == 2 * (weight_bytes(LLAMA_FP16) or 0)
    assert kv_bytes_per_token(LLAMA_FP16, "cpu") == 2 * 524_288


def test_awq_weights_take_less_only_where_something_computes_with_them() -> None:
    entry = ENTRIES["@cf/qwen/qwen1.5-14b-chat-awq"]
    kind = "awq" if find_spec("gptqmodel") else None
    assert weight_bytes(entry) == loaded_bytes(catalog.QWEN_14B, kind)


def test_a_run_takes_the_weights_and_every_token_of_every_conversation() -> None:
    assert needed(LLAMA_FP16, 1000, batch=3) == (weight_bytes(LLAMA_FP16) or 0) + 3000 * 524_288


def test_a_folder_takes_what_its_settings_say(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    assert weight_bytes(folder) == loaded_bytes(TINY, None)
    assert kv_bytes_per_token(folder) == 2 * 2 * 2 * 16 * 2
    entry = Entry("mine", Licence("MIT"), InPlace(folder), quantization="int8")
    assert weight_bytes(entry) == loaded_bytes(TINY, "int8")


def test_weights_of_an_unknown_kind_take_at_least_their_files(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model", hidden_size=None)
    assert weight_bytes(folder) == sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    assert needed(folder, 100) is None


def test_the_numbers_are_those_of_a_real_model() -> None:
    """SmolLM2-135M has 134,515,008 parameters."""
    assert loaded_bytes(catalog.SMOLLM_135M, None) == 2 * 134_515_008


def test_a_tenth_of_a_memory_is_left_to_others() -> None:
    assert fits(90, 100)
    assert not fits(91, 100)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [("qwen1.5-14b-chat-awq", 7500), ("qwen1.5-1.8b-chat", 8192), ("llama-2-13b-chat-awq", 4096)],
)
def test_the_usual_context_is_the_documented_one_else_a_moderate_one(name: str, tokens: int) -> None:
    assert usual_context(next(entry for entry in ENTRIES.values() if name in entry.aliases)) == tokens
