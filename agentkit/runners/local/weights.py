"""The weights of a catalogue entry: find them, pull them, take those that the user has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import WeightsError
from .cache import cache_dir
from .checkpoint import check
from .entry import Entry
from .source import Progress, unwatched


def find(entry: Entry) -> Path | None:
    """The weights on this machine, a GGUF file or a folder: pulled, or where they came with; else None.

    Raises:
        WeightsError: They were pulled, and are not complete; or this user may not look.
    """
    return entry.source.find()


def pull(entry: Entry, progress: Progress = unwatched, stopped: Callable[[], bool] = lambda: False) -> Path:
    """Bring the weights into the cache folder, unless they are there, and check them.

    Blocks. They appear under their name only when they are complete and right. Several processes may pull at once.

    Raises:
        WeightsError: There is no network, no disk space, nothing to download with, or they are not the expected ones.
        MissingDependencyError: What would download them is not installed.
    """
    with _stored():
        return entry.source.pull(entry.id, progress, stopped)


def adopt(entry: Entry, given: Path, progress: Progress = unwatched) -> Path:
    """Take weights that the user has, a file or a folder, into the cache folder. What is given stays as it is.

    Raises:
        WeightsError: They are not those of the entry, not complete, or cannot be stored.
    """
    with _stored():
        return entry.source.adopt(given, lambda found: check(found, entry.architecture, entry.quantization), progress)


@contextmanager
def _stored() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WeightsError(
            f"the weights cannot be stored in {str(cache_dir())!r}: {error.strerror or error}.",
            hint="Make room or set AGENTKIT_CACHE to another folder.",
        ) from error
