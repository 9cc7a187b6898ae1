"""GPUs, as far as the system itself shows them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

QUERY = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
PATIENCE = 10.0
"""Seconds; where a driver hangs, so does its tool."""
NODES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")
"""What drivers of NVIDIA and AMD, and Windows for its Linux, put there."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU."""

    name: str
    total: int | None
    """Bytes of its memory."""
    free: int | None
    seen_by: str
    """What shows it: `nvidia-smi`, `torch`, `xllamacpp`."""


def nvidia() -> list[Gpu]:
    """What `nvidia-smi` shows; nothing where it is not there, or finds no GPU."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    try:
        with subprocess.Popen(
            [program, *QUERY], errors="replace", stdin=nothing, stdout=pipe, stderr=nothing
        ) as process:
            try:
                told, _ = process.communicate(timeout=PATIENCE)
            except BaseException:
                process.kill()
                process.wait()
                raise
    except (OSError, subprocess.SubprocessError):
        return []
    return rows(told) if process.returncode == 0 else []


def rows(text: str) -> list[Gpu]:
    """The GPUs in what `nvidia-smi` prints.

    >>> rows("NVIDIA H200, 143771, 143000")
    [Gpu(name='NVIDIA H200', total=150754820096, free=149946368000, seen_by='nvidia-smi')]
    """
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 3 and parts[0]:
            found.append(Gpu(parts[0], _mebibytes(parts[1]), _mebibytes(parts[2]), "nvidia-smi"))
    return found


def has_accelerator() -> bool:
    """Whether this machine may have a GPU that torch could use, so that it is worth the time to ask it."""
    return (
        sys.platform == "darwin" or shutil.which("nvidia-smi") is not None or any(Path(node).exists() for node in NODES)
    )


def _mebibytes(text: str) -> int | None:
    return int(text) * 1_048_576 if text.isdigit() else None
