"""How much memory there is, and how much of it may still be taken."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from .cgroups import folders, number

LIMITS = ("memory.max", "memory.high", "memory.limit_in_bytes")
USED = ("memory.current", "memory.usage_in_bytes")
ROOT = Path("/")
FIELDS = ("total", "available", "page", "page_free", "virtual", "virtual_free", "extended")
"""Of `MEMORYSTATUSEX`, behind its length and load."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes; None where the system does not say."""

    total: int | None = None
    """Of the machine."""
    limit: int | None = None
    """What a container or the like lets this process have, where that is less."""
    available: int | None = None
    """What can be taken without anything being moved to disk."""


def memory(root: Path = ROOT) -> Memory:
    """The memory of this machine, and what of it this process may have."""
    if sys.platform == "win32":
        return _windows()
    total, available = _meminfo(root)
    if total is None:
        return Memory(_pages("SC_PHYS_PAGES"), None, _pages("SC_AVPHYS_PAGES"))
    limit = None
    for folder in folders("memory", root):
        most = min((value for name in LIMITS if (value := number(folder / name)) is not None), default=None)
        if most is None or most >= total:
            continue
        limit = min(limit or most, most)
        used = next((value for name in USED if (value := number(folder / name)) is not None), 0)
        free = max(0, most - used + _cached(folder))
        available = free if available is None else min(available, free)
    return Memory(total, limit, available)


def _meminfo(root: Path) -> tuple[int | None, int | None]:
    try:
        text = (root / "proc/meminfo").read_text("ascii")
    except (OSError, ValueError):
        return None, None
    found = {name: int(kilobytes) * 1024 for name, kilobytes in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return found.get("MemTotal"), found.get("MemAvailable", found.get("MemFree"))


def _cached(folder: Path) -> int:
    """Bytes of files that are kept in memory only as long as nobody needs it: also those that are read often."""
    try:
        text = (folder / "memory.stat").read_text("ascii")
    except (OSError, ValueError):
        return 0
    found: dict[str, str] = dict(re.findall(r"^(\w+) (\d+)$", text, re.MULTILINE))
    return sum(int(found.get(f"total_{kind}") or found.get(kind) or 0) for kind in ("inactive_file", "active_file"))


def _pages(name: str) -> int | None:
    try:
        count = os.sysconf(name)
        return count * os.sysconf("SC_PAGE_SIZE") if count > 0 else None
    except (ValueError, OSError, AttributeError):
        return None


def _windows() -> Memory:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in "total available page page_free virtual virtual_free more".split()
            ),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    if not getattr(ctypes, "windll").kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # noqa: B009  Windows only
        return Memory()
    return Memory(status.total, None, status.available)
