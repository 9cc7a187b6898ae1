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
    texts = [_text(part) for part in parts]
    others = [part for part, text in zip(parts, texts, strict=True) if text is None]
    if dialect.parts == "any" and parts and all(isinstance(part, Mapping) and "type" in part for part in parts):
        return
    text = "\n".join(text for text in texts if text is not None)
    if not others:
        findings.mended(entry, "content_parts", "its content is a list of parts, where one text is wanted.")
        entry.content = text
    elif dialect.parts == "never":
        findings.left(entry.index, "content_parts", "its content has parts that are no text, which are not taken here.")
    elif len(texts) - len(others) > 1 or not all(isinstance(part, Mapping) for part in parts):
        findings.mended(entry, "content_parts", "its content has several texts, where one before the images is wanted.")
        others = [part if isinstance(part, Mapping) else {"type": "text", "text": _json(part)} for part in others]
        entry.content = [{"type": "text", "text": text}, *others]


def _text(part: Any) -> str | None:
    """The text of a part; None for an image or whatever else it is."""
    if isinstance(part, Mapping):
        kind = part.get("type", "text")
        text = part.get("text")
        return text if isinstance(text, str) and isinstance(kind, str) and kind.endswith("text") else None
    return part if isinstance(part, str) else None


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(value)
