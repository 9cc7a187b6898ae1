"""Pieces of grammars in llguidance's dialect of Lark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

HEADER = "%llguidance {}\n"
"""First line of a grammar; llama.cpp knows it by that."""


class Rules:
    """Named rules, each written once."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __str__(self) -> str:
        return "".join(f"{name}: {expression}\n" for expression, name in self._names.items())

    def rule(self, expression: str) -> str:
        """The name of a rule; it may refer to rules and terminals."""
        return self._names.setdefault(expression, f"r{len(self._names)}")

    def terminal(self, expression: str) -> str:
        """The name of a terminal: patterns and literals, joined with `&` and `~` where need be."""
        return self._names.setdefault(expression, f"T{len(self._names)}")


def grammar(start: str, rules: Rules | str = "") -> str:
    """A whole grammar."""
    return f"{HEADER}start: {start}\n{rules}"


def literal(text: str, special: Mapping[str, int] | None = None) -> str:
    """A text that must stand there exactly as it is.

    Args:
        text: Not empty.
        special: Marks in it that are tokens of their own and no text, with their ids.

    >>> print(literal('<call>{"a', {"<call>": 5}))
    <[5]> "{\\"a"
    """
    if not special:
        return json.dumps(text, ensure_ascii=True)
    marks = "|".join(re.escape(mark) for mark in sorted(special, key=len, reverse=True))
    parts = [part for part in re.split(f"({marks})", text) if part]
    return " ".join(f"<[{special[part]}]>" if part in special else json.dumps(part) for part in parts)


def one_of(expressions: Iterable[str]) -> str:
    """One of several expressions."""
    return " | ".join(dict.fromkeys(expressions))


def repeated(expression: str, least: int, most: int) -> str:
    """An expression several times; empty where it may not stand at all."""
    return f"({expression}){{{least},{most}}}" if most > 0 else ""


def json_rule(schema: dict[str, Any]) -> str:
    """The values of a schema of texts or numbers, as llguidance itself reads it; without white space around them."""
    return f"%json {json.dumps({**schema, 'x-guidance': {'whitespace_flexible': False}})}"


def pattern(regex: str) -> str:
    """A regular expression in Rust's syntax, which must match all of its text.

    >>> print(pattern("[/]+"))
    /[\\/]+/
    """
    return "/" + regex.replace("/", r"\/") + "/"


def escaped(text: str) -> str:
    """A text as a regular expression that matches it alone."""
    return "".join(f"\\x{{{ord(character):x}}}" if character in _ACTIVE else character for character in text)


_ACTIVE = set("\\.+*?()|[]{}^$&~#-/\"' \t\r\n\0")
