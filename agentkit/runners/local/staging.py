"""A folder for what is not complete yet, that does not outlive its process for long."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from ...errors import WeightsError

PREFIX = ".pull-"
LOCK = "in-use"
LOCKED = b"1"
"""In the lock's file once it is locked: an unlocked one that has it was left by a process that ended."""
YOUNG = 60
"""Seconds in which a folder without a lock may be one that is just being made."""


class Staging:
    """A private folder inside the target folder; gone when the block ends, also with an error.

    A killed process leaves its folder behind. It holds a lock that dies with the process, so the next one sees
    that nobody uses it, and removes it.
    """

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> Staging:
        self._target.mkdir(parents=True, exist_ok=True)
        for left in self._target.glob(f"{PREFIX}*"):
            _remove_unless_used(left)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._target))
        self._lock = (self.folder / LOCK).open("wb", buffering=0)
        _lock(self._lock, wait=True)
        self._lock.write(LOCKED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def publish(self, source: Path, target: Path) -> None:
        """Move a complete file to its final name, in one step that a crash cannot split."""
        with source.open("rb+") as file:
            os.fsync(file.fileno())
        try:
            os.replace(source, target)
        except PermissionError:  # Windows: another process has just published the same file, and reads it
            if not target.is_file() or target.stat().st_size != source.stat().st_size:
                raise


def check_space(folder: Path, needed: int) -> None:
    """Refuse before anything is downloaded.

    Raises:
        WeightsError: Fewer than `needed` bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WeightsError(
            f"no disk space in {str(folder)!r}: {needed:,} bytes are needed, {free:,} are free.",
            hint="Make room or set AGENTKIT_CACHE to another folder.",
        )


def _remove_unless_used(folder: Path) -> None:
    try:
        left = _is_left(folder)
    except OSError:  # in use, or removed meanwhile
        return
    if left:
        shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether the process that made a folder has ended; an OSError while it has not."""
    try:
        with (folder / LOCK).open("rb+", buffering=0) as file:
            _lock(file, wait=False)
            if file.read(1):
                return True
    except FileNotFoundError:
        pass
    return folder.stat().st_mtime < time.time() - YOUNG


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes], wait: bool) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes], wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
