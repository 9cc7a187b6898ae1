"""One line for each request: what it was, what became of it, and how long it took; never tokens or bodies."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, TextIO, TypeAlias
from urllib.parse import quote

from .visit import Visit

LogFormat: TypeAlias = Literal["text", "json", "off"]

_LONGEST = 300
"""Characters of a path, and of a method."""
_COLOURS = {1: "36", 2: "32", 3: "36", 4: "33", 5: "31"}


def access_log(form: LogFormat, stream: TextIO | None = None) -> Callable[[str, str, Visit], None] | None:
    """What writes the lines; None for `off`.

    Args:
        form: `text` for people, in colour on a terminal; `json` for programs, an object a line.
        stream: Where to; the standard error stream by default.
    """
    if form == "off":
        return None
    target = sys.stderr if stream is None else stream
    coloured = form == "text" and target.isatty() and "NO_COLOR" not in os.environ

    def log(method: str, path: str, visit: Visit) -> None:
        row = _row(method, path, visit)
        line = json.dumps(row) if form == "json" else _line(row, coloured=coloured)
        try:
            target.write(line + "\n")
            target.flush()
        except (OSError, ValueError):
            pass  # nobody reads the log any more: no reason to answer nobody

    return log


def timestamp(seconds: float) -> str:
    """A point in time, in seconds since 1970, as text in UTC.

    >>> timestamp(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03}Z"


def _row(method: str, path: str, visit: Visit) -> dict[str, Any]:
    row = {
        "time": timestamp(time.time()),
        "method": _plain(method),
        "path": _plain(path),
        "status": visit.status or None,
        "ms": round((time.perf_counter() - visit.arrived) * 1000, 1),
        "id": _plain(visit.id),
        "model": _plain(visit.model),
        "prompt_tokens": visit.usage.prompt_tokens,
        "completion_tokens": visit.usage.completion_tokens,
        "first_token_ms": None if visit.first is None else round(visit.first * 1000, 1),
        "code": visit.code,
        "notes": _plain("; ".join(visit.notes), further=" "),
        "client_left": visit.left,
    }
    return {key: value for key, value in row.items() if key == "status" or value not in ("", None, 0, False)}


def _line(row: dict[str, Any], *, coloured: bool) -> str:
    status = str(row["status"] or "-")
    if coloured:
        status = f"\x1b[{_COLOURS.get((row['status'] or 500) // 100, '31')}m{status}\x1b[0m"
    parts = [row["time"], row["method"], row["path"], status, f"{row.get('ms', 0)}ms", row.get("id", "-")]
    if "model" in row:
        parts.append(row["model"])
        parts.append(f"{row.get('prompt_tokens', 0)}+{row.get('completion_tokens', 0)} tokens")
    if "code" in row:
        parts.append(f"code {row['code']}")
    if "notes" in row:
        parts.append(f"({row['notes']})")
    if "client_left" in row:
        parts.append("client left")
    return " ".join(parts)


def _plain(text: str, further: str = "") -> str:
    """The text without anything that a terminal obeys or that looks like a further column, but for `further`."""
    return quote(text[:_LONGEST], safe=f"/@:!$&'()*+,;=~{further}", errors="backslashreplace")
