"""Where weights are kept on this machine."""

from __future__ import annotations

from pathlib import Path

from ...errors import WeightsError
from ...folders import cache_folder


def cache_dir() -> Path:
    """The folder of pulled weights: `AGENTKIT_CACHE`, else the user's cache folder as the platform has it.

    Raises:
        WeightsError: It would be in the home folder, and there is none.
    """
    try:
        return cache_folder()
    except RuntimeError:
        raise WeightsError("this user has no home folder.", hint="Set AGENTKIT_CACHE to a folder.") from None


def size_of(path: Path) -> int | None:
    """Bytes of a file, None where there is none.

    Raises:
        WeightsError: This user may not look.
    """
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise WeightsError(
            f"{str(path)!r} cannot be looked at: {error.strerror or error}.",
            hint="Set AGENTKIT_CACHE to another folder.",
        ) from error
