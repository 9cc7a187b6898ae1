"""Ask the person at the terminal whether a call may be made."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from ..messages import ToolCall
from .screen import Screen
from .text import safe

POLL = 0.1
"""Seconds between two looks at whether the question still stands."""
LONGEST = 20_000
"""Characters of an argument that are shown."""
QUESTION = "  y runs it, Enter does not, other words tell the model why not: "

Asking: TypeAlias = Callable[[ToolCall, Callable[[], bool]], "bool | str"]
"""Gets a call, and what says whether the question is over before it is answered; gives the verdict."""


def asking(screen: Screen) -> Asking | None:
    """What asks, where a person is at the terminal; else None."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(call: ToolCall, is_over: Callable[[], bool]) -> bool | str:
        with screen.held():
            screen.say_aside(shown_in_full(call))
            _forget_what_was_typed()
            print(QUESTION, end="", file=sys.stderr, flush=True)
            line = _read_line(is_over)
            if not line.endswith("\n"):
                print(file=sys.stderr)
        return verdict(line)

    return ask


def verdict(line: str) -> bool | str:
    """What an answer means.

    >>> verdict("y"), verdict(""), verdict("not today")
    (True, False, 'not today')
    """
    words = line.strip()
    if words.lower() in ("y", "yes"):
        return True
    return False if words.lower() in ("", "n", "no") else words


def shown_in_full(call: ToolCall) -> str:
    """A call with all that its arguments say, line by line."""
    values: dict[str, Any] = json.loads(call.arguments)
    lines = [f"  {safe(call.name)} asks for approval{':' if values else ''}"]
    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        left = f"\n({len(text) - LONGEST:,} more characters)" if len(text) > LONGEST else ""
        first, *rest = safe(text[:LONGEST] + left).split("\n")
        lines += [f"  │ {safe(name)}: {first}", *(f"  │   {line}" for line in rest)]
    return "\n".join(lines)


def _forget_what_was_typed() -> None:
    """What was typed before the question is no answer to it."""
    if os.name != "nt":
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _read_line(is_over: Callable[[], bool]) -> str:
    """The answer; empty where the input ends, or the question is over before."""
    if os.name == "nt":
        return sys.stdin.readline()
    import select

    while not is_over():
        if select.select([sys.stdin], [], [], POLL)[0]:
            return sys.stdin.readline()
    return ""
