"""`[get_weather(city="Paris"), get_time()]`: Llama 3.2 and 4, LFM2; arguments are Python's literals, or JSON's."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from .base import MORE, Block, Format, Outcome, Resolve, Written, after_space
from .tagged import ended

MARKS = ("<|python_start|>", "<|tool_call_start|>")
_NAME = re.compile(r"[A-Za-z_][\w.]{0,100}")
_TOKEN = re.compile(r"""\"(?:\\.|[^"\\])*\"|'(?:\\.|[^'\\])*'|[\[\](){}"']""", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN = "\\'\"abfnrtvxuU0\n"
_WORDS = {"true": True, "false": False, "null": None}


def _whole(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    return read_list(text, start, over, resolve, exact=True)


def _tagged(text: str, start: int, over: bool, resolve: Resolve) -> Outcome:
    at = after_space(text, text.index("|>", start) + 2)
    if at >= len(text):
        return None if over else MORE
    read = read_list(text, at, over, resolve)
    return ended(text, read, over) if isinstance(read, Block) else read


def read_list(text: str, at: int, over: bool, resolve: Resolve, *, exact: bool = False) -> Outcome:
    """Read a list of Python calls.

    Args:
        text: Of which the end may still be missing.
        at: Where the list begins.
        over: Whether no more text comes.
        resolve: Says which names are offered.
        exact: Names are not mended: a list of calls may be code.
    """
    if text[at : at + 1] != "[":
        return None
    first = after_space(text, at + 1)
    name = _NAME.match(text, first)
    if name is None:
        return None if over or first < len(text) else MORE
    opened = after_space(text, name.end())
    if opened < len(text) and (text[opened] != "(" or _offered(name[0], resolve, exact) is None):
        return None
    end = end_of(text, at)
    if end is None:
        return None if over else MORE
    calls = _calls(text[at:end], resolve, exact)
    return Block(calls, end) if calls else None


def end_of(text: str, at: int) -> int | None:
    """The end of what a bracket opens; None where it is missing."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        first = token[0][0]
        if first in "\"'":
            if len(token[0]) == 1:
                return None
            continue
        depth += 1 if first in "[({" else -1
        if depth == 0:
            return token.end()
    return None


def _calls(source: str, resolve: Resolve, exact: bool) -> tuple[Written, ...]:
    escaped = _ESCAPE.sub(lambda found: found[0] if found[1] in _KNOWN else f"\\{found[0]}", source)
    try:
        parsed = ast.parse(escaped, mode="eval").body
        items = parsed.elts if isinstance(parsed, ast.List) else []
        return tuple(_call(item, resolve, exact) for item in items)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()


def _call(node: ast.expr, resolve: Resolve, exact: bool) -> Written:
    if not isinstance(node, ast.Call) or node.args:
        raise ValueError(node)
    name = _offered(ast.unparse(node.func), resolve, exact)
    if name is None:
        raise ValueError(node.func)
    arguments = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise ValueError(keyword)
        arguments[keyword.arg] = _value(keyword.value)
    return Written(name, json.dumps(arguments, ensure_ascii=False, allow_nan=False))


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in _WORDS:
        return _WORDS[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {_key(key): _value(value) for key, value in zip(node.keys, node.values, strict=True)}
    value = ast.literal_eval(node)
    if isinstance(value, bytes | complex | set) or value is ...:
        raise ValueError(value)
    return value


def _key(node: ast.expr | None) -> str:
    value = ast.literal_eval(node) if node else None
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _offered(name: str, resolve: Resolve, exact: bool) -> str | None:
    name = name.removeprefix("functions.")
    offered = resolve(name)
    return offered if offered == name or not exact else None


PYTHONIC = Format("pythonic", MARKS, _tagged, _whole)
