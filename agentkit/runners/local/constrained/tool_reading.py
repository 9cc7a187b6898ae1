"""Calls taken out of a reply that was written under a `CallGrammar`, while it comes."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from typing import TypeAlias

from ....errors import ServerError
from ....messages import ToolCall
from ....wire.ids import mint
from ....wire.text_calls.pythonic import end_of
from .call_formats import CallFormat
from .marked_reading import read_marked
from .tagged_reading import read_tagged

Texts: TypeAlias = Mapping[str, Collection[str]]
_decode = json.JSONDecoder().raw_decode


class CallReader:
    """Lets text through at once, but for what may be the beginning of a mark, and keeps calls until the end.

    They are kept because only the end says whether the reply was cut; of one that was, no call counts.

    Args:
        format: How calls are written.
        must: Whether the reply is nothing but calls.
        texts: For each tool, the arguments that are always texts.
    """

    def __init__(self, format: CallFormat, *, must: bool = False, texts: Texts | None = None) -> None:
        self._format = format
        self._texts = texts or {}
        self._block: list[str] | None = [] if must else None
        self._held = ""
        self._said = False

    def feed(self, text: str) -> str:
        """Take the next piece; what is text of the answer comes back."""
        if self._block is not None:
            self._block.append(text)
            return ""
        held, self._held = self._held + text, ""
        if not self._format.mark:
            return self._unmarked(held)
        at = held.find(self._format.mark)
        if at >= 0:
            self._block = [held[at:]]
            return self._say(held[:at], last=True)
        begun = _begun(held, self._format.mark)
        if not self._said and not held[:begun].strip():
            self._held = held  # white space before a call is no answer
            return ""
        self._held = held[begun:]
        return self._say(held[:begun])

    def rest(self) -> str:
        """What of the text was held back, now that it is over."""
        held, self._held = self._held, ""
        return held

    @property
    def block(self) -> str:
        """The calls as they were written; empty where there are none."""
        return "".join(self._block or ())

    def calls(self) -> list[ToolCall]:
        """The calls of a reply that is whole."""
        block = self.block
        return [ToolCall(mint(), name, arguments) for name, arguments in read_block(block, self._format, self._texts)]

    def _unmarked(self, held: str) -> str:
        start = held.lstrip()
        if self._said or (start and not start.startswith("{")):
            return self._say(held)
        if start:
            self._block = [start]
        else:
            self._held = held
        return ""

    def _say(self, text: str, *, last: bool = False) -> str:
        if last and not self._said and not text.strip():
            return ""
        self._said = self._said or bool(text)
        return text


def read_block(text: str, format: CallFormat, texts: Texts | None = None) -> list[tuple[str, str]]:
    """The names and arguments (JSON text of an object) of the calls of a reply.

    Args:
        text: The calls as they were written.
        format: How they are written.
        texts: For each tool, the arguments that are always texts; only values between tags do not show it.

    Raises:
        ServerError: It is not written as the format says.
    """
    if not text:
        return []
    at = _past(text, 0, format.before)
    found = []
    while True:
        name, arguments, at = _call(text, at, format, texts or {})
        found.append((name, arguments))
        if text[at:] in (format.after, format.after + format.trail):
            return found
        at = _past(text, at, format.between or "")


def _call(text: str, at: int, format: CallFormat, texts: Texts) -> tuple[str, str, int]:
    at = _past(text, at, format.begin)
    if format.style == "marked":
        return _marked(text, at, format)
    stop = text.find(format.middle, at)
    name, start = text[at:stop], stop + len(format.middle)
    if stop < 0:
        raise _misread(text, at)
    if format.begin.endswith('"'):
        name = json.loads(f'"{name}"')
    if format.style == "tagged":
        arguments, end = read_tagged(text, start, texts.get(name, ()))
        if end < 0:
            raise _misread(text, start)
        return name, arguments, _past(text, end, format.end)
    if format.style == "python":
        stop_at = end_of(text, start - 1)
        if stop_at is None:
            raise _misread(text, start)
        return name, _keywords(text[start - 1 : stop_at]), _past(text, stop_at - 1, format.end)
    try:
        end = _decode(text, start)[1]
    except ValueError:
        raise _misread(text, start) from None
    return name, text[start:end], _past(text, end, format.end)


def _marked(text: str, at: int, format: CallFormat) -> tuple[str, str, int]:
    stop = text.find("{", at)
    arguments, end = read_marked(text, stop, format.quote) if stop >= 0 else ("", -1)
    if end < 0:
        raise _misread(text, at)
    return text[at:stop], arguments, _past(text, end, format.end)


def _keywords(source: str) -> str:
    """Keyword arguments in brackets as the JSON text of an object."""
    call = ast.parse(f"_{source}", mode="eval").body
    keywords = call.keywords if isinstance(call, ast.Call) else []
    values = {str(each.arg): ast.literal_eval(each.value) for each in keywords}
    return json.dumps(values, ensure_ascii=False)


def _past(text: str, at: int, expected: str) -> int:
    if not text.startswith(expected, at):
        raise _misread(text, at)
    return at + len(expected)


def _misread(text: str, at: int) -> ServerError:
    return ServerError(f"a call was expected at {text[at : at + 60]!r}, in {text[:200]!r}.")


def _begun(text: str, mark: str) -> int:
    """Where a mark may begin of which the rest is still to come; the end where none may."""
    for at in range(max(0, len(text) - len(mark) + 1), len(text)):
        if mark.startswith(text[at:]):
            return at
    return len(text)
