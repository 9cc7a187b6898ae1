"""The pieces of a reduced schema while it is being made.

A node is a dict as it will be sent, but what it says is still apart: `description` is the text of the author, `notes`
are remarks on constraints and alternatives. `finished` puts them together.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from .words import in_words, joined

Node: TypeAlias = dict[str, Any]

_CLASSES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_TEXTS = ("type", "description", "notes")

ANYTHING: Node = {"type": "string", "notes": ["any JSON value"]}


def finished(node: Node, description: str = "") -> Node:
    """A node as it is sent: type, description, then the rest.

    Args:
        node: The node; it is not changed.
        description: What is said in place of the node's own description.
    """
    text = description or node.get("description", "")
    if "notes" in node:
        text = joined(text, node["notes"])
    made = {"type": node["type"], "description": text} if text else {"type": node["type"]}
    return made if len(node) == 1 else made | {key: value for key, value in node.items() if key not in _TEXTS}


def as_property(node: Node, name: str, description: str | None = None, default: Any = None) -> Node:
    """A node as the property of an object: always with a description, in the last resort its name in words."""
    text = description or node.get("description") or in_words(name)
    made = finished(node, text) if len(node) > 1 else {"type": node["type"], "description": text}
    return with_default(made, default)


def with_default(node: Node, default: Any) -> Node:
    """The node with a default, where that tells the model something."""
    return {**node, "default": default} if default is not None and _tells(default, node["type"]) else node


def _tells(default: Any, kind: str) -> bool:
    """Whether a default is of the type, and worth its room: nothing empty, and nothing long."""
    if not isinstance(default, _CLASSES.get(kind, ())) or (kind != "boolean" and isinstance(default, bool)):
        return False
    if isinstance(default, (int, float)):
        return default - default == 0
    return bool(default) and len(str(default)) <= 200
