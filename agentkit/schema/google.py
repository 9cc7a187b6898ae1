"""Docstrings in Google style, the commonest one.

Read here and not by docstring-parser, which drops `Keyword Args:`, keeps the stars of `*args`, and would have to be
imported for nearly every tool.
"""

from __future__ import annotations

import re

_PARAMETERS = (
    r"Args|Arguments|Parameters|Params|Attributes|Keyword Args|Keyword Arguments|Other Args|Other Arguments"
    r"|Other Parameters"
)
_OTHERS = r"Returns?|Yields?|Raises|Exceptions?|Except|Warns|Examples?|See Also|References|Todo"
HEADER = re.compile(rf"^(?:({_PARAMETERS})|(?:{_OTHERS})):[ \t]*$", re.MULTILINE)


def read_google(text: str) -> tuple[str, dict[str, str]]:
    """Take a docstring apart.

    Args:
        text: The docstring, without common indentation, with a section at least.

    Returns:
        The text outside of the sections, and the descriptions of parameters by name.
    """
    outside: list[str] = []
    descriptions: dict[str, str] = {}
    for title, lines in _sections(text):
        if title is None:
            outside += lines
        elif title:
            _read_items(lines, descriptions)
    return "\n".join(outside).strip(), descriptions


def _sections(text: str) -> list[tuple[str | None, list[str]]]:
    """Runs of lines: None for those outside of sections, else the title of parameters, empty for other sections."""
    sections: list[tuple[str | None, list[str]]] = [(None, [])]
    lines = text.split("\n")
    flush = HEADER.match(lines[0]) is not None  # the lines below have lost the indentation that tells sections apart
    for line in lines:
        header = HEADER.match(line) if line.endswith(":") or line[-1:].isspace() else None
        if header:
            sections.append((header[1] or "", []))
            continue
        if sections[-1][0] is not None and line and not line[0].isspace() and not flush:
            sections.append((None, []))
        sections[-1][1].append(line)
    return sections


def _read_items(lines: list[str], descriptions: dict[str, str]) -> None:
    """Items start at the indentation of the first one; what is further in, or no item, goes on with the last."""
    margin = next((len(line) - len(line.lstrip()) for line in lines if line.strip()), 0)
    names: list[str] = []
    words: list[str] = []
    for line in lines:
        found = _item(line) if line[margin : margin + 1].strip() else []
        if found:
            _describe(descriptions, names, words)
            *names, first = found
            words = [first]
        else:
            words.append(line.strip())
    _describe(descriptions, names, words)


def _item(line: str) -> list[str]:
    """The names that a line describes and what it says, or nothing where it is no item.

    >>> _item("x, y (tuple[int, int]): Where."), _item("*args: The rest."), _item("for example: this")
    (['x', 'y', 'Where.'], ['args', 'The rest.'], [])
    """
    head, colon, text = line.partition(":")
    if colon and head.strip().isidentifier():
        return [head.strip(), text.strip()]
    if "(" in head:
        head, colon, text = line.partition("):")
    names = [name.strip().replace("\\", "").lstrip("*") for name in head.partition("(")[0].split(",")]
    return [*names, text.strip()] if colon and all(map(str.isidentifier, names)) else []


def _describe(descriptions: dict[str, str], names: list[str], words: list[str]) -> None:
    text = " ".join(filter(None, words))
    for name in names if text else ():
        descriptions.setdefault(name, text)
