"""`<tool_call><function=NAME><parameter=KEY>VALUE</parameter></function></tool_call>`: Qwen 3 Coder and its like.

Values are texts: which of them are numbers, only the tool's schema knows, and the arguments are read by it later.
"""

from __future__ import annotations

import json
import re

from .base import MORE, Block, Format, More, Outcome, Resolve, Written, after_space
from .tagged import ended

_MARK = re.compile(r"<tool_call>\s*(?=<function=)|(?=<function=)")
_FUNCTION = re.compile(r"\s*<function=[\"']?([^>\n\"']{1,100})[\"']?>\s*")
_PARAMETER = re.compile(r"<parameter=[\"']?([^>\n\"']{1,100})[\"']?>")
_END_OF_VALUE = re.compile(r"</parameter>\s*(?=<parameter=|</function>|</tool_call>)|(?=</function>\s*</tool_call>)")
_END = re.compile(r"</function>\s*|(?=</tool_call>)")
_INSIDE = ("<parameter=", "</function>", "</tool_call>")
_LONGEST = 140
"""Most characters of a mark with a name in it."""


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    mark = _MARK.match(text, start)
    if mark is None:
        at = after_space(text, start + len("<tool_call>"))
        return MORE if not over and "<function=".startswith(text[at:]) else None
    at, calls = mark.end(), list[Written]()
    while True:
        call = _call(text, at, over, resolve)
        if not isinstance(call, tuple):
            return call
        calls.append(call[0])
        at = call[1]
        if not _begins(text, at, over):
            return ended(text, Block(tuple(calls), at), over)
        if text[at:].lstrip()[:10] != "<function=":
            return MORE


def _begins(text: str, at: int, over: bool) -> bool:
    """Whether another function begins, or may begin."""
    rest = text[after_space(text, at) :][:10]
    return rest == "<function=" or (not over and "<function=".startswith(rest))


def _call(text: str, at: int, over: bool, resolve: Resolve) -> tuple[Written, int] | More | None:
    more: More | None = None if over else MORE
    function = _FUNCTION.match(text, at)
    if function is None:
        return more if len(text) - at < _LONGEST and ">" not in text[at:] else None
    name = resolve(function[1].strip())
    if name is None:
        return None
    at = function.end()
    arguments: dict[str, str] = {}
    while parameter := _PARAMETER.match(text, at):
        end = _END_OF_VALUE.search(text, parameter.end())
        if end is None:
            return more
        value = text[parameter.end() : end.start()].removeprefix("\n").removesuffix("\n")
        arguments[parameter[1].strip()] = value
        at = end.end()
    end = _END.match(text, at)
    if end:
        return Written(name, json.dumps(arguments, ensure_ascii=False)), end.end()
    rest = text[at : at + 12]
    begun = any(mark.startswith(rest) or rest.startswith(mark) for mark in _INSIDE)
    return more if begun and len(text) - at < _LONGEST else None


QWEN_XML = Format("qwen xml", ("<tool_call>", "<function="), _read)
