"""JSON Schemas as grammars (GBNF, the form that llama.cpp reads), for JSON without any optional white space.

The subset: `type` (also a list of types), `properties`, `required`, `items`, `prefixItems`, `minItems`, `maxItems`,
`enum`, `const`, `format` (those of `formats`), `anyOf`, `oneOf`, and `additionalProperties` of objects that name no
properties. Bounds of numbers and lengths of texts are not part of the grammar: `validation.settle` sees to them.
Anything else is ignored, `$ref` and `allOf` among it: schemas of `Tool`s have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .formats import format_of
from .schemas import (
    Schema,
    as_schema,
    choices_of,
    closed_values,
    count_of,
    fixed_items,
    kinds_of,
    properties_of,
    required_of,
)

LONGEST_TEXT = 400
"""Characters of a text value that nothing else bounds."""
MOST_ITEMS = 12
"""Items of a list that nothing else bounds: small models do not come to an end."""
LONGEST_LIST = 100
"""Items that a list is given at most, however many a schema asks for: llama.cpp refuses larger repetitions."""

_CHARACTER = r'[^"\\\x00-\x1f] | "\\" ["\\/bfnrt]'
_SCALARS = {
    "string": rf'"\"" ({_CHARACTER}){{0,{LONGEST_TEXT}}} "\""',
    "integer": '"-"? ("0" | [1-9] [0-9]{0,9})',
    "number": '"-"? ("0" | [1-9] [0-9]{0,9}) ("." [0-9]{1,6})?',
    "boolean": '"true" | "false"',
    "null": '"null"',
}


def to_gbnf(schema: Schema) -> str:
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

    def of(self, schema: Schema) -> str:
        """The name of the rule of a schema."""
        return self._rule(self._expression(schema))

    def _expression(self, schema: Schema) -> str:
        values = closed_values(schema)
        if values:
            return one_of(to_json(value) for value in values)
        choices = choices_of(schema)
        if choices:
            return " | ".join(dict.fromkeys(self.of(choice) for choice in choices))
        return " | ".join(dict.fromkeys(self._rule(self._of_kind(kind, schema)) for kind in kinds_of(schema)))

    def _of_kind(self, kind: str, schema: Schema) -> str:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema)
        known = format_of(schema)
        return rf'"\"" {known.gbnf} "\""' if known is not None and kind == "string" else _SCALARS[kind]

    def _object(self, schema: Schema) -> str:
        properties = properties_of(schema)
        if not properties:
            return self._map(schema.get("additionalProperties"))
        needed = set(required_of(schema))
        pairs = {name: self._rule(f"{literal(to_json(name) + ':')} {self.of(properties[name])}") for name in properties}
        required = [pairs[name] for name in properties if name in needed]
        optional = [pairs[name] for name in properties if name not in needed]
        rest = ""
        starts = []
        for pair in reversed(optional):  # each rule holds those of the pairs that may follow: a chain, not a square
            starts.append(f"{pair} {rest}")
            rest = self._rule(f'("," {pair})? {rest}')
        if required:
            head = ' "," '.join(required)
            return f'"{{" {head} {rest} "}}"'
        return f'"{{" ({" | ".join(reversed(starts))})? "}}"'

    def _map(self, values: Any) -> str:
        if values is False or values is None:
            return '"{}"'
        pair = self._rule(f'{self.of({"type": "string"})} ":" {self.of(as_schema(values))}')
        return f'"{{" ({pair} ("," {pair}){{0,{MOST_ITEMS - 1}}})? "}}"'

    def _array(self, schema: Schema) -> str:
        fixed = [self.of(item) for item in fixed_items(schema)]
        item = self.of(as_schema(schema.get("items")))
        least = min(count_of(schema, "minItems") or 0, LONGEST_LIST)
        limit = count_of(schema, "maxItems")
        most = max(least, MOST_ITEMS if limit is None else min(limit, MOST_ITEMS))
        if fixed:
            further = f' ("," {item}){{{least - len(fixed)}}}' if least > len(fixed) else ""
            items = ' "," '.join(fixed)
            return f'"[" {items}{further} "]"'
        if most == 0:
            return '"[]"'
        some = f'{item} ("," {item}){{{max(least - 1, 0)},{most - 1}}}'
        return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'

    def _rule(self, expression: str) -> str:
        return self._names.setdefault(expression, f"r{len(self._names)}")
