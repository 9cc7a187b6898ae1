"""How many cores this process may use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .cgroups import folders, number

ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class Cores:
    """Logical cores."""

    machine: int
    usable: float
    """What affinity and the quota of a container leave; a quota may be half a core."""


def cores(root: Path = ROOT) -> Cores:
    """The cores of this machine, and how many of them this process may keep busy."""
    machine = os.cpu_count() or 1
    usable = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else machine)
    for folder in folders("cpu", root):
        quota = _quota(folder)
        if quota is not None:
            usable = min(usable, quota)
    return Cores(machine, usable)


def _quota(folder: Path) -> float | None:
    try:
        quota, period = (int(word) for word in (folder / "cpu.max").read_text("ascii").split())
    except (OSError, ValueError):
        quota, period = number(folder / "cpu.cfs_quota_us") or 0, number(folder / "cpu.cfs_period_us") or 0
    return quota / period if quota > 0 and period > 0 else None
