"""The weights of a repository on a model hub, brought into a folder: complete and right, or told why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ....errors import MissingDependencyError
from .snapshot import commit, is_complete

__all__ = ["commit", "fetch", "is_complete"]


def fetch(
    repo: str,
    revision: str,
    target: Path,
    progress: Callable[[int, int | None], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    *,
    only: Sequence[str] = (),
) -> None:
    """Bring the weights of a repository into a folder, unless they are there, and check them byte by byte.

    Blocks. The files are the safetensors of the repository, its settings, tokenizer, chat template and licence; or,
    where `only` is given, the files that match it. Never a pickle, never code, never a path outside the folder.

    The files get their names when all of them are complete and right, so a fetch that fails changes nothing of what is
    there. What an interrupted one has brought is kept in the folder, and the next one asks for the rest only. What an
    earlier fetch brought, and this revision does not have, is removed. Several processes may fetch into one folder.
    `is_complete` and `commit` tell what is there.

    Where the folder has this revision, and the hub cannot be reached, or the revision is a commit hash, the files on
    disk are enough; no request is made for them.

    Read from the environment: `HF_TOKEN` (a token that is stored elsewhere is not used), `HF_ENDPOINT`, and, when
    `huggingface_hub` is imported, `HF_HUB_OFFLINE` and `HF_HUB_DOWNLOAD_TIMEOUT` (seconds without a byte, default 10).
    Files come by plain HTTP, which can go on where it was cut, not by the hub's own transfer protocol.

    Tried against a server on loopback that answers as the hub does; not against a hub on the internet.

    Args:
        repo: Its name on the hub, `owner/name`.
        revision: Commit hash, tag or branch.
        target: The folder; made where it is not there.
        progress: Told how many bytes are here and how many there will be, several times a second, in this thread. What
            it raises ends the fetch.
        stopped: Asked several times a second; true ends the fetch.
        only: Patterns (`*`, `?`, `[...]`) of paths within the repository, for example `("*Q4_K_M*.gguf",)`.

    Raises:
        MissingDependencyError: The extra `hub` is not installed.
        WeightsError: The hub refuses (gated, unknown, too many requests), fails or cannot be reached; a file is not the
            one that the hub lists; the repository has nothing that may be loaded; no disk space.
        Stopped: `stopped` said so.
    """
    try:
        from .fetching import Fetching
    except ImportError as error:
        raise MissingDependencyError(error.name or "huggingface_hub", "hub") from error
    Fetching(repo, revision, target, tuple(only)).run(progress or _ignore, stopped)


def _ignore(done: int, total: int | None) -> None:
    """Nobody watches."""
