"""Any JSON Schema reduced to the one that is sent.

What is left are the keywords `type` (always one plain name), `description`, `enum`, `default`, `format` (date, time,
date-time, uuid), `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `items`, `minItems`, `maxItems`,
`properties`, `required` and `additionalProperties`. No `$ref`: definitions are put where they are used. A type that
contains itself is unrolled three times; below that it is left out, and still accepted when a call has it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..errors import SchemaError
from .constraints import keywords, notes, positions
from .docstrings import first_paragraph
from .nodes import ANYTHING, Node, as_property, finished, with_default
from .unions import union

DEPTH = 3
"""How often a definition may stand inside itself."""
SMALL = 12_000
"""Characters of a tool's schema above which recursion is cut earlier."""

_TYPES: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))


def reduced(raw: Mapping[str, Any]) -> Node:
    """Reduce a JSON Schema with its `$defs`.

    Args:
        raw: The schema, as pydantic makes it.

    Raises:
        SchemaError: A type needs itself to be complete, without end, or has values that JSON cannot carry.
    """
    node: Node | None = None
    for depth in range(DEPTH, 0, -1):
        reducer = _Reducer(raw.get("$defs", {}), depth)
        node = reducer.node(raw)
        if not reducer.cut or (node is not None and len(json.dumps(node, default=str)) <= SMALL):
            break
    if node is None:
        raise SchemaError("the type contains itself without end.", hint="Make the inner one optional.")
    return node


class _Reducer:
    """One pass over a schema; `None` stands for what is cut because it lies too deep in itself."""

    def __init__(self, definitions: Mapping[str, Any], depth: int) -> None:
        self._definitions = definitions
        self._depth = depth
        self._open: Counter[str] = Counter()
        self.cut = False
        """Whether something was left out."""

    def node(self, raw: Any) -> Node | None:
        """Reduce a schema, with what it says about itself as description."""
        if not isinstance(raw, Mapping):
            raw = {}
        if "$ref" in raw:
            return self._referred(raw)
        if raw.get("allOf"):
            parts = (*raw["allOf"], raw)
            return self.node({key: value for part in parts for key, value in part.items() if key != "allOf"})
        for key in ("anyOf", "oneOf"):
            if key in raw:
                return self._described(self._alternatives(raw[key]), raw)
        if "const" in raw or "enum" in raw:
            return self._described(_enumeration(raw.get("enum", [raw.get("const")])), raw)
        make = {"array": self._array, "object": self._object}.get(str(raw.get("type")), _scalar)
        return self._described(make(raw), raw)

    def _referred(self, raw: Mapping[str, Any]) -> Node | None:
        name = raw["$ref"].rpartition("/")[2]
        if self._open[name] >= self._depth:
            self.cut = True
            return None
        self._open[name] += 1
        siblings = {key: value for key, value in raw.items() if key != "$ref"}
        try:
            return self.node({**self._definitions[name], **siblings})
        finally:
            self._open[name] -= 1

    def _described(self, node: Node | None, raw: Mapping[str, Any]) -> Node | None:
        """The node with what the schema says beside its type."""
        if node is None:
            return None
        described = with_default(node, raw.get("default"))
        text = first_paragraph(raw.get("description"))
        said = [*node.get("notes", ()), *notes(raw)]
        if text:
            described = {**described, "description": text}
        return {**described, "notes": said} if said else described

    def _alternatives(self, raws: list[Any]) -> Node | None:
        nodes = [self.node(raw) for raw in raws if raw.get("type") != "null"]
        left = [node for node in nodes if node is not None]
        if left:
            return union(left)
        return {"type": "null"} if len(nodes) < len(raws) else None

    def _array(self, raw: Mapping[str, Any]) -> Node | None:
        if raw.get("prefixItems"):
            return self._tuple(raw)
        items = self.node(raw.get("items", {}))
        if items is not None:
            return {"type": "array", "items": finished(items), **keywords(raw)}
        return None if raw.get("minItems") else {"type": "array", "items": {"type": "object"}, "maxItems": 0}

    def _tuple(self, raw: Mapping[str, Any]) -> Node | None:
        nodes = [self.node(item) for item in raw["prefixItems"]]
        items = [node for node in nodes if node is not None]
        if len(items) < len(nodes):
            return None
        order = positions(items)
        bare = [{key: value for key, value in item.items() if key not in ("description", "notes")} for item in items]
        one = {key: value for key, value in union(bare).items() if key != "notes"}
        node: Node = {"type": "array", "items": one, **keywords(raw)}
        return {**node, "notes": [order]} if order else node

    def _object(self, raw: Mapping[str, Any]) -> Node | None:
        required = raw.get("required", [])
        properties: dict[str, Any] = {}
        for name, value in raw.get("properties", {}).items():
            node = self.node(value)
            if node is None and name in required:
                return None
            if node is not None and (name in required or node.get("maxItems") != 0):
                properties[name] = as_property(node, name)
        made: Node = {"type": "object"}
        if "properties" in raw:
            made["properties"] = properties
        if required:
            made["required"] = list(required)
        more = raw.get("additionalProperties", "properties" not in raw)
        if more is not False:
            values = self.node(more) if isinstance(more, Mapping) and more else ANYTHING
            made["additionalProperties"] = True if values == ANYTHING else finished(values) if values else False
        return made


def _enumeration(values: list[Any]) -> Node:
    """A closed set of values; if they are of several types, those of the widest, since `type` names only one."""
    nodes: list[Node] = []
    for cls, name in _TYPES:
        matching = [value for value in values if type(value) is cls]
        if matching:
            nodes.append({"type": name, "enum": matching})
    if sum(len(node["enum"]) for node in nodes) + values.count(None) < len(values):
        raise SchemaError(
            "the values of an Enum must be texts, numbers or true and false.",
            hint="Give it such values, and look up the objects in the function.",
        )
    return union(nodes) if nodes else {"type": "null"}


def _scalar(raw: Mapping[str, Any]) -> Node:
    name = raw.get("type")
    if isinstance(name, list):
        left = [_scalar({**raw, "type": each}) for each in name if each != "null"]
        return union(left) if left else {"type": "null"}
    if name not in ("string", "integer", "number", "boolean", "null"):
        return ANYTHING
    return {"type": name, **keywords(raw)}
