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
_HEADER = rf"(?m)^(?:({_PARAMETERS})|(?:{_OTHERS})):[ \t]*$"
_UNINDENTED = r"(?m)^\S"


def read_google(text: str) -> tuple[str, dict[str, str]]:
    """Take a docstring apart.

    Args:
        text: The docstring, without common indentation.

    Returns:
        The text outside of the sections, and the descriptions of parameters by name.
    """
    headers = list(re.finditer(_HEADER, text))
    if not headers:
        return text, {}
    outside = [text[: headers[0].start()]]
    descriptions: dict[str, str] = {}
    flush = headers[0].start() == 0  # the lines below have lost the indentation that ends a section
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        body = text[header.end() : end]
        after = None if flush else re.search(_UNINDENTED, body)
        if after:
            outside.append(body[after.start() :])
            body = body[: after.start()]
        if header[1]:
            _read_items(body.split("\n"), descriptions)
    return "".join(outside).strip(), descriptions


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
