"""What a model takes before it is loaded, and the refusal of what is not there."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.engine import Load
from agentkit.runners.local.gguf import read_header
from agentkit.runners.local.llama_cpp import LlamaCpp
from agentkit.runners.local.machine import Memory, memory_for, ram
from agentkit.runners.local.needs import LARGEST_CONTEXT, Need, check_fits, need_of, need_of_gguf
from agentkit.runners.local.transformers.folder import read_folder

from .checkpoint_files import TINY, config_of, write_gguf

MB = 1_000_000
RAM = Memory("RAM", 16_000 * MB, free=8_000 * MB)
GPU = Memory("NVIDIA H200", 140_000 * MB, is_gpu=True, free=100_000 * MB)
EMBEDDED_TOKEN = 2 * 30 * 3 * 64 * 2
"""Bytes of keys and values: 30 layers, 3 heads of 64."""


def container(root: Path, limit: int, used: int, files: int = 0) -> Memory:
    """The memory of a process in a control group with a limit, some of it used, and some of that by files."""
    group = root / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n")
    (root / "proc/self/cgroup").write_text("0::/\n")
    (group / "memory.max").write_text(str(limit))
    (group / "memory.current").write_text(str(used))
    (group / "memory.stat").write_text(f"inactive_file {files // 2}\nactive_file {files - files // 2}\n")
    return ram(root)


def folder_of(place: Path, shapes: dict[str, list[int]], **config: Any) -> Path:
    """A folder of safetensors, all holes."""
    place.mkdir()
    (place / "tokenizer.json").write_text("{}")
    (place / "config.json").write_text(json.dumps(config_of(TINY, model_type="llama", dtype="bfloat16", **config)))
    end = 0
    tensors = {}
    for name, shape in shapes.items():
        size = 2
        for side in shape:
            size *= side
        tensors[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    header = json.dumps(tensors).encode()
    with (place / "model.safetensors").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + end)
    return place


SHAPES = {
    "model.embed_tokens.weight": [1000, 64],
    "model.layers.0.self_attn.q_proj.weight": [64, 64],
    "model.layers.0.input_layernorm.weight": [64],
    "lm_head.weight": [1000, 64],
}
KV = 2 * 2 * 2 * 16
"""Numbers of keys and values of one token."""


def test_a_gguf_file_takes_its_bytes_and_the_keys_and_values_of_its_context(weights: Path) -> None:
    need = need_of(Load(weights, 1000), RAM)
    assert need == Need(weights.stat().st_size, 1000 * EMBEDDED_TOKEN, 1000)
    assert need.total == need.weights + need.cache


def test_a_context_that_nobody_asked_for_is_that_of_the_model_within_reason(weights: Path, tmp_path: Path) -> None:
    assert need_of(Load(weights), RAM).context == LARGEST_CONTEXT
    assert need_of(Load(write_gguf(tmp_path / "tiny.gguf")), RAM).context == TINY.positions


@pytest.mark.parametrize(("context", "kept"), [(100, 100), (100_000, 512)])
def test_layers_that_look_back_over_a_window_keep_no_more(tmp_path: Path, context: int, kept: int) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    header = read_header(path)
    own = replace(header, metadata=header.metadata | {"llama.attention.sliding_window": 512})
    assert need_of_gguf(Load(path, context), own).cache == kept * KV * 2


def test_where_layers_differ_only_the_weights_are_counted(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf")
    header = read_header(path)
    own = replace(header, metadata=header.metadata | {"llama.attention.head_count_kv": None})
    assert need_of_gguf(Load(path, 100), own) == Need(path.stat().st_size, 0, 100)


def test_all_parts_of_a_file_count(tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / f"big-{number:05}-of-00002.gguf") for number in (1, 2)]
    assert need_of(Load(parts[0], 10), RAM).weights == 2 * parts[0].stat().st_size


@pytest.mark.parametrize(
    ("memory", "quantization", "bytes_of"),
    [(GPU, None, (2, 2, 2)), (RAM, None, (4, 4, 4)), (GPU, "int8", (2, 1, 2)), (RAM, "int8", (4, 1, 4))],
)
def test_a_folder_takes_what_its_tensors_become(
    tmp_path: Path, memory: Memory, quantization: str | None, bytes_of: tuple[int, int, int]
) -> None:
    """Embeddings, norms and the output layer are not quantized; CPUs compute in 32 bits."""
    folder = folder_of(tmp_path / "model", SHAPES)
    other, linear, kept = bytes_of
    need = need_of(Load(folder, 100, quantization=quantization), memory)
    assert need == Need((128_000 + 64) * other + 64 * 64 * linear, 100 * KV * kept, 100)


def test_packed_weights_are_counted_one_by_one(tmp_path: Path) -> None:
    awq = {"quant_method": "awq", "bits": 4}
    shapes = {"model.embed_tokens.weight": [1000, 64], "model.layers.0.mlp.up_proj.qweight": [64, 16]}
    found = read_folder(folder_of(tmp_path / "model", shapes, quantization_config=awq))
    assert (found.parameters, found.linear) == (64_000 + 64 * 128, 64 * 128)


def test_adapters_count(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(bytes(1000))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "adapter_model.safetensors").write_bytes(bytes(500))
    adapters = (("a", tmp_path / "a.gguf"), ("b", tmp_path / "b"))
    assert need_of(Load(weights, 10, adapters=adapters), RAM).weights == weights.stat().st_size + 1500


def test_what_does_not_fit_is_refused_with_the_numbers_and_a_context_that_would(weights: Path) -> None:
    load, memory = Load(weights, 8192), replace(RAM, free=200 * MB)
    expected = (
        r"needs 287 MB: 98 MB for the weights and 189 MB for a context of 8,192 tokens; "
        r"180 MB of RAM can be used now\. "
        r"Ask for a context of at most 3,5\d\d tokens \(context=\)\."
    )
    with pytest.raises(WeightsError, match=expected) as caught:
        check_fits(load, need_of(load, memory), memory)
    found = re.search(r"at most ([\d,]+)", str(caught.value))
    assert found
    smaller = replace(load, context=int(found[1].replace(",", "")))
    check_fits(smaller, need_of(smaller, memory), memory)


def test_weights_that_do_not_fit_at_all_are_refused_with_what_would(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "model", SHAPES | {"model.layers.0.mlp.up_proj.weight": [6000, 9000]})
    memory = replace(GPU, free=10 * MB)
    with pytest.raises(
        WeightsError, match=r"smaller model, or load it with quantization='int8'.*use the CPU \(device='cpu'\)"
    ):
        check_fits(Load(folder, 100), need_of(Load(folder, 100), memory), memory)


def test_of_a_memory_that_is_not_known_nothing_is_refused() -> None:
    check_fits(Load(Path("x")), Need(10**18, 0, 1), Memory("RAM", 0))


@pytest.mark.skipif(sys.platform == "win32", reason="files of Linux")
@pytest.mark.parametrize(("used", "files"), [(60 * MB, 0), (390 * MB, 330 * MB)], ids=["empty", "full of files"])
def test_the_embedded_model_loads_into_a_container_of_400_mb(
    weights: Path, tmp_path: Path, used: int, files: int
) -> None:
    """Also where that is full of files that were read, the model's own for example: they make room."""
    memory = container(tmp_path, 400 * MB, used, files)
    check_fits(Load(weights), need_of(Load(weights), memory), memory)


