"""Folders that look like published checkpoints, with a few numbers for weights."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentkit.runners.local.entry import Architecture

TINY = Architecture("LlamaForCausalLM", 2, 64, 128, heads=4, kv_heads=2, vocabulary=100, positions=512, head_size=16)
OTHER = replace(TINY, kv_heads=4)


def config_of(it: Architecture, **more: Any) -> dict[str, Any]:
    """The `config.json` of an architecture."""
    return {
        "architectures": [it.name],
        "num_hidden_layers": it.layers,
        "hidden_size": it.hidden,
        "intermediate_size": it.intermediate,
        "num_attention_heads": it.heads,
        "num_key_value_heads": it.kv_heads,
        "vocab_size": it.vocabulary,
        "max_position_embeddings": it.positions,
        "tie_word_embeddings": it.tied,
    } | more


def write_tensors(path: Path, size: int = 64) -> Path:
    """A safetensors file with one tensor of so many bytes."""
    header = json.dumps({"a": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(size))
    return path


def write_checkpoint(folder: Path, architecture: Architecture = TINY, shards: int = 2, **config: Any) -> Path:
    """A whole checkpoint, with things beside it that nobody should touch."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config_of(architecture, **config)))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "modeling_tiny.py").write_text("raise SystemExit('I was run')")
    names = [f"model-{number:05}-of-{shards:05}.safetensors" for number in range(1, shards + 1)]
    for name in names:
        write_tensors(folder / name)
    index = {"weight_map": {f"layer.{number}": name for number, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def write_gguf(path: Path, it: Architecture = TINY) -> Path:
    """A GGUF file with an architecture's numbers, and no tensors."""
    numbers = {
        "block_count": it.layers,
        "embedding_length": it.hidden,
        "feed_forward_length": it.intermediate,
        "attention.head_count": it.heads,
        "attention.head_count_kv": it.kv_heads,
        "attention.key_length": it.head_size,
        "context_length": it.positions,
    }
    pairs = [_text("general.architecture") + struct.pack("<I", 8) + _text("llama")]
    pairs += [_text(f"llama.{name}") + struct.pack("<II", 4, number) for name, number in numbers.items()]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs) + bytes(64))
    return path


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()
