"""Which files of a repository are brought here, and which never."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ....errors import WeightsError

WEIGHTS = (".safetensors", ".gguf")
DATA = (*WEIGHTS, ".json", ".model", ".txt", ".jinja")
"""Endings of files that hold data only: nothing of them is run when they are loaded."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
USUAL = (
    "*.safetensors",
    "*.json",
    "*.model",
    "*.jinja",
    "merges.txt",
    "vocab.txt",
    "LICENSE*",
    "NOTICE*",
    "USE_POLICY*",
)
"""What is taken of a repository's top folder: weights, settings, tokenizer, templates, terms."""
NAMED = 5
"""File names that an error lists at most."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository as the hub lists it."""

    path: str
    """Within the repository; a slash between its parts."""
    size: int
    """Bytes."""
    digest: str
    """SHA-256 of a file in large file storage, else the id that git gives a file: the SHA-1 of a header and its
    content. 64 or 40 hexadecimal digits."""


def choose(repo: str, files: Iterable[HubFile], only: Sequence[str]) -> tuple[HubFile, ...]:
    """The files to bring: the usual ones, or those that match a pattern of `only`.

    Raises:
        WeightsError: There are no weights among them that may be loaded, or one would leave the folder.
    """
    files = tuple({file.path: file for file in files}.values())
    chosen = [file for file in files if (_matches(file.path, only) if only else _is_usual(file.path))]
    if not any(file.path.endswith(WEIGHTS) for file in chosen):
        raise _nothing(repo, [file.path for file in files], only)
    for file in chosen:
        if leaves_folder(file.path):
            raise WeightsError(
                f"the repository {repo!r} has a file {file.path!r}, which would not stay in its folder.",
                hint="Do not use this repository.",
            )
    return tuple(_without_copies(chosen))


def leaves_folder(path: str) -> bool:
    """Whether a path of a repository would be outside of the folder it is put into, on any system."""
    return any(part in ("", "..") or set(part) & set("\\:\0") for part in path.split("/"))


def _is_usual(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if folder:  # further chat templates, where transformers looks for them
        return folder == "additional_chat_templates" and name.endswith(".jinja")
    harmful = path.lower().endswith((*PICKLES, ".py", ".bin.index.json"))
    return not harmful and not path.startswith(".") and _fits(path, USUAL)


def _matches(path: str, only: Sequence[str]) -> bool:
    hidden = any(part.startswith(".") and part != ".." for part in path.split("/"))
    return path.endswith(DATA) and not hidden and _fits(path, only)


def _fits(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _without_copies(files: Sequence[HubFile]) -> list[HubFile]:
    """Some repositories have the same weights twice, the second time in one file for the maker's own programs."""
    copies = [file for file in files if fnmatchcase(file.path, "consolidated*.safetensors")]
    others = [file for file in files if file not in copies]
    return others if any(file.path.endswith(".safetensors") for file in others) else list(files)


def _nothing(repo: str, paths: Sequence[str], only: Sequence[str]) -> WeightsError:
    if only:
        offered = [path for path in paths if path.endswith(WEIGHTS)]
        return WeightsError(
            f"the repository {repo!r} has no weights that match {' or '.join(map(repr, only))}.",
            hint=f"It has {_some(offered)}." if offered else "It has no GGUF or safetensors file.",
        )
    ggufs = [path for path in paths if path.endswith(".gguf")]
    if ggufs:
        return WeightsError(
            f"the repository {repo!r} has GGUF files, and which one is meant is not said.",
            hint=f"Name one: {_some(ggufs)}.",
        )
    pickles = [path for path in paths if path.endswith(PICKLES)]
    if pickles:
        return WeightsError(
            f"the repository {repo!r} has its weights as pickles only ({_some(pickles)}), which run code when loaded.",
            hint="Choose a repository or revision that has safetensors.",
        )
    return WeightsError(f"the repository {repo!r} has no weights.", hint="Choose one that has safetensors.")


def _some(paths: Sequence[str]) -> str:
    names = ", ".join(repr(str(PurePosixPath(path))) for path in paths[:NAMED])
    return names if len(paths) <= NAMED else f"{names} and {len(paths) - NAMED} more"
