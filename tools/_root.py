"""A folder that cannot be left: what the file tools stand on."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agentkit import ToolError

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | _NO_LINKS
_FILE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | _NO_LINKS  # a named pipe must not block
_BY_FOLDER = os.open in os.supports_dir_fd  # not on Windows: there the path is checked, but could be swapped after


class Root:
    """Reads and writes files below one folder, and refuses every path that leads out of it.

    A path is resolved and checked first; then it is opened folder by folder without following links, so that a link
    put in its way in between leads nowhere.
    """

    def __init__(self, folder: str | Path, *, hidden: bool) -> None:
        self.path = Path(folder).resolve()
        self._hidden = hidden

    def inside(self, path: str) -> Path:
        """The real place of a path that was given relative to the root.

        Raises:
            ToolError: It is outside, or hidden.
        """
        try:
            target = (self.path / path).resolve()
        except (ValueError, OSError, RuntimeError) as error:  # a null byte; a name too long; links in a circle
            raise ToolError(f"{path[:200]!r} is not a path ({error}). Use one like docs/intro.md.") from None
        if not target.is_relative_to(self.path):
            raise ToolError(f"{path!r} is outside the folder. Use a path below it, for example docs/intro.md.")
        given = () if os.path.isabs(path) else Path(path).parts
        parts = (*given, *target.relative_to(self.path).parts)
        if not self._hidden and any(part.startswith(".") and part not in (".", "..") for part in parts):
            raise ToolError(f"{path!r} is hidden (its name begins with a dot), and hidden files are off limits.")
        return target

    def name(self, target: Path) -> str:
        """How a place is shown: relative to the root, with slashes."""
        return target.relative_to(self.path).as_posix()

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a regular file.

        Raises:
            ToolError: There is none, it is larger than `limit` bytes, or may not be read.
        """
        target = self.inside(path)
        with _told(path), self._parent(target) as (name, folder):
            return _contents(os.open(name, os.O_RDONLY | _FILE, dir_fd=folder), path, limit)

    def write(self, path: str, data: bytes, *, overwrite: bool) -> Path:
        """Write a file in one go: whoever reads it sees the old or the new content, never a part.

        Raises:
            ToolError: It exists and `overwrite` is not set, or it cannot be written.
        """
        target = self.inside(path)
        with _told(path), self._parent(target, make=True) as (name, folder):
            draft = f"{name}.{secrets.token_hex(4)}.tmp"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            if overwrite:
                mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666
                with open(os.open(draft, flags, mode, dir_fd=folder), "wb") as file:
                    try:
                        file.write(data)
                        file.flush()
                        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
                    except BaseException:
                        os.unlink(draft, dir_fd=folder)
                        raise
            else:
                with open(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:
                    file.write(data)
        return target

    def walk(self, path: str, *, deep: bool) -> Iterator[tuple[Path, bool]]:
        """The places in a folder, sorted, and whether each is a folder itself; links to folders are not entered."""
        target = self.inside(path)
        with _told(path):
            if not target.is_dir():
                raise NotADirectoryError if target.exists() else FileNotFoundError
        for folder, folders, files in os.walk(target):
            folders[:] = sorted(name for name in folders if self._hidden or not name.startswith("."))
            entries = [(name, True) for name in folders] + [(name, False) for name in files]
            for name, is_folder in sorted(entries):
                if self._hidden or not name.startswith("."):
                    yield Path(folder, name), is_folder
            if not deep:
                return

    @contextmanager
    def _parent(self, target: Path, *, make: bool = False) -> Iterator[tuple[str, int | None]]:
        """The folder of a place, opened step by step, and the name of the place in it."""
        steps = target.relative_to(self.path).parts
        if not steps:
            raise IsADirectoryError(errno.EISDIR, "")
        if not _BY_FOLDER:
            if make:
                target.parent.mkdir(parents=True, exist_ok=True)
            yield str(target), None
            return
        folder = os.open(self.path, os.O_RDONLY | _FOLDER)
        try:
            for step in steps[:-1]:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(step, dir_fd=folder)
                inner = os.open(step, os.O_RDONLY | _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield steps[-1], folder
        finally:
            os.close(folder)


def _contents(number: int, path: str, limit: int) -> bytes:
    with open(number, "rb") as file:
        state = os.fstat(number)
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, "")
        if not stat.S_ISREG(state.st_mode):
            raise ToolError(f"{path!r} is not a regular file, and is not read.")
        if state.st_size > limit:
            raise ToolError(f"{path!r} has {state.st_size:,} bytes; files up to {limit:,} bytes are read.")
        return file.read(limit)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Errors of the system, as the model is told them."""
    path = path[:200]
    try:
        yield
    except FileNotFoundError:
        raise ToolError(f"There is no {path!r}. See what there is with list_files.") from None
    except FileExistsError:
        raise ToolError(f"{path!r} exists. Set overwrite to true to replace it, or use another name.") from None
    except IsADirectoryError:
        raise ToolError(f"{path!r} is a folder. See what is in it with list_files.") from None
    except NotADirectoryError:
        raise ToolError(f"{path!r} is a file, or leads through one. Use a folder.") from None
    except OSError as error:
        raise ToolError(f"{path!r}: {error.strerror or error}.") from None
