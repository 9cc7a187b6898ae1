"""Places inside arguments, and inside the schema that describes them."""

from __future__ import annotations

from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead to a value."""
LEFT_OUT = object()
"""In place of a value: the key is not there."""


def value_at(data: Any, path: Path) -> Any:
    """The value at a place, `LEFT_OUT` where there is none."""
    for step in path:
        if isinstance(data, dict) and step not in data:
            return LEFT_OUT
        data = data[step]
    return data


def node_at(schema: dict[str, Any], path: Path) -> dict[str, Any] | None:
    """The schema of a place, None below what the schema leaves open."""
    node: Any = schema
    for step in path:
        named = node.get("properties", {}).get(step, node.get("additionalProperties"))
        node = node.get("items") if isinstance(step, int) else named
        if not isinstance(node, dict):
            return None
    return node  # type: ignore[no-any-return]


def with_value(data: Any, path: Path, value: Any) -> Any:
    """A copy of the data with another value at a place; with `LEFT_OUT`, without it."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if rest:
        value = with_value(data[first], rest, value)
    if isinstance(data, list):
        kept = [value if index == first else item for index, item in enumerate(data)]
        return [item for item in kept if item is not LEFT_OUT]
    changed = {**data, first: value}
    return {name: item for name, item in changed.items() if item is not LEFT_OUT}
