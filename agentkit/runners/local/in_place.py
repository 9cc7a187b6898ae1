"""Weights of the user's own, used where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...errors import WeightsError
from .checkpoint import weights_in
from .source import Progress


@dataclass(frozen=True, slots=True)
class InPlace:
    """A GGUF file, or the folder of a checkpoint; a `Source`."""

    path: Path

    @property
    def origin(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def download_size(self) -> int:
        """Nothing is fetched."""
        return 0

    @property
    def on_first_use(self) -> bool:
        """Nothing is fetched."""
        return True

    def find(self) -> Path:
        """What is to be loaded; see `Source.find`. Missing is broken here: nothing can bring it."""
        return weights_in(self.path)

    def pull(self, name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
        """The same as `find`."""
        return self.find()

    def adopt(self, given: Path, check: Callable[[Path], None], progress: Progress) -> Path:
        """Refused: the user has said where these weights are."""
        raise WeightsError(
            f"the weights of this model are those at {str(self.path)!r}, by your own models file.",
            hint="Change its path there.",
        )
