"""One plain schema for several alternatives.

The documented schema wants a plain `type` for every property (contract/workers_ai.md section 6), and grammars of
small models do not take `anyOf`. So the form that can express most is sent, the alternatives are described, and the
check of the arguments still takes all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .nodes import Node, finished
from .words import kind

_WIDTH = {"null": 0, "boolean": 1, "integer": 2, "number": 3, "string": 4}
"""Scalars from the narrowest to what can carry all others."""


def union(nodes: Sequence[Node]) -> Node:
    """Reduce alternatives to one node.

    Args:
        nodes: At least one, none of them null.

    Returns:
        A node. Every value of it fits one alternative, except where objects of different shapes are merged, or where
        texts of a certain form are among scalars.
    """
    distinct = [node for index, node in enumerate(nodes) if node not in nodes[:index]]
    if len(distinct) == 1:
        return distinct[0]
    objects = [node for node in distinct if node["type"] == "object"]
    arrays = [node for node in distinct if node["type"] == "array"]
    if objects and (not arrays or distinct.index(objects[0]) < distinct.index(arrays[0])):
        chosen = _objects(objects)
    elif arrays:
        chosen = _arrays(arrays)
    else:
        chosen = _scalars(distinct)
    words = list(dict.fromkeys(_in_words(node) for node in distinct))
    if len(words) > 1 and not _tells_all(chosen, distinct):
        chosen["notes"] = ["either " + ", or ".join(words)]
    return chosen


def _in_words(node: Node) -> str:
    notes = ", ".join(node.get("notes", ()))
    return f"{kind(node)} ({notes})" if notes else kind(node)


def _tells_all(chosen: Node, nodes: Sequence[Node]) -> bool:
    """Whether the type alone says what is allowed: an enum of all values, or a number for whole numbers too."""
    if {node["type"] for node in nodes} == {"integer", "number"}:
        return True
    return "enum" in chosen and all("enum" in node and node["type"] == chosen["type"] for node in nodes)


def _scalars(nodes: Sequence[Node]) -> Node:
    widest: str = max(nodes, key=lambda node: _WIDTH[node["type"]])["type"]
    same = [node for node in nodes if node["type"] == widest]
    if all("enum" in node for node in same):
        values = [value for node in same for value in node["enum"]]
        return {"type": widest, "enum": list(dict.fromkeys(values))}
    if len(same) == 1:
        return {key: value for key, value in same[0].items() if key not in ("description", "notes")}
    return {"type": widest}


def _arrays(nodes: Sequence[Node]) -> Node:
    if len(nodes) == 1:
        return _without_text(nodes[0])
    return {"type": "array", "items": finished(union([_without_text(node["items"]) for node in nodes]))}


def _objects(nodes: Sequence[Node]) -> Node:
    if len(nodes) == 1:
        return _without_text(nodes[0])
    names = list(dict.fromkeys(name for node in nodes for name in node.get("properties", {})))
    merged: Node = {"type": "object"}
    merged["properties"] = {
        name: _property([node["properties"][name] for node in nodes if name in node.get("properties", {})])
        for name in names
    }
    required = [name for name in names if all(name in node.get("required", ()) for node in nodes)]
    if required:
        merged["required"] = required
    if any(node.get("additionalProperties", False) for node in nodes):
        merged["additionalProperties"] = True
    return merged


def _property(nodes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The same property of several objects, with the first description."""
    bare = [{key: value for key, value in _without_text(node).items() if key != "default"} for node in nodes]
    return finished(union(bare), nodes[0]["description"])


def _without_text(node: Node) -> Node:
    return {key: value for key, value in node.items() if key not in ("description", "notes")}
