"""Whether a value satisfies a schema, over the same subset as `grammar`; and what to do where it nearly does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .formats import FORMATS
from .grammar import kinds_of

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}


def valid(value: Any, schema: Any) -> bool:
    """Whether a JSON value satisfies a schema."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and not any(valid(value, choice) for choice in choices):
        return False
    if ("type" in schema or not choices) and "enum" not in schema and "const" not in schema:
        return any(_is(value, kind) and _fits(value, kind, schema) for kind in kinds_of(schema))
    return True


def settle(value: Any, schema: Mapping[str, Any]) -> Any:
    """A number inside its bounds, a text of an allowed length; anything else as it is.

    >>> settle(12, {"type": "integer", "maximum": 10})
    10
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = "integer" in kinds_of(schema)
        step = 1 if whole else 1e-6
        for key, bound, pick in (
            ("minimum", 0, max),
            ("maximum", 0, min),
            ("exclusiveMinimum", step, max),
            ("exclusiveMaximum", -step, min),
        ):
            if key in schema:
                value = pick(value, schema[key] + bound)
        return value
    if isinstance(value, str):
        value = value[: schema.get("maxLength")]
        return value.ljust(schema.get("minLength", 0))
    return value


def plainest(schema: Any) -> Any:
    """The plainest value that satisfies a schema: the least number, the shortest list, no optional property."""
    schema = schema if isinstance(schema, Mapping) else {}
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return plainest(choices[0])
    kind = kinds_of(schema)[0]
    if kind == "object":
        properties = schema.get("properties") or {}
        return {name: plainest(properties[name]) for name in properties if name in schema.get("required", ())}
    if kind == "array":
        fixed = schema.get("prefixItems", ())
        return [plainest(item) for item in fixed or [schema.get("items")] * schema.get("minItems", 0)]
    if schema.get("format") in FORMATS and kind == "string":
        return FORMATS[schema["format"]].plainest
    empty: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False, "null": None, "string": ""}
    return settle(empty[kind], schema)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind in ("integer", "number"):
        return False
    return isinstance(value, _TYPES[kind])


def _fits(value: Any, kind: str, schema: Mapping[str, Any]) -> bool:
    if kind in ("integer", "number"):
        return bool(settle(value, schema) == value)
    if kind == "string":
        return settle(value, schema) == value and _formatted(value, schema)
    if kind == "array":
        return _items_fit(value, schema)
    return kind != "object" or _properties_fit(value, schema)


def _formatted(value: str, schema: Mapping[str, Any]) -> bool:
    known = FORMATS.get(schema.get("format", ""))
    try:
        if known is not None:
            known.check(value)
        return "pattern" not in schema or re.search(schema["pattern"], value) is not None
    except (ValueError, re.error):
        return False


def _items_fit(value: list[Any], schema: Mapping[str, Any]) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return False
    fixed = schema.get("prefixItems", ())
    rest = value[len(fixed) :]
    return all(valid(item, part) for item, part in zip(value, fixed, strict=False)) and (
        "items" not in schema or all(valid(item, schema["items"]) for item in rest)
    )


def _properties_fit(value: dict[str, Any], schema: Mapping[str, Any]) -> bool:
    properties = schema.get("properties") or {}
    others = schema.get("additionalProperties", not properties)
    return all(name in value for name in schema.get("required", ())) and all(
        valid(item, properties[name]) if name in properties else bool(others is not False) and valid(item, others or {})
        for name, item in value.items()
    )
