"""What a model takes of a memory once it is loaded, and whether that is there: one arithmetic for both engines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import WeightsError
from .checkpoint import architecture_of_header, parts
from .engine import Load
from .gguf import Header, read_header
from .machine import Memory
from .transformers.folder import Folder, read_folder
from .transformers.hardware import BYTES, dtype_of
from .transformers.loading import weight_bits

LARGEST_CONTEXT = 8192
"""Tokens, where neither the catalogue nor the user says: the memory of a context is taken at once."""
GGUF_KV_BITS = 16
"""Of keys and values in llama.cpp, on every device."""
AWQ_BITS = 4 + (16 + 4) / 128
"""AWQ has a scale of 16 bits and a zero point of 4 bits for every 128 weights."""
FREE = "of {} can be used now"
SPARE = 0.1
"""Part of a memory that is left to everything else: activations, the driver, other programs."""


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes that a loaded model takes."""

    weights: int
    """With the LoRA adapters. Those that are mapped from their file count, too: they are read all the time."""
    cache: int
    """Keys and values of the context; 0 where the architecture is not known."""
    context: int
    """Tokens."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.weights + self.cache


def need_of(load: Load, memory: Memory) -> Need:
    """What a model will take, told from the header of its file, or from its folder's config and headers.

    Args:
        load: The model.
        memory: Where it will be loaded.

    Raises:
        WeightsError: The weights are missing or broken.
    """
    if load.path.is_dir():
        return need_of_folder(load, read_folder(load.path), "cuda" if memory.is_gpu else "cpu")
    return need_of_gguf(load, read_header(load.path))


def need_of_gguf(load: Load, header: Header) -> Need:
    """What a GGUF file takes.

    Raises:
        WeightsError: One of its parts is missing.
    """
    weights = sum(part.stat().st_size for part in parts(load.path))
    context = context_of(load, header.context)
    it = architecture_of_header(header)
    kept = min(context, header.window or context)
    cache = kv_bytes(it.layers, it.kv_heads, it.head_size, GGUF_KV_BITS) * kept if it else 0
    return Need(weights + _adapter_bytes(load), cache, context)


def need_of_folder(load: Load, folder: Folder, device: str) -> Need:
    """What a folder of safetensors takes.

    Args:
        load: What is loaded of it, and how.
        folder: Its config, and what its headers say.
        device: `cuda` or `cpu`.
    """
    dtype = dtype_of(folder, device)
    plain = 8 * BYTES[dtype]
    bits = weight_bits(folder, dtype, load.quantization)
    linear = AWQ_BITS if folder.quantization.get("quant_method") == "awq" and bits == int(AWQ_BITS) else bits
    weights = round((folder.linear * linear + (folder.parameters - folder.linear) * plain) / 8)
    context = context_of(load, folder.context)
    return Need(weights + _adapter_bytes(load), folder.kv_values * BYTES[dtype] * context, context)


def context_of(load: Load, trained: int | None) -> int:
    """Tokens that room is made for: as asked, else as many as the model was made for, within reason."""
    return load.context or min(trained or LARGEST_CONTEXT, LARGEST_CONTEXT)


def kv_bytes(layers: int, kv_heads: int, head_size: int, bits: int) -> int:
    """Bytes of the keys and values of one token."""
    return 2 * layers * kv_heads * head_size * bits // 8


def usable(free: int) -> int:
    """Bytes of a memory that a model may take, so that something is left for everything else."""
    return int(free * (1 - SPARE))


def check_fits(load: Load, need: Need, memory: Memory) -> None:
    """Refuse a model that does not fit into what is free of a memory. Where that is not known, nothing is refused.

    Raises:
        WeightsError: It does not fit; the message has the numbers.
    """
    if memory.free is not None and need.total > usable(memory.free):
        raise too_large(load, need, usable(memory.free), FREE, memory)


def too_large(load: Load, need: Need, room: int, what: str, memory: Memory) -> WeightsError:
    """The error for a model that does not fit, with what would help.

    Args:
        load: The model.
        need: What it takes.
        room: Bytes that it could have.
        what: What the room is: the end of a sentence, with `{}` for the memory.
        memory: Where it would be loaded.
    """
    steps = []
    tokens = (room - need.weights) * need.context // need.cache if need.cache else 0
    if tokens >= 32:
        steps.append(f"ask for a context of at most {tokens:,} tokens (context=)")
    else:
        steps.append("take a smaller model")
        if load.quantization is None:
            how = "load it with quantization='int8'" if load.path.is_dir() else "take a file of fewer bits"
            steps.append(f"{how}, if it has more than that")
    if memory.is_gpu:
        steps.append("use the CPU (device='cpu')")
    return WeightsError(
        f"{str(load.path)!r} needs {amount(need.total)}: {amount(need.weights)} for the weights and "
        f"{amount(need.cache)} for a context of {need.context:,} tokens; {amount(max(room, 0))} "
        f"{what.format(memory.name)}.",
        hint=f"{_sentence(steps)}.",
    )


def amount(size: int) -> str:
    """Bytes for people.

    >>> amount(13_476_839_424), amount(98_362_432)
    ('13.5 GB', '98 MB')
    """
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _sentence(steps: list[str]) -> str:
    text = ", or ".join(steps)
    return text[0].upper() + text[1:]


def _adapter_bytes(load: Load) -> int:
    return sum(file.stat().st_size for _, place in load.adapters for file in _files(place))


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("*.safetensors")) if place.is_dir() else [place] if place.is_file() else []
