"""Files below one folder: `agentkit run -t files`; with writing, `-t files,write`, or `write=ask`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from agentkit import Tool, ToolError, Toolset

from ._root import Root

LARGEST_FILE = 10_000_000
"""Bytes of a file that is read, searched or written."""
LONGEST_LIST = 200
"""Entries, or matches, of one answer."""
MOST_VISITED = 50_000
"""Files and folders that one search looks at."""


class Files(Toolset):
    """List, read and search text files below one folder.

    Nothing outside the folder can be reached, neither by `..` nor by symbolic links.

    Args:
        root: The folder.
        write: Also offer `write_file`; `ask`: a person must approve each call of it, by the `approve=` of the agent
            or of the run.
        hidden: Also reach files and folders whose names begin with a dot, such as .env and .git.

    Raises:
        ValueError: `root` is not a folder.
    """

    def __init__(self, root: str | Path = ".", *, write: bool | Literal["ask"] = False, hidden: bool = False) -> None:
        self._root = Root(root, hidden=hidden)
        self._write = write
        if not self._root.path.is_dir():
            raise ValueError(f"{str(root)!r} is not a folder.")

    def tools(self) -> Iterator[Tool[..., Any]]:
        """What a model may call: `write_file` only where it was asked for."""
        for tool in super().tools():
            if tool.name != "write_file":
                yield tool
            elif self._write:
                yield Tool(tool, approve=self._write == "ask")

    def list_files(self, folder: str = ".", pattern: str = "*", deep: bool = False) -> str:
        """List the files and folders in a folder. Changes nothing.

        Args:
            folder: The folder, for example docs; a dot is the top.
            pattern: Which names, for example *.md.
            deep: Also list what is in the folders below.
        """
        places = islice(self._root.walk(folder, deep=deep), MOST_VISITED)
        lines = (self._line(place, is_folder) for place, is_folder in places if fnmatch(place.name, pattern))
        return _answer(lines) or f"There is nothing like {pattern!r} in {folder!r}."

    def read_file(self, path: str, first_line: int = 1, max_lines: int = 400) -> str:
        """Read a text file. Changes nothing.

        Args:
            path: The file, for example docs/intro.md.
            first_line: Where to begin; 1 is the top.
            max_lines: How many lines at most.
        """
        lines = self._text(path).splitlines()
        start = max(first_line, 1) - 1
        part = lines[start : start + max(max_lines, 1)]
        end = start + len(part)
        if not part:
            return f"The file has {len(lines)} lines." if lines else "The file is empty."
        if start or end < len(lines):
            onward = f"; go on with first_line={end + 1}" if end < len(lines) else ""
            part.append(f"(lines {start + 1} to {end} of {len(lines)}{onward})")
        return "\n".join(part)

    def find_text(self, text: str, folder: str = ".", pattern: str = "*") -> str:
        """Find the lines that contain a text, in the files of a folder and below. Changes nothing.

        Args:
            text: The text as it is written, for example TODO; upper and lower case are the same.
            folder: The folder to search, for example src; a dot is the top.
            pattern: Which files, for example *.py.
        """
        if not text.strip():
            raise ToolError("There is no text to look for. Give at least one letter.")
        places = islice(self._root.walk(folder, deep=True), MOST_VISITED)
        files = (place for place, is_folder in places if not is_folder and fnmatch(place.name, pattern))
        return _answer(self._matches(text.casefold(), files)) or f"No file has the text {text!r}."

    def write_file(self, path: str, content: str, overwrite: bool = False) -> str:
        """Write a text file; missing folders are made.

        Args:
            path: The file, for example notes/today.md.
            content: The whole text of the file.
            overwrite: Replace the file if there is one.
        """
        data = content.encode("utf-8", "replace")
        if len(data) > LARGEST_FILE:
            raise ToolError(f"The text has {len(data):,} bytes, and at most {LARGEST_FILE:,} are written.")
        place = self._root.write(path, data, overwrite=overwrite)
        return f"Wrote {len(data):,} bytes to {self._root.name(place)}."

    def _matches(self, text: str, files: Iterable[Path]) -> Iterator[str]:
        for place in files:
            try:
                lines = self._text(str(place)).splitlines()
            except ToolError:  # binary, too large, or not readable: nothing to find there
                continue
            for number, line in enumerate(lines, 1):
                if text in line.casefold():
                    yield f"{self._root.name(place)}:{number}: {line.strip()[:200]}"

    def _line(self, place: Path, is_folder: bool) -> str:
        name = self._root.name(place)
        if is_folder:
            return f"{name}/"
        try:
            return f"{name}  {place.lstat().st_size:,} bytes"
        except OSError:  # gone in the meantime
            return name

    def _text(self, path: str) -> str:
        data = self._root.read(path, LARGEST_FILE)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16", "replace")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        start = text[:8192]
        if sum(char < " " and char not in "\t\n\r\f\x1b" for char in start) > len(start) / 50:
            raise ToolError(f"{path!r} is not a text file.")
        return text


def _answer(lines: Iterator[str]) -> str:
    shown = list(islice(lines, LONGEST_LIST))
    if next(lines, None) is not None:
        shown.append(f"(only the first {LONGEST_LIST}; ask for a folder or a pattern)")
    return "\n".join(shown)
