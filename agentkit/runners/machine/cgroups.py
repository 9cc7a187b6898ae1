"""Limits that a container, a service or a batch system sets: control groups of Linux, version 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HIERARCHY = Path("sys/fs/cgroup")


def folders(controller: str, root: Path) -> Iterator[Path]:
    """The folders with the limits of this process, the innermost first; none where there are no control groups.

    Args:
        controller: `memory` or `cpu`.
        root: The root of the file system.
    """
    for top, path in _places(controller, root):
        if not top.is_dir():
            continue
        inner = Path(path.lstrip("/"))
        for part in (inner, *inner.parents):
            if (top / part).is_dir():
                yield top / part


def number(path: Path) -> int | None:
    """The first number of a file; None where there is no file or no limit (`max`, or what version 1 has for it)."""
    try:
        value = int(path.read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return value if 0 <= value < 1 << 60 else None


def _places(controller: str, root: Path) -> Iterator[tuple[Path, str]]:
    """Mount points, and the path of this process below each."""
    try:
        lines = (root / "proc/self/cgroup").read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if controller in names.split(","):
            yield root / HIERARCHY / names, path
            yield root / HIERARCHY / controller, path
        elif not names:
            yield root / HIERARCHY, path
            yield root / HIERARCHY / "unified", path
