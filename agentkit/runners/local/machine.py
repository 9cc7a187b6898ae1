"""How much memory this machine has for models."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""The limit of a container, in the two versions that Linux has of it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """One place that a model can be loaded into."""

    name: str
    """`RAM`, or what the driver calls the GPU."""
    total: int
    """Bytes."""
    is_gpu: bool = False


def ram() -> Memory:
    """The memory of this machine, or of the container that this process is in."""
    return Memory("RAM", min([_physical(), *_limits()]))


def gpus() -> tuple[Memory, ...]:
    """The GPUs that an installed engine sees: llama.cpp's first, then torch's. Empty where there is none."""
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
    if not _has_driver():  # importing torch takes seconds
        return ()
    try:
        import torch
    except ImportError:
        return ()
    found = (torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count()))
    return tuple(Memory(device.name, device.total_memory, is_gpu=True) for device in found)


def _has_driver() -> bool:
    """Whether there is a driver that torch could use, of NVIDIA or of AMD."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").exists()
    return any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd"))


def _limits() -> list[int]:
    found = []
    for file in GROUPS:
        try:
            found.append(int(Path(file).read_text()))
        except (OSError, ValueError):  # not Linux, no container, or no limit
            continue
    return found


if sys.platform == "win32":

    class _Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("total", ctypes.c_uint64),
            *(
                (name, ctypes.c_uint64)
                for name in ("free", "pages", "free_pages", "virtual", "free_virtual", "extended")
            ),
        )

    def _physical() -> int:
        status = _Status(length=ctypes.sizeof(_Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.total)

else:

    def _physical() -> int:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
