"""The memories of this machine that a model can be loaded into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..machine import has_accelerator, memory


@dataclass(frozen=True, slots=True)
class Memory:
    """One place that a model can be loaded into."""

    name: str
    """`RAM`, or what the driver calls the GPU."""
    total: int
    """Bytes."""
    is_gpu: bool = False


def ram() -> Memory:
    """The memory of this machine, or what a container lets this process have of it."""
    found = memory()
    return Memory("RAM", found.limit or found.total or 0)


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
        Memory(device["description"], device["memory_total"], is_gpu=True)
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
    found = (torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count()))
    return tuple(Memory(device.name, device.total_memory, is_gpu=True) for device in found)
