"""What Cloudflare's validator refuses, in its words, as contract/workers_ai.md section 3.3 describes it.

It is looser than JSON Schema: unknown keys pass, a `oneOf` below the top never fails, and of each branch at the top
only the first problem is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMES = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}


def refusal(schema: Mapping[str, Any], body: Any) -> str | None:
    """Why a body is refused, None where it is taken."""
    found = [next(_problems(branch, body, ""), None) for branch in schema["oneOf"]]
    matches = found.count(None)
    if matches == 1:
        return None
    told = ", ".join(dict.fromkeys(filter(None, found)))
    return f"oneOf at '/' not met, {matches} matches" + (f": {told}" if told and not matches else "")


def _types(value: Any) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [NAMES[type(value)]]
    return ["number", "integer"] if float(value).is_integer() else ["number"]


def _problems(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    where = path or "/"
    if "oneOf" in schema:
        return
    types, wanted = _types(value), schema.get("type", "object" if not path else None)
    if wanted and wanted not in types:
        yield f"Type mismatch of '{where}', '{wanted}' not in {','.join(map(repr, types))}"
        return
    if isinstance(value, dict):
        required = schema.get("required", ())
        if any(name not in value for name in required):
            yield f"required properties at '{where}' are '{','.join(required)}'"
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _problems(inner, value[name], f"{path}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(schema.get("items", {}), item, f"{path}/{index}")
    else:
        yield from _limits(schema, value, where)


def _limits(schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"enum {value} not in {','.join(schema['enum'])} at '{where}'"
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            yield f"Length of '{where}' must be <= {schema['maxLength']}"
        if len(value) < schema.get("minLength", 0):
            yield f"Length of '{where}' must be >= {schema['minLength']} not met"
    if isinstance(value, int | float):
        if value < schema.get("minimum", value):
            yield f"'{where}' must be >= {schema['minimum']}"
        if value > schema.get("maximum", value):
            yield f"'{where}' must be <= {schema['maximum']}"
