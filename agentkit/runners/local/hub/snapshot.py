"""What a folder of weights is: a repository, its commit and its files, written down beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....errors import WeightsError
from .choice import HubFile, leaves_folder

RECORD = ".agentkit-hub.json"
"""Name of the record in the folder. It is there only while the files beside it are complete."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The chosen files of one commit."""

    repo: str
    revision: str
    """As it was asked for."""
    commit: str
    """What the revision was at that time; 40 hexadecimal digits."""
    only: tuple[str, ...]
    files: tuple[HubFile, ...]

    def answers(self, repo: str, revision: str, only: Sequence[str]) -> bool:
        """Whether this is what somebody asks for."""
        return repo == self.repo and revision in (self.revision, self.commit) and tuple(only) == self.only


def read(folder: Path) -> Snapshot | None:
    """What a folder is; None where there is no record, or a broken one.

    Raises:
        WeightsError: This user may not look.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        snapshot = TypeAdapter(Snapshot).validate_json((folder / RECORD).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    except OSError as error:
        raise WeightsError(
            f"{str(folder)!r} cannot be looked at: {error.strerror or error}.",
            hint="Set AGENTKIT_CACHE to another folder.",
        ) from error
    return None if any(leaves_folder(file.path) for file in snapshot.files) else snapshot


def write(folder: Path, snapshot: Snapshot) -> None:
    """Write the record, in one step that a crash cannot split."""
    from pydantic import TypeAdapter

    new = folder / f"{RECORD}.new"
    with new.open("wb") as file:
        file.write(TypeAdapter(Snapshot).dump_json(snapshot, indent=1))
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, folder / RECORD)


def is_complete(folder: Path) -> bool:
    """Whether a folder has all files of its record, each with its size. The bytes are not looked at."""
    snapshot = read(folder)
    return snapshot is not None and all(has_size(folder / file.path, file.size) for file in snapshot.files)


def commit(folder: Path) -> str | None:
    """The commit hash whose files a folder has; None where it is none that was fetched completely."""
    snapshot = read(folder)
    return snapshot.commit if snapshot else None


def has_size(path: Path, size: int) -> bool:
    """Whether there is a file of so many bytes."""
    return path.is_file() and path.stat().st_size == size
