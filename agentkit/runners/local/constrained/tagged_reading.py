"""Arguments between tags, read as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

END = "\n</parameter>\n"
"""Behind a value."""
CLOSE = "</function>"
"""Behind all of them."""
_BEGIN = re.compile(r"<parameter=([^>\n]{1,200})>\n")


def read_tagged(text: str, at: int, texts: Collection[str]) -> tuple[str, int]:
    """The arguments as JSON text of an object, and where they end; -1 where none stand there.

    Args:
        text: A reply.
        at: Where the first tag stands.
        texts: The arguments that are always texts. Others are where they are no JSON.

    >>> read_tagged("<parameter=a>\\n5\\n</parameter>\\n<parameter=b>\\n5\\n</parameter>\\n</function>", 0, ["b"])
    ('{"a": 5, "b": "5"}', 69)
    """
    found: list[str] = []
    while not text.startswith(CLOSE, at):
        begin = _BEGIN.match(text, at)
        end = text.find(END, begin.end()) if begin else -1
        if begin is None or end < 0:
            return "", -1
        value = text[begin.end() : end]
        read = _as_text(value) if begin[1] in texts else as_json(value)
        found.append(f"{_as_text(begin[1])}: {read}")
        at = end + len(END)
    return f"{{{', '.join(found)}}}", at + len(CLOSE)


def as_json(value: str) -> str:
    """A value that is JSON as it is, and any other as a text."""
    try:
        json.loads(value, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _as_text(value)
    return value


def _as_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