@pytest.mark.skipif(sys.platform == "win32", reason="files of Linux")
def test_the_limit_of_a_container_counts_and_not_the_memory_around_it(weights: Path, tmp_path: Path) -> None:
    memory = container(tmp_path, 250 * MB, 60 * MB)
    with pytest.raises(WeightsError, match="171 MB of RAM can be used now"):
        check_fits(Load(weights), need_of(Load(weights), memory), memory)


@pytest.mark.real
def test_llama_cpp_refuses_before_it_takes_anything(weights: Path) -> None:
    """Two contexts that need more than any machine has: llama.cpp itself would end the process, or be ended."""
    for context in (10_000_000, 2_000_000_000):
        load = Load(weights, context, 1, "cpu")
        with pytest.raises(WeightsError, match=rf"for a context of {context:,} tokens; .* of RAM can be used now"):
            LlamaCpp(load)


def test_the_memory_of_a_model_on_the_cpu_is_that_of_the_machine(weights: Path) -> None:
    found = memory_for(Load(weights, device="cpu"))
    assert not found.is_gpu
    assert 0 < (found.free or 1) <= found.total


def test_the_memory_of_a_gpu_is_taken_where_there_is_one(weights: Path) -> None:
    xllamacpp = pytest.importorskip("xllamacpp")
    there = any("GPU" in device["type"].name for device in xllamacpp.get_device_info())
    assert memory_for(Load(weights)).is_gpu == there
