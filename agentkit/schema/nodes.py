"""The pieces of a reduced schema while it is being made.

A node is a dict as it will be sent, but what it says is still apart: `description` is the text of the author, `notes`
are remarks on constraints and alternatives. `finished` puts them together.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from .words import in_words, joined

Node: TypeAlias = dict[str, Any]

ANYTHING: Node = {"type": "string", "notes": ["any JSON value"]}


def finished(node: Node, description: str = "") -> Node:
    """A node as it is sent: type, description, then the rest.

    Args:
        node: The node; it is not changed.
        description: What is said in place of the node's own description.
    """
    text = joined(description or node.get("description", ""), node.get("notes", []))
    start = {"type": node["type"], "description": text} if text else {"type": node["type"]}
    return start | {key: value for key, value in node.items() if key not in ("type", "description", "notes")}


def as_property(node: Node, name: str, description: str = "") -> Node:
    """A node as the property of an object: always with a description, in the last resort its name in words."""
    return finished(node, description or node.get("description") or in_words(name))


def with_default(node: Node, default: Any) -> Node:
    """The node with a default, where that tells the model something."""
    if default is None or default in ("", [], {}) or (isinstance(default, float) and default - default != 0):
        return node
    if not isinstance(default, (str, int, float, bool, list, dict)) or len(str(default)) > 200:
        return node
    return {**node, "default": default}
