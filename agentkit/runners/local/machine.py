"""The memories of this machine that a model can be loaded into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..machine import has_accelerator, memory
from .engine import Load

ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class Memory:
    """One place that a model can be loaded into."""

    name: str
    """`RAM`, or what the driver calls the GPU."""
    total: int
    """Bytes."""
    is_gpu: bool = False
    free: int | None = None
    """Bytes that can be taken now; None where the system does not say."""


def memory_for(load: Load) -> Memory:
    """Where a model is loaded: the GPUs that its engine sees, unless the CPU was asked for; else the RAM.

    llama.cpp spreads a model over all GPUs; the other engine takes one.
    """
    if load.device == "cpu":
        return ram()
    if load.path.is_dir():
        return next(iter(_gpus_of_torch()), None) or ram()
    cards = _gpus_of_llama_cpp()
    if not cards:
        return ram()
    free = sum(card.free or 0 for card in cards)
    return Memory(" + ".join(card.name for card in cards), sum(card.total for card in cards), is_gpu=True, free=free)


def ram(root: Path = ROOT) -> Memory:
    """The memory of this machine, or what a container lets this process have of it.

    Args:
        root: The root of the file system that tells.
    """
    found = memory(root)
    return Memory("RAM", found.limit or found.total or 0, free=found.available)


def gpus() -> tuple[Memory, ...]:
    """The GPUs that an installed engine sees: llama.cpp's, else torch's. Empty where there is none."""
    return _gpus_of_llama_cpp() or _gpus_of_torch()


def _gpus_of_llama_cpp() -> tuple[Memory, ...]:
    try:
        import xllamacpp
    except ImportError:
        return ()
    devices: list[dict[str, Any]] = xllamacpp.get_device_info()
    return tuple(
        Memory(device["description"], device["memory_total"], is_gpu=True, free=device["memory_free"])
        for device in devices
        if "GPU" in device["type"].name
    )


def _gpus_of_torch() -> tuple[Memory, ...]:
    if not has_accelerator():  # importing torch takes seconds
        return ()
    try:
        import torch
    except ImportError:
        return ()
    if not torch.cuda.is_available():
        return ()
    found = []
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        found.append(Memory(torch.cuda.get_device_name(index), total, is_gpu=True, free=free))
    return tuple(found)
