"""What a JSON Schema says, read forgivingly: a keyword whose value has the wrong form counts as left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}


def as_schema(schema: Any) -> Schema:
    """A schema as a mapping; `True`, `False` and what is no schema say nothing."""
    return schema if isinstance(schema, Mapping) else {}


def is_kind(value: Any, kind: str) -> bool:
    """Whether a JSON value is of a type. A number without a fraction is an integer, `True` is none.

    >>> is_kind(3.0, "integer"), is_kind(True, "integer")
    (True, False)
    """
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


def named_kinds(schema: Schema) -> tuple[str, ...]:
    """The types that a schema allows by `type`; empty where it names none, so that any is allowed."""
    named = schema.get("type")
    names = named if isinstance(named, list) else [named]
    return tuple(name for name in names if isinstance(name, str) and name in TYPES)


def kinds_of(schema: Schema) -> tuple[str, ...]:
    """The types that a value is looked for or written in: those that are named, or that other keywords speak of.

    >>> kinds_of({"type": ["integer", "null"]}), kinds_of({"items": {}}), kinds_of({})
    (('integer', 'null'), ('array',), ('string',))
    """
    named = named_kinds(schema)
    if named:
        return named
    if "properties" in schema or "additionalProperties" in schema:
        return ("object",)
    return ("array",) if "items" in schema or "prefixItems" in schema else ("string",)


def closed_values(schema: Schema) -> list[Any]:
    """The values of a closed set (`const` or `enum`) that are of an allowed type; empty where the set is open."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return []
    kinds = named_kinds(schema)
    return [value for value in values if any(is_kind(value, kind) for kind in kinds)] if kinds else list(values)


def choices_of(schema: Schema) -> list[Schema]:
    """The schemas of `anyOf` or `oneOf`, each with what stands beside it; empty where there are none."""
    base = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
    for key in ("anyOf", "oneOf"):
        choices = schema.get(key)
        if isinstance(choices, list) and choices:
            return [_both(base, as_schema(choice)) for choice in choices if choice is not False]
    return []


def properties_of(schema: Schema) -> dict[str, Schema]:
    """The properties of an object by name, and those that are required without being described."""
    properties = {str(name): as_schema(each) for name, each in as_schema(schema.get("properties")).items()}
    other = as_schema(schema.get("additionalProperties"))
    return properties | {name: other for name in required_of(schema) if name not in properties}


def required_of(schema: Schema) -> list[str]:
    """The names of the properties that an object must have."""
    required = schema.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def fixed_items(schema: Schema) -> list[Schema]:
    """The schemas of the first items of a list."""
    fixed = schema.get("prefixItems")
    return [as_schema(item) for item in fixed] if isinstance(fixed, list) else []


def number_of(schema: Schema, key: str) -> float | None:
    """A bound; None where there is none."""
    value = schema.get(key)
    return value if is_kind(value, "number") and math.isfinite(value or 0) else None


def count_of(schema: Schema, key: str) -> int | None:
    """A count of items or characters; None where there is none."""
    value = number_of(schema, key)
    return None if value is None else max(0, int(value))


def _both(base: Schema, choice: Schema) -> Schema:
    """Two schemas in one, as far as they name different things; the second goes first."""
    both = {**base, **choice}
    if "properties" in base and "properties" in choice:
        both["properties"] = {**as_schema(base["properties"]), **as_schema(choice["properties"])}
    if "required" in base and "required" in choice:
        both["required"] = list(dict.fromkeys([*required_of(base), *required_of(choice)]))
    return both
