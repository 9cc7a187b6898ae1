"""Where the weights of a model come from: the contract of `PackagedFile`, `HubRepository` and `InPlace`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

Progress: TypeAlias = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be. What it raises ends the pull."""


class Source(Protocol):
    """One way to get weights onto this machine."""

    @property
    def origin(self) -> str:
        """What is fetched from where, for people."""

    @property
    def download_size(self) -> int | None:
        """Bytes to fetch, None where only the other side knows."""

    @property
    def on_first_use(self) -> bool:
        """Whether they are small and free enough to be fetched by whoever uses them first, without being asked."""

    def find(self) -> Path | None:
        """The weights on this machine, a GGUF file or a folder; None where they are not here.

        Raises:
            WeightsError: They are here, and broken.
        """

    def pull(self, name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
        """Bring the weights to this machine, unless they are there whole, and check them.

        Args:
            name: What the model is called, for errors.
            progress: Told all the time.
            stopped: Asked all the time; True ends the pull with an error.

        Raises:
            WeightsError: They cannot be fetched, or are not the expected ones.
            OSError: They cannot be stored.
        """

    def adopt(self, given: Path, check: Callable[[Path], None], progress: Progress) -> Path:
        """Take weights that the user has into the cache, and check them.

        Args:
            given: The user's file or folder; it stays as it is.
            check: Raises a `WeightsError` where a file or folder is not this model; for sources that cannot tell.
            progress: Told while something is copied.

        Raises:
            WeightsError: They are not the expected ones, or broken.
            OSError: They cannot be read or stored.
        """


def unwatched(done: int, total: int | None) -> None:
    """The progress of a pull that nobody watches."""
