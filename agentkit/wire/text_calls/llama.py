"""`<|python_tag|>{"name": ..., "parameters": {...}}; ...`, and `<function=NAME>{...}</function>`: Llama 3.

Without the tag the same objects are bare JSON (`bare`).
"""

from __future__ import annotations

import re

from .base import MORE, Block, Format, Outcome, Resolve, Written, after_space
from .loose import arguments_at
from .pythonic import end_of, read_list
from .tagged import ended, read_between

TAG = "<|python_tag|>"
_FUNCTION = re.compile(r"<function=([^>\n]{1,100})>\s*(?=\{)")
_CALL = re.compile(r"([A-Za-z_]\w{0,100})\.call\(")
_CALL_BEGUN = re.compile(r"[A-Za-z_]\w{0,100}(?:\.(?:c(?:a(?:l(?:l\(?)?)?)?)?)?\Z")
_CLOSE = re.compile(r"<\|e[ot]\w*\|>|<\|python_tag\|>|</function>")
_LONGEST = 140
"""Most characters of a mark with a name in it."""


def _read(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    if not text.startswith(TAG, start):
        return _function(text, start, over, resolve)
    at = after_space(text, start + len(TAG))
    if at >= len(text):
        return None if over else MORE
    if text[at] == "{":
        return _sequence(text, at, over, resolve)
    if text[at] == "[":
        listed = read_list(text, at, over, resolve)
        if listed is not None:
            return ended(text, listed, over) if isinstance(listed, Block) else listed
        return read_between(text, at, over, resolve, _CLOSE)
    return _builtin(text, at, over, resolve)


def _sequence(text: str, at: int, over: bool, resolve: Resolve) -> Outcome:
    """Objects with semicolons between them."""
    calls: list[Written] = []
    while True:
        block = read_between(text, at, over, resolve, _CLOSE)
        if not isinstance(block, Block):
            return block
        calls += block.calls
        at = after_space(text, block.end)
        if text.startswith(TAG, at):
            at = after_space(text, at + len(TAG))
        elif text[at : at + 1] in (";", ","):
            at = after_space(text, at + 1)
        else:
            return Block(tuple(calls), block.end)
        if at >= len(text):
            return Block(tuple(calls), at) if over else MORE
        if text[at] != "{":
            return Block(tuple(calls), block.end)


def _function(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    head = _FUNCTION.match(text, start)
    if head is None:
        rest = text[start : start + _LONGEST]
        begun = ">" not in rest or not rest.partition(">")[2].strip()
        return MORE if not over and begun and len(rest) < _LONGEST else None
    name = resolve(head[1].strip().strip("\"'"))
    if name is None:
        return None
    read = arguments_at(text, head.end(), over, _CLOSE)
    return ended(text, Block((Written(name, read[0]),), read[1]), over) if isinstance(read, tuple) else read


def _builtin(text: str, at: int, over: bool, resolve: Resolve) -> Outcome:
    """`brave_search.call(query="...")`, as the tools are called that Llama was trained with."""
    call = _CALL.match(text, at)
    if call is None:
        return MORE if not over and _CALL_BEGUN.match(text, at) else None
    if resolve(call[1]) is None:
        return None
    end = end_of(text, call.end() - 1)
    if end is None:
        return None if over else MORE
    listed = f"[{call[1]}({text[call.end() : end]}]"
    read = read_list(listed, 0, True, resolve)
    return ended(text, Block(read.calls, end), over) if isinstance(read, Block) else None


LLAMA = Format("llama", (TAG, "<function="), _read)
