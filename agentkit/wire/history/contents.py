"""The content of a message: text, or parts where a dialect takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..dialects import Dialect
from .entries import Entry
from .problems import Findings


def check_content(entry: Entry, dialect: Dialect, findings: Findings) -> None:
    """Make the content what the dialect takes (quirks Q1, Q2); an image is never thrown away."""
    content = entry.content
    if isinstance(content, str):
        return
    if content is None:
        if not (dialect.null_content and entry.calls):
            findings.mended(entry, "null_content", "its content is null or absent, where a text is wanted.")
            entry.content = ""
    elif isinstance(content, list):
        _check_parts(entry, content, dialect, findings)
    else:
        findings.mended(entry, "content_type", f"its content is {type(content).__name__}, where a text is wanted.")
        entry.content = _json(content)


def _check_parts(entry: Entry, parts: list[Any], dialect: Dialect, findings: Findings) -> None:
    typed = all(isinstance(part, Mapping) and isinstance(part.get("type"), str) for part in parts)
    if parts and typed and dialect.parts == "any":
        return
    texts = [text for text in map(_text, parts) if text is not None]
    others = [part for part in parts if _text(part) is None]
    if not others:
        findings.mended(entry, "content_parts", "its content is a list of parts, where one text is wanted.")
        entry.content = "\n".join(texts)
    elif dialect.parts == "never":
        findings.left(entry.index, "content_parts", "its content has parts that are no text, which are not taken here.")
    elif len(texts) > 1 or not typed:
        findings.mended(entry, "content_parts", "its content has several texts, where one before the images is wanted.")
        entry.content = [{"type": "text", "text": "\n".join(texts)}, *others]


def _text(part: Any) -> str | None:
    """The text of a part; None for an image or whatever else has a type."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        kind, text = part.get("type", "text"), part.get("text")
        if isinstance(text, str) and isinstance(kind, str) and kind.endswith("text"):
            return text
        if isinstance(part.get("type"), str):
            return None
    return _json(part)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(value)
