"""A schema in one line, the way Python would write it; small models read that best."""

from __future__ import annotations

from typing import Any

WIDEST = 600
"""Characters."""


def signature_line(name: str, schema: dict[str, Any]) -> str:
    """What a tool expects.

    >>> signature_line("add", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
    'add(a: integer)'
    """
    line = f"{name}({_members(schema, 2)})"
    return line if len(line) <= WIDEST else f"{name}({_members(schema, 0)})"[: WIDEST * 3]


def _members(node: dict[str, Any], depth: int) -> str:
    required = node.get("required", ())
    parts = [
        f"{name}: {_type(member, depth)}" if name in required else f"{name}?: {_type(member, depth)}"
        for name, member in node.get("properties", {}).items()
    ]
    return ", ".join([*parts, "..."] if node.get("additionalProperties") else parts)


def _type(node: dict[str, Any], depth: int) -> str:
    if "enum" in node:
        return " | ".join(repr(value) for value in node["enum"])
    if node["type"] == "array":
        return f"list of {_type(node['items'], depth)}"
    if node["type"] == "object" and node.get("properties") and depth:
        return "{" + _members(node, depth - 1) + "}"
    return str(node["type"])
