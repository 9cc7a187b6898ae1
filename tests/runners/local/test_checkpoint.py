"""What a folder or a file of weights is, and what is wrong with it, without loading it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from agentkit.errors import WeightsError
from agentkit.runners.local.catalog import SMOLLM_135M
from agentkit.runners.local.checkpoint import architecture_of, architecture_of_gguf, check, tensor_files, weights_in
from agentkit.runners.local.fit import needed

from .checkpoint_files import OTHER, TINY, config_of, write_checkpoint, write_gguf, write_tensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "model")


def told(place: Path, *expected: object) -> str:
    with pytest.raises(WeightsError) as caught:
        check(place, *expected)  # type: ignore[arg-type]
    assert caught.value.hint
    return caught.value.message


def test_a_whole_checkpoint_of_the_right_architecture_is_taken(folder: Path) -> None:
    check(folder, TINY)
    assert weights_in(folder) == folder


def test_a_checkpoint_as_the_library_writes_it_is_whole(folder: Path) -> None:
    for file in tensor_files(folder):
        save_file({"a": np.zeros((3, 5), np.float16), "b": np.ones(7, np.int8)}, file, metadata={"format": "pt"})
    check(folder, TINY)


def test_a_file_that_is_cut_short_is_told_with_both_sizes(folder: Path) -> None:
    file = tensor_files(folder)[1]
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-1])
    assert told(folder) == f"{str(file)!r} is broken: it has {size - 1:,} bytes, not {size:,}."


@pytest.mark.parametrize("content", [b"", b"\1", b"\xff" * 20, (4).to_bytes(8, "little") + b"[1,]", bytes(100)])
def test_a_file_with_a_damaged_header_is_told(folder: Path, content: bytes) -> None:
    tensor_files(folder)[0].write_bytes(content)
    assert told(folder).endswith("is broken: its header is cut short or damaged.")


def test_a_missing_part_is_told_by_its_name(folder: Path) -> None:
    tensor_files(folder)[1].unlink()
    assert told(folder).endswith("is not complete: 'model-00002-of-00002.safetensors' is missing.")


def test_pickles_are_refused(folder: Path) -> None:
    for file in folder.glob("model*.safetensors*"):
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    assert "are pickles ('pytorch_model.bin'), which can run code" in told(folder)


def test_a_checkpoint_without_a_tokenizer_is_told(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "has no tokenizer" in told(folder)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (OTHER, "another model: kv_heads is 2, not 4."),
        (replace(TINY, layers=32), "another model: layers is 2, not 32."),
        (
            replace(TINY, name="Qwen2ForCausalLM"),
            "another model: architecture is LlamaForCausalLM, not Qwen2ForCausalLM.",
        ),
    ],
)
def test_another_model_is_told_with_the_number_that_differs(folder: Path, expected: object, said: str) -> None:
    assert told(folder, expected).endswith(said)


@pytest.mark.parametrize(
    ("config", "expected", "said"),
    [
        ({}, "awq", "quantization is none, not awq."),
        ({"quantization_config": {"quant_method": "gptq"}}, "awq", "quantization is gptq, not awq."),
        ({"quantization_config": {"quant_method": "awq"}}, None, "quantization is awq, not none."),
        ({"quantization_config": {"quant_method": "awq"}}, "int8", "quantization is awq, not none."),
    ],
)
def test_another_quantization_is_told(
    tmp_path: Path, config: dict[str, object], expected: str | None, said: str
) -> None:
    assert told(write_checkpoint(tmp_path, **config), TINY, expected).endswith(said)


def test_int8_is_made_of_a_checkpoint_without_quantization(folder: Path) -> None:
    check(folder, TINY, "int8")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_settings_that_are_no_json_object_are_told(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    assert f"{str(folder / 'config.json')!r} is broken: it is not " in told(folder)


def test_a_folder_with_nothing_in_it_and_a_path_to_nothing_are_told(tmp_path: Path) -> None:
    assert "has no weights: neither 'config.json' nor a GGUF file." in told(tmp_path)
    assert told(tmp_path / "missing") == f"there are no weights at {str(tmp_path / 'missing')!r}."


def test_of_several_parts_of_a_gguf_model_the_first_is_loaded(tmp_path: Path) -> None:
    for number in (2, 1, 3):
        (tmp_path / f"big-{number:05}-of-00003.gguf").touch()
    assert weights_in(tmp_path).name == "big-00001-of-00003.gguf"


def test_a_missing_part_of_a_gguf_model_is_told(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "big-00001-of-00002.gguf")
    assert told(file).endswith("is not complete: 'big-00002-of-00002.gguf' is missing.")
    write_gguf(tmp_path / "big-00002-of-00002.gguf")
    check(tmp_path, TINY)


def test_an_index_cannot_name_files_elsewhere(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../other/model.safetensors"}}')
    assert told(folder).endswith("is broken: it names files elsewhere.")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = [*config_of(TINY), "quantization_config", "head_dim"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4), index=ANYTHING)
def test_whatever_stands_in_the_files_is_taken_or_told(folder: Path, change: dict[str, object], index: object) -> None:
    (folder / "config.json").write_text(json.dumps(config_of(TINY) | change))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    with contextlib.suppress(WeightsError):
        check(folder, TINY, "awq")
    with contextlib.suppress(WeightsError):
        needed(folder, 100)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | ANYTHING.map(lambda value: header_of(json.dumps(value).encode())))
@example(content=(200_000).to_bytes(8, "little") + b"[" * 200_000)
def test_whatever_stands_in_a_tensor_file_is_taken_or_told(folder: Path, content: bytes) -> None:
    tensor_files(folder)[0].write_bytes(content)
    with contextlib.suppress(WeightsError):
        check(folder)


def header_of(text: bytes) -> bytes:
    return len(text).to_bytes(8, "little") + text


def test_a_gguf_file_is_taken_for_what_its_header_says(weights: Path) -> None:
    assert architecture_of_gguf(weights) == replace(
        SMOLLM_135M, name="llama", vocabulary=49_152, tied=False
    )  # the header does not tell whether embeddings are tied
    check(weights, SMOLLM_135M)
    assert told(weights, replace(SMOLLM_135M, layers=32)).endswith("another model: layers is 30, not 32.")


def test_a_file_that_is_no_gguf_is_told(tmp_path: Path) -> None:
    assert "is not a GGUF file" in told(write_tensors(tmp_path / "model.safetensors"))


def test_settings_of_a_checkpoint_are_its_architecture() -> None:
    assert architecture_of(config_of(TINY)) == TINY


def test_settings_without_groups_or_head_size_mean_the_usual() -> None:
    config = {name: value for name, value in config_of(OTHER).items() if name != "num_key_value_heads"}
    assert architecture_of(config) == OTHER


@pytest.mark.parametrize("change", [{"hidden_size": None}, {"num_attention_heads": 0}, {"vocab_size": "many"}])
def test_settings_of_another_kind_are_not_guessed(change: dict[str, object]) -> None:
    assert architecture_of(json.loads(json.dumps(config_of(TINY) | change))) is None
