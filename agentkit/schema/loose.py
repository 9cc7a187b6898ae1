"""JSON as models write it when they do not: a reader that forgives how values are spelled, but not a missing end.

Forgiven: a code fence around it, commas after the last item, other quotation marks, quotation marks and line breaks
inside a text, names without quotation marks, Python's and JavaScript's words and tuples, comments. What does not come
to its end is not read: nobody knows what is missing.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

LONGEST = 200_000
"""Characters that are read; a model that writes more in a wrong form is asked again."""
DEEPEST = 100

_FENCE = re.compile(r"\A\s*```[\w-]*[ \t]*\n?(.*?)\n?\s*```\s*\Z", re.DOTALL)
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|\#[^\n]*)+", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w$-]*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w)")
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None, "undefined": None}
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»"}
_ENDS = re.compile(r"\s*(?:[,:}\])]|//|/\*|\#|\Z)")
_NEXT = re.compile(r"\s*[\"'`“„‘«]")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/\'`bfnrt])|\n)')
_NO_ESCAPE = re.compile(r'\\(?!u[0-9a-fA-F]{4}|["\\/\'`bfnrt\n])')
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class NotRead(ValueError):
    """The text cannot be read, or does not come to its end."""


def read_loosely(text: str) -> tuple[Any, str]:
    """The data that a text spells in a form that JSON does not allow.

    >>> read_loosely("{'city': 'Bergen', metric: True,}")
    ({'city': 'Bergen', 'metric': True}, 'quotation marks, a name without them, words of Python, a comma too many')

    Returns:
        The data, and what was forgiven.

    Raises:
        NotRead: It cannot be read.
    """
    if len(text) > LONGEST:
        raise NotRead(f"longer than {LONGEST:,} characters")
    fenced = _FENCE.match(text)
    reader = _Reader(fenced[1] if fenced else text)
    if fenced:
        reader.forgiven["a code fence"] = None
    return reader.all(), ", ".join(reader.forgiven)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.forgiven: dict[str, None] = {}

    def all(self) -> Any:
        value = self._value()
        self._skip()
        while self._text[self._at :].startswith(";"):
            self._forgive("a semicolon")
            self._at += 1
            self._skip()
        if self._at < len(self._text):
            self._fail("more text")
        return value

    def _value(self) -> Any:
        self._skip()
        first = self._peek()
        if first == "{":
            return self._nested(self._object)
        if first and first in "[(":
            return self._nested(self._list)
        if first in _QUOTES:
            return self._string()
        number = _NUMBER.match(self._text, self._at)
        if number:
            self._at = number.end()
            return self._number(number[0])
        word = _NAME.match(self._text, self._at)
        if word is None or word[0] not in _WORDS:
            self._fail("no value")
        self._at = word.end()
        if word[0] not in ("true", "false", "null"):
            self._forgive("words of Python" if word[0][0].isupper() else "words of JavaScript")
        return _WORDS[word[0]]

    def _nested(self, read: Any) -> Any:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail("nested too deeply")
        value = read()
        self._depth -= 1
        return value

    def _object(self) -> dict[str, Any]:
        self._at += 1
        found: dict[str, Any] = {}
        while not self._closed("}", found):
            key = self._key()
            self._skip()
            if self._peek() != ":":
                self._fail("no colon")
            self._at += 1
            found[key] = self._value()
        return found

    def _key(self) -> str:
        if self._peek() in _QUOTES:
            return self._string()
        name = _NAME.match(self._text, self._at)
        if name is None:
            self._fail("no name")
        self._at = name.end()
        self._forgive("a name without them")
        return name[0]

    def _list(self) -> Any:
        end = "]" if self._peek() == "[" else ")"
        self._at += 1
        found: list[Any] = []
        before = self._at
        while not self._closed(end, found):
            found.append(self._value())
        if end == ")":
            self._forgive("a tuple")
            if len(found) == 1 and "," not in self._text[before : self._at]:
                return found[0]
        return found

    def _closed(self, end: str, found: Any) -> bool:
        """Step to the next item; True when there is none."""
        self._skip()
        comma = bool(found) and self._peek() == ","
        if comma:
            self._at += 1
            self._skip()
        if self._peek() == end:
            if comma:
                self._forgive("a comma too many")
            self._at += 1
            return True
        if found and not comma:
            self._fail("no comma")
        return False

    def _string(self) -> str:
        quote = self._peek()
        triple = quote * 3
        if self._text.startswith(triple, self._at):
            return self._until(triple, self._at + 3)
        if quote != '"':
            self._forgive("quotation marks")
        end = _QUOTES[quote]
        at = self._end_of_string(end)
        raw = self._text[self._at + 1 : at]
        self._at = at + 1
        return self._unescaped(raw, end)

    def _end_of_string(self, end: str) -> int:
        """Where a text ends: at a quotation mark after which its surroundings go on."""
        at = self._at
        while True:
            at = self._text.find(end, at + 1)
            if at < 0:
                self._fail("a text without an end")
            if self._is_escaped(at):
                continue
            if _ENDS.match(self._text, at + 1):
                return at
            if _NEXT.match(self._text, at + 1):
                self._fail("no comma")

    def _until(self, end: str, start: int) -> str:
        at = self._text.find(end, start)
        if at < 0:
            self._fail("a text without an end")
        self._at = at + 3
        self._forgive("three quotation marks")
        return self._text[start:at]

    def _is_escaped(self, at: int) -> bool:
        start = at
        while self._text[start - 1] == "\\":
            start -= 1
        return (at - start) % 2 == 1

    def _unescaped(self, raw: str, quote: str) -> str:
        if quote in _ESCAPE.sub("", raw):
            self._forgive("quotation marks inside a text")
        if "\n" in raw:
            self._forgive("line breaks inside a text")
        if "\\" not in raw:
            return raw
        if _NO_ESCAPE.search(raw.replace("\\\\", "")):  # a path of Windows, an expression: none of them is meant as one
            self._forgive("backslashes")
            return raw.replace(f"\\{quote}", quote)
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _meant(match[2] or ""), raw)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _number(self, digits: str) -> int | float:
        plain = digits.replace("_", "").removeprefix("+")
        try:
            return json.loads(plain)  # type: ignore[no-any-return]
        except ValueError:
            pass
        if plain.lstrip("-").startswith("0") and plain.lstrip("-")[1:2].isdigit():
            self._fail("a number that begins with 0")
        self._forgive("a number")
        return float(plain)

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self._at)
        if space:
            if not space[0].isspace():
                self._forgive("a comment")
            self._at = space.end()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _forgive(self, what: str) -> None:
        self.forgiven[what] = None

    def _fail(self, why: str) -> NoReturn:
        raise NotRead(f"{why} at character {self._at + 1}")


def _meant(letter: str) -> str:
    return _ESCAPED.get(letter, letter)
