"""What a model of the catalogue would take of a machine's memory, also before its weights are here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from .checkpoint import architecture_of, architecture_of_gguf, parts, read_config, tensor_files, weights_in
from .entry import Architecture, Entry
from .needs import AWQ_BITS, GGUF_KV_BITS, LARGEST_CONTEXT, kv_bytes, usable
from .packaged import PackagedFile
from .weights import find

Device: TypeAlias = Literal["gpu", "cpu"]

BITS: dict[Device, int] = {"gpu": 16, "cpu": 32}
"""Of a value of a checkpoint that is not quantized, and of its keys and values: CPUs compute in 32 bits."""
LINEAR_BITS = {"awq": AWQ_BITS, "int8": 8.0}
"""Bits of one weight of a linear layer."""


def weight_bytes(model: Entry | Path, device: Device = "gpu") -> int | None:
    """Bytes of the weights once they are loaded.

    Args:
        model: An entry, or the path of a GGUF file or of a checkpoint's folder.
        device: Where they are loaded. A GGUF file takes the same everywhere. AWQ weights stay packed where the
            kernels for them (gptqmodel) are installed.

    Returns:
        None for an entry whose weights are not here, and whose architecture is not known.

    Raises:
        WeightsError: What is here is broken, or there is nothing at the path.
    """
    path = _place(model)
    if path is not None and path.is_file():
        return sum(part.stat().st_size for part in parts(path))
    if isinstance(model, Entry) and isinstance(model.source, PackagedFile):
        return model.source.size
    architecture = _architecture(model, path)
    if architecture is not None:
        return loaded_bytes(architecture, _kept(_quantization(model, path)), BITS[device])
    return sum(file.stat().st_size for file in tensor_files(path)) if path else None


def kv_bytes_per_token(model: Entry | Path, device: Device = "gpu") -> int | None:
    """Bytes of keys and values that one token of a conversation takes.

    Args:
        model: An entry, or the path of a GGUF file or of a checkpoint's folder.
        device: Where it is loaded.

    Returns:
        None where the architecture is not known.

    Raises:
        WeightsError: What is here is broken, or there is nothing at the path.
    """
    path = _place(model)
    it = _architecture(model, path)
    if it is None:
        return None
    gguf = path.is_file() if path else isinstance(model, Entry) and isinstance(model.source, PackagedFile)
    return kv_bytes(it.layers, it.kv_heads, it.head_size, GGUF_KV_BITS if gguf else BITS[device])


def needed(model: Entry | Path, context: int, batch: int = 1, device: Device = "gpu") -> int | None:
    """Bytes for the weights, and for so many conversations of so many tokens; None where one of both is not known.

    Raises:
        WeightsError: What is here is broken, or there is nothing at the path.
    """
    weights, token = weight_bytes(model, device), kv_bytes_per_token(model, device)
    return None if weights is None or token is None else weights + token * context * batch


def fits(size: int, memory: int) -> bool:
    """Whether so many bytes fit into a memory of so many, with what must be left of it."""
    return size <= usable(memory)


def usual_context(entry: Entry) -> int:
    """Tokens that a runner makes room for when nobody says how many."""
    return entry.context or min(entry.window or LARGEST_CONTEXT, LARGEST_CONTEXT)


def loaded_bytes(architecture: Architecture, quantization: str | None, bits: int = 16) -> int:
    """Bytes of all weights once they are loaded.

    Args:
        architecture: The numbers.
        quantization: `awq`, `int8` or None; of the linear layers within the blocks only.
        bits: Of every other value.
    """
    it = architecture
    linear = it.layers * (it.hidden * it.head_size * 2 * (it.heads + it.kv_heads) + 3 * it.hidden * it.intermediate)
    others = it.vocabulary * it.hidden * (1 if it.tied else 2) + (2 * it.layers + 1) * it.hidden
    return round((linear * LINEAR_BITS.get(quantization or "", bits) + others * bits) / 8)


def _place(model: Entry | Path) -> Path | None:
    return find(model) if isinstance(model, Entry) else weights_in(model)


def _architecture(model: Entry | Path, path: Path | None) -> Architecture | None:
    known = model.architecture if isinstance(model, Entry) else None
    if known is not None or path is None or (path.is_file() and path.suffix != ".gguf"):
        return known
    return architecture_of_gguf(path) if path.is_file() else architecture_of(read_config(path))


def _quantization(model: Entry | Path, path: Path | None) -> str | None:
    if isinstance(model, Entry) and model.quantization:
        return model.quantization
    stated = read_config(path).get("quantization_config") if path else None
    return str(stated.get("quant_method")) if isinstance(stated, dict) else None


def _kept(quantization: str | None) -> str | None:
    """The quantization that the loaded weights have: AWQ ones are unpacked where nothing can compute with them."""
    return None if quantization == "awq" and find_spec("gptqmodel") is None else quantization
