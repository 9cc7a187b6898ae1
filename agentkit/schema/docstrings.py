"""What a docstring says about a function and its parameters, in the four common styles."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from .google import read_google

if TYPE_CHECKING:
    from docstring_parser import Docstring

_MARKS = {
    "NUMPYDOC": r"(?m)^[A-Z][A-Za-z ]+\n-{3,}[ \t]*$",
    "REST": r"(?m)^[ \t]*:(?:param(?:eter)?|arg(?:ument)?|key(?:word)?|attribute|type|returns?|rtype|raises?)\b",
    "EPYDOC": r"(?m)^[ \t]*@(?:param|type|keyword|returns?|rtype|raises?)\b",
}
"""What shows that a docstring is of a style of docstring-parser."""
_SIGNS = r"(?m)-{3}|^[ \t]*[:@]"


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
    text = inspect.cleandoc(text)
    summary, descriptions = read_google(text)
    if descriptions or not re.search(_SIGNS, text):
        return summary, descriptions
    for style, mark in _MARKS.items():
        parsed = _parsed(style, text) if re.search(mark, text) else None
        if parsed is not None:
            return _summary(parsed), _descriptions(parsed)
    return summary, descriptions


def first_paragraph(text: object) -> str:
    """What a class docstring says in its first paragraph, on one line; empty for what is no text."""
    return " ".join(read_docstring(text)[0].split("\n\n")[0].split()) if isinstance(text, str) else ""


def _parsed(style: str, text: str) -> Docstring | None:
    import docstring_parser

    kind: Any = docstring_parser.DocstringStyle[style]
    try:
        return docstring_parser.parse(text, kind)
    except docstring_parser.ParseError:
        return None


def _summary(parsed: Docstring) -> str:
    parts = [part.strip() for part in (parsed.short_description, parsed.long_description) if part]
    return ("\n\n" if parsed.blank_after_short_description else "\n").join(parts)


def _descriptions(parsed: Docstring) -> dict[str, str]:
    """Descriptions by name. NumPy may describe several parameters at once, and all styles may write `*args`."""
    descriptions: dict[str, str] = {}
    for parameter in parsed.params:
        text = " ".join((parameter.description or "").split())
        for name in parameter.arg_name.split(",") if text else ():
            descriptions.setdefault(name.strip().replace("\\", "").lstrip("*"), text)
    return descriptions
