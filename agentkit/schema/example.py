"""The smallest arguments that are valid; small models copy examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .coercion import attempt
from .form import Form
from .parsing import dump
from .paths import LEFT_OUT, Path, node_at, value_at, with_value

_TEXTS = (
    "text",
    "a",
    "some longer text of several words",
    "2026-01-31T09:30:00",
    "2026-01-31",
    "09:30:00",
    "3f0c2a9e-8a34-4b55-9d0c-0c6a0f1e2d3b",
    "1",
    "https://example.com",
    "name@example.com",
    "127.0.0.1",
)
_NUMBERS = (1, 0, 10, 100, 0.5, -1, 2, 1000)
_HINT = re.compile(r"(?:for example|such as|e\.g\.)\s+[\"'`]?([^\s\"'`,;()]+)", re.IGNORECASE)
_BOUNDS = (("minimum", 0), ("exclusiveMinimum", 1), ("maximum", 0), ("exclusiveMaximum", -1))
_ROUNDS = 40


def example_of(form: Form, names: Iterable[str] = ()) -> str | None:
    """JSON text of arguments that the form takes, or None where none was found: better none than a wrong one.

    Args:
        form: What a tool takes.
        names: Parameters to show beside those that are required.
    """
    properties = form.schema.get("properties", {})
    shown = [name for name in properties if name in names or name in form.schema.get("required", ())]
    data = {name: _sample(properties[name], 0) for name in shown or list(properties)[:1]}
    tries: Counter[Path] = Counter()
    for _ in range(_ROUNDS):
        mistakes = attempt(form, data)[1]
        if not mistakes:
            return dump(data)
        path = mistakes[0].path
        node = node_at(form.schema, path)
        if node is None or value_at(data, path) is LEFT_OUT:
            return None
        tries[path] += 1
        data = with_value(data, path, _sample(node, tries[path]))
    return None


def _sample(node: dict[str, Any], turn: int) -> Any:
    """A value of a schema; another one for each turn."""
    if "enum" in node:
        return node["enum"][turn % len(node["enum"])]
    kind = node["type"]
    if kind == "object":
        return {name: _sample(node["properties"][name], turn) for name in node.get("required", ())}
    if kind == "array":
        count = min(max(node.get("minItems", 0), 1 + turn), node.get("maxItems", 100))
        return [_sample(node["items"], turn)] * count
    if kind == "string":
        return _turned((*_HINT.findall(node.get("description", "")), *_TEXTS), turn).rstrip(".")
    if kind in ("integer", "number"):
        return _turned(_numbers(node), turn)
    return True if kind == "boolean" else None


def _numbers(node: dict[str, Any]) -> tuple[float, ...]:
    bounds = [node[name] + step for name, step in _BOUNDS if name in node]
    numbers = (*bounds, *_NUMBERS)
    return tuple(int(number) for number in numbers) if node["type"] == "integer" else numbers


def _turned(values: Sequence[Any], turn: int) -> Any:
    return values[turn % len(values)]
