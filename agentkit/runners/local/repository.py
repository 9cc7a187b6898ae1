"""Weights that a model hub has."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...errors import WeightsError
from .cache import cache_dir
from .checkpoint import CONFIG, parts, weights_in
from .hub import fetch, is_complete
from .source import Progress
from .staging import Staging, check_space

ADOPTED = ".agentkit-adopted"
"""Marks a folder that was taken over from the user, complete."""
TAKEN = ("*.safetensors", "*.json", "*.model", "*.jinja", "*.txt", "*.gguf", "LICENSE*", "NOTICE*", "USE_POLICY*")
"""What is taken over of a folder: no pickles, no code."""


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A repository of safetensors, or of GGUF files; a `Source`."""

    repo: str
    """`owner/name`."""
    revision: str = "main"
    """A branch, a tag or, to have the same weights always, the hash of a commit."""
    only: tuple[str, ...] = ()
    """Patterns of the files that are wanted, for a repository of several GGUF files."""
    gated: bool = False
    """Its owners ask for an account that has accepted their terms."""

    @property
    def origin(self) -> str:
        """Repository and revision."""
        return f"{self.repo}, revision {self.revision}"

    @property
    def download_size(self) -> None:
        """Only the hub knows."""
        return

    @property
    def on_first_use(self) -> bool:
        """No: it is large, and has terms to be read first."""
        return False

    def find(self) -> Path | None:
        """What was pulled or taken over, complete."""
        folder = self.folder
        if not _is_there(folder / ADOPTED) and not (_is_there(folder) and is_complete(folder)):
            return None
        return weights_in(folder)

    def pull(self, name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
        """Fetch it; what an interrupted pull has brought is kept, and the next one goes on there. See `Source.pull`."""
        folder = self.folder
        if not _is_there(folder / ADOPTED):
            fetch(self.repo, self.revision, folder, progress, stopped, only=self.only)
        return weights_in(folder)

    def adopt(self, given: Path, check: Callable[[Path], None], progress: Progress) -> Path:
        """Link the user's files into the cache folder, or copy them from another file system; see `Source.adopt`."""
        folder = self.folder
        if self.find():
            raise WeightsError(
                f"these weights are here already: {str(folder)!r}.", hint="To have others, remove that folder first."
            )
        given = weights_in(given)
        check(given)
        files = parts(given) if given.is_file() else _taken(given)
        with Staging(folder.parent) as staging:
            made = staging.folder / "weights"
            made.mkdir()
            total = sum(file.stat().st_size for file in files)
            if not _links(files[0], made):
                check_space(folder.parent, total)
            done = 0
            for file in files:
                _link_or_copy(file, made / file.name)
                progress(done := done + file.stat().st_size, total)
            (made / ADOPTED).write_text(f"{given.absolute()}\n", encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)  # of an interrupted pull
            os.replace(made, folder)
        return weights_in(folder)

    @property
    def folder(self) -> Path:
        """Where it is kept, complete or not."""
        name = "@".join((self.repo.replace("/", "--"), self.revision, *self.only))
        return cache_dir() / re.sub(r"[^\w.@-]+", "-", name)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise WeightsError(
            f"{str(path)!r} cannot be looked at: {error.strerror or error}.",
            hint="Set AGENTKIT_CACHE to another folder.",
        ) from error


def _taken(folder: Path) -> list[Path]:
    files = {file for pattern in TAKEN for file in folder.glob(pattern) if file.is_file()}
    return sorted(files, key=lambda file: (file.name != CONFIG, file.name))


def _links(file: Path, folder: Path) -> bool:
    """Whether files there can be one with those here."""
    return file.stat().st_dev == folder.stat().st_dev


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system, or one that has no links
        shutil.copyfile(source, target)
