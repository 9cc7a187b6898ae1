"""How values are written: JSON, Python's literals, or with texts between marks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .call_formats import CallFormat
from .flattening import Flat, UnsayableError
from .lark import Rules, literal, one_of, pattern
from .plain_texts import plain_text
from .texts import key, text

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


class Writing:
    """JSON, with the spaces of `json.dumps`."""

    comma, colon = ", ", ": "
    keywords = False
    """Whether the arguments of a call are written otherwise than an object inside of them."""
    between = ", "
    """Between two arguments, where they are."""

    def text(self, rules: Rules, schema: Flat, longest: int | None) -> str | None:
        """The name of what a text value may be, by a flat schema; None where there is none."""
        return text(rules, schema, longest)

    def key(self, rules: Rules, excluded: list[str]) -> str:
        """The names of properties that are none of some others."""
        return key(rules, excluded)

    def name(self, name: str) -> str:
        """The name of a property and what stands behind it, as an expression."""
        return literal(self.written(name) + self.colon)

    def argument(self, name: str) -> str:
        """What is written before the value of an argument, where they are keywords."""
        raise NotImplementedError

    def words(self, rules: Rules, values: list[Any]) -> str | None:
        """One of some values; None where there are none."""
        return rules.terminal(one_of(literal(self.written(value)) for value in values)) if values else None

    def written(self, value: Any) -> str:
        """A value."""
        return json.dumps(value, ensure_ascii=False, allow_nan=False)


class Pythonic(Writing):
    """Keyword arguments, whose values are literals of Python."""

    keywords = True

    def argument(self, name: str) -> str:
        return f"{name}="

    def written(self, value: Any) -> str:
        if isinstance(value, str):
            return super().written(value)
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.written(name)}: {self.written(each)}" for name, each in value.items()) + "}"
        return "[" + ", ".join(map(self.written, value)) + "]" if isinstance(value, list) else repr(value)


class Tagged(Writing):
    """Arguments between tags; what is inside of them, `TaggedValues` says."""

    keywords, between = True, ""

    def argument(self, name: str) -> str:
        return f"<parameter={name}>\n"


class Marked(Writing):
    """Texts as they are between two equal marks, names without quotation marks, no spaces: the Gemma family.

    Args:
        mark: Stands before a text and behind it.
        special: The id of the mark, where it is a token of its own.
    """

    comma, colon = ",", ":"

    def __init__(self, mark: str, special: Mapping[str, int]) -> None:
        self._mark = mark
        self._special = {mark: special[mark]} if mark in special else {}

    def text(self, rules: Rules, schema: Flat, longest: int | None) -> str | None:
        if not self._special:
            found = plain_text(schema, longest, self._mark, begin=self._mark)
            return None if found is None else rules.terminal(found)
        mark = literal(self._mark, self._special)
        inside = plain_text(schema, longest, self._mark, end="", filled=True)
        parts = [f"{mark} {rules.terminal(inside)} {mark}"] if inside else []
        if plain_text({**schema, "maxLength": 0}, longest, self._mark) is not None:
            parts.append(f"{mark} {mark}")
        return rules.rule(one_of(parts)) if parts else None

    def key(self, rules: Rules, excluded: list[str]) -> str:
        names = " | ".join(literal(name) for name in excluded if _WORD.fullmatch(name))
        return rules.terminal(pattern("[A-Za-z_][A-Za-z0-9_]{0,59}") + (f" & ~({names})" if names else ""))

    def name(self, name: str) -> str:
        return literal(bare_name(name, self._mark) + self.colon, self._special)

    def words(self, rules: Rules, values: list[Any]) -> str | None:
        return rules.rule(one_of(literal(self.written(value), self._special) for value in values)) if values else None

    def written(self, value: Any) -> str:
        return marked(value, self._mark)


def writing_of(format: CallFormat, special: Mapping[str, int]) -> Writing:
    """How the values of a family's calls are written.

    Args:
        format: Of the family.
        special: Its marks that are single tokens, with their ids.
    """
    if format.style == "marked":
        return Marked(format.quote, special)
    kinds = {"python": Pythonic, "tagged": Tagged}
    return kinds.get(format.style, Writing)()


def marked(value: Any, mark: str) -> str:
    """A value with its texts between marks.

    Raises:
        UnsayableError: A text in it contains the mark.

    >>> marked({"a": ["x", 1, None], "b c": True}, "|")
    '{a:[|x|,1,null],|b c|:true}'
    """
    if isinstance(value, str):
        if mark in value:
            raise UnsayableError(f"a text that contains {mark!r}")
        return f"{mark}{value}{mark}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{bare_name(name, mark)}:{marked(each, mark)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(marked(each, mark) for each in value) + "]"
    return json.dumps(value, allow_nan=False)


def bare_name(name: str, mark: str) -> str:
    """The name of a property, between marks where it is no plain word."""
    return name if _WORD.fullmatch(name) else marked(name, mark)
