"""What a docstring says about a function and its parameters, in the four common styles.

docstring-parser does the work. It is asked for one style only, since trying all of them takes three times as long, and
Google's `Keyword Args:` is added to what it knows.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docstring_parser import Docstring

_SECTIONS = {
    "google": r"(?:Args|Arguments|Parameters|Params|Keyword Arg(?:ument)?s|Other (?:Parameters|Arg(?:ument)?s)"
    r"|Attributes|Returns?|Yields?|Raises|Exceptions|Except|Examples?):[ \t]*$",
    "numpy": r"[A-Z][A-Za-z ]+\n[ \t]*-{3,}[ \t]*$",
    "sphinx": r":(?:param(?:eter)?|arg(?:ument)?|key(?:word)?|attribute|type|returns?|rtype|yields?|raises?)\b.*?:",
    "epytext": r"@(?:param|type|keyword|returns?|rtype|raises?)\b.*?:",
}
_MARKS = {style: re.compile(rf"^[ \t]*{pattern}", re.MULTILINE) for style, pattern in _SECTIONS.items()}
_MORE_PARAMETERS = ("Keyword Args", "Keyword Arguments", "Other Parameters", "Other Args", "Other Arguments")


def read_docstring(text: str | None) -> tuple[str, dict[str, str]]:
    """Take a docstring apart.

    Args:
        text: The docstring, indented or not, or None.

    Returns:
        What the function does, without the sections, and the descriptions of its parameters by name. A docstring that
        cannot be parsed counts as a description as a whole.
    """
    if not text:
        return "", {}
    best = None
    for style, mark in _MARKS.items():
        found = mark.search(text)
        parsed = _parse(style, f"\n{text}" if found and found.start() == 0 else text) if found else None
        if parsed is not None and (best is None or parsed.params):
            best = parsed
            if parsed.params:
                break
    if best is None:
        return inspect.cleandoc(text), {}
    parts = [part.strip() for part in (best.short_description, best.long_description) if part]
    return "\n\n".join(parts), _descriptions(best)


def first_paragraph(text: object) -> str:
    """What a class docstring says in its first paragraph, on one line; empty for what is no text."""
    return " ".join(read_docstring(text)[0].split("\n\n")[0].split()) if isinstance(text, str) else ""


def _parse(style: str, text: str) -> Docstring | None:
    from docstring_parser import ParseError

    try:
        parsed: Docstring = _parser(style).parse(text)
    except ParseError:
        return None
    return parsed


@cache
def _parser(style: str) -> Any:
    from docstring_parser import epydoc, google, numpydoc, rest

    if style == "google":
        more = [google.Section(title, "param", google.SectionType.MULTIPLE) for title in _MORE_PARAMETERS]
        return google.GoogleParser([*google.DEFAULT_SECTIONS, *more])
    return numpydoc.NumpydocParser() if style == "numpy" else rest if style == "sphinx" else epydoc


def _descriptions(parsed: Docstring) -> dict[str, str]:
    """Descriptions by name. NumPy may describe several parameters at once, and all styles may write `*args`."""
    descriptions: dict[str, str] = {}
    for parameter in parsed.params:
        text = " ".join((parameter.description or "").split())
        for name in parameter.arg_name.split(","):
            plain = name.strip().replace("\\", "").lstrip("*")
            if text and plain:
                descriptions.setdefault(plain, text)
    return descriptions
