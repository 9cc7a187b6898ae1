"""Texts of models and tools, made fit for a terminal."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, TextIO

from ..errors import ToolError
from ..messages import ToolCall, ToolResult

_DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # they move the cursor, change colours, rename the window
    "\u061c\u202a-\u202e\u2066-\u2069"  # they show text in another order than it has
    "\ud800-\udfff]"  # they cannot be encoded
)


def safe(text: str) -> str:
    r"""A text whose control characters are visible instead of obeyed; newlines and tabs stay.

    >>> safe("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    return _DANGEROUS.sub(_visible, text.replace("\r\n", "\n"))


def to_json(data: Any, *, indent: int | None = None) -> str:
    """JSON that is as safe to print as `safe` text, and means the same."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, default=str)
    return _DANGEROUS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def print_json(data: Any, out: TextIO | None = None, *, compact: bool = False) -> None:
    """Print JSON, on stdout: indented on a terminal unless it must be one line; in ASCII where it cannot do better."""
    out = out or sys.stdout
    text = to_json(data, indent=2 if out.isatty() and not compact else None)
    if not (out.encoding or "").lower().startswith("utf"):
        text = json.dumps(json.loads(text))
    print(text, file=out, flush=True)


def shown_call(call: ToolCall, longest: int = 60) -> tuple[str, str]:
    """Name and arguments of a call as a person would write them, each argument at most so many characters long.

    >>> shown_call(ToolCall("a", "now", '{"place": "Tokyo"}'))
    ('now', 'place="Tokyo"')
    """
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        return safe(call.name), clipped(one_line(call.arguments), longest)
    words = (f"{name}={clipped(json.dumps(value, ensure_ascii=False), longest)}" for name, value in arguments.items())
    return safe(call.name), safe(one_line(", ".join(words)))


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return safe(" ".join(text.split()))


def clipped(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def first_lines(text: str, most: int, width: int) -> list[str]:
    """The first lines of a text, cut to a width in terminal cells, and how many more there are."""
    from rich.text import Text

    lines = safe(text).expandtabs(4).rstrip().split("\n")
    if len(lines) > most:
        lines = [*lines[: most - 1], f"… {len(lines) - most + 1} more lines"]
    shown = [Text(line[: width + 1]) for line in lines]
    for line in shown:
        line.truncate(width, overflow="ellipsis")
    return [line.plain for line in shown]


def hidden_error(result: ToolResult) -> str:
    """What a tool raised, where the model was not told it in full; it is for the developer, who is at the terminal."""
    if result.error is None or isinstance(result.error, ToolError):
        return ""
    return f"{type(result.error).__name__}: {result.error}"


def sentences(message: str, hint: str | None) -> str:
    """An error and what to do about it, in one line."""
    text = one_line(message)
    return f"{text if text.endswith(('.', '!', '?')) else f'{text}.'} {one_line(hint or '')}".rstrip()


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
