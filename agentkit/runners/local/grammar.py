"""JSON Schemas as grammars (GBNF, the form that llama.cpp reads), for JSON without any optional white space.

The subset: `type` (also a list of types), `properties`, `required`, `items`, `prefixItems`, `minItems`, `maxItems`,
`enum`, `const`, `format` (those of `formats`), `anyOf`, `oneOf`, `additionalProperties` with a schema. Bounds of
numbers and lengths of texts are not part of the grammar: `validation.settle` sees to them. Anything else is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .formats import FORMATS

LONGEST_TEXT = 400
"""Characters of a text value that nothing else bounds."""
MOST_ITEMS = 12
"""Items of a list that nothing else bounds: small models do not come to an end."""

_CHARACTER = r'[^"\\\x00-\x1f] | "\\" ["\\/bfnrt]'
_SCALARS = {
    "string": rf'"\"" ({_CHARACTER}){{0,{LONGEST_TEXT}}} "\""',
    "integer": '"-"? ("0" | [1-9] [0-9]{0,9})',
    "number": '"-"? ("0" | [1-9] [0-9]{0,9}) ("." [0-9]{1,6})?',
    "boolean": '"true" | "false"',
    "null": '"null"',
}


def to_gbnf(schema: Mapping[str, Any]) -> str:
    """A grammar of all JSON texts that satisfy a schema, as far as a grammar can say it."""
    rules = _Rules()
    return f"root ::= {rules.of(schema)}\n{rules}"


def literal(text: str) -> str:
    """A text that must stand there exactly as it is.

    >>> print(literal('say "hi"'))
    "say \\"hi\\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def one_of(texts: Iterable[str]) -> str:
    """One of several texts."""
    return "(" + " | ".join(literal(text) for text in texts) + ")"


def to_json(value: Any) -> str:
    """JSON as these grammars write it: without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Rules:
    """Named rules, each written once: llama.cpp multiplies out what is repeated, and refuses what grows too large."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __str__(self) -> str:
        return "\n".join(f"{name} ::= {expression}" for expression, name in self._names.items())

    def of(self, schema: Any) -> str:
        """The name of the rule of a schema."""
        return self._rule(self._expression(schema))

    def _expression(self, schema: Any) -> str:
        schema = schema if isinstance(schema, Mapping) else {}
        if "const" in schema:
            return literal(to_json(schema["const"]))
        if "enum" in schema:
            return one_of(to_json(value) for value in schema["enum"])
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return " | ".join(dict.fromkeys(self.of(choice) for choice in choices))
        return " | ".join(dict.fromkeys(self._rule(self._of_kind(kind, schema)) for kind in kinds_of(schema)))

    def _of_kind(self, kind: str, schema: Mapping[str, Any]) -> str:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema)
        if kind == "string" and schema.get("format") in FORMATS:
            return rf'"\"" {FORMATS[schema["format"]].gbnf} "\""'
        return _SCALARS[kind]

    def _object(self, schema: Mapping[str, Any]) -> str:
        properties = schema.get("properties") or {}
        if not properties:
            return self._map(schema.get("additionalProperties"))
        required = [name for name in properties if name in schema.get("required", ())]
        optional = [name for name in properties if name not in required]
        pairs = {name: self._rule(f"{literal(to_json(name) + ':')} {self.of(properties[name])}") for name in properties}
        tail = [f'("," {pairs[name]})?' for name in optional]
        if required:
            head = ' "," '.join(pairs[name] for name in required)
            return f'"{{" {head} {" ".join(tail)} "}}"'
        starts = [f"{pairs[name]} {' '.join(tail[index + 1 :])}" for index, name in enumerate(optional)]
        return f'"{{" ({" | ".join(starts)})? "}}"'

    def _map(self, values: Any) -> str:
        if values is False or values is None:
            return '"{}"'
        pair = self._rule(f'{self.of({"type": "string"})} ":" {self.of(values)}')
        return f'"{{" ({pair} ("," {pair}){{0,{MOST_ITEMS - 1}}})? "}}"'

    def _array(self, schema: Mapping[str, Any]) -> str:
        fixed = [self.of(item) for item in schema.get("prefixItems", ())]
        if fixed:
            items = ' "," '.join(fixed)
            return f'"[" {items} "]"'
        item = self.of(schema.get("items"))
        least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", MOST_ITEMS))
        most = max(least, min(most, max(least, MOST_ITEMS)))
        if most == 0:
            return '"[]"'
        some = f'{item} ("," {item}){{{max(least - 1, 0)},{most - 1}}}'
        return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'

    def _rule(self, expression: str) -> str:
        return self._names.setdefault(expression, f"r{len(self._names)}")


def kinds_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that a schema names; where it names none, those that its other keys speak of, else a text."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return tuple(name for name in kind if name in _SCALARS or name in ("object", "array")) or ("string",)
    if kind in _SCALARS or kind in ("object", "array"):
        return (str(kind),)
    if "properties" in schema:
        return ("object",)
    return ("array",) if "items" in schema else ("string",)
