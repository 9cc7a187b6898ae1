"""The documented schemas by the rules of JSON Schema, told in the service's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .validation import Mismatch, field_of, limits, printed, type_names


def strictly_matching(schema: Mapping[str, Any], body: Any) -> str:
    """`validation.matching`, by the rules of JSON Schema: everything that a schema says holds, also inside of `tools`.

    Branches are those whose field the body has, so that the schema of 2025 means what it is meant to (quirk Q56).

    Raises:
        Mismatch: The body fits none of the branches, or more than one.
    """
    branches = schema["oneOf"]
    if isinstance(body, dict):
        branches = [branch for branch in branches if field_of(branch) in body]
    typed = [{"type": "object", **branch} for branch in branches or schema["oneOf"]]
    found = [(field_of(branch), next(_problems(branch, body, ""), None)) for branch in typed]
    fields = [field for field, problem in found if problem is None]
    if not branches or len(fields) != 1:
        raise Mismatch(_told("/", len(fields) if branches else 0, [problem for _, problem in found]))
    return fields[0]


def _told(where: str, matches: int, problems: list[str | None]) -> str:
    told = ", ".join(dict.fromkeys(problem for problem in problems if problem is not None))
    return f"oneOf at '{where}' not met, {matches} matches" + (f": {told}" if told else "")


def _problems(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    where = path or "/"
    names, wanted = type_names(value), schema.get("type")
    if wanted is not None and wanted not in names:
        yield f"Type mismatch of '{where}', '{wanted}' not in {','.join(map(repr, names))}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"enum {printed(value)} not in {','.join(schema['enum'])} at '{where}'"
    exceeded = limits(schema, value, where, len(value) if isinstance(value, str) else 0)
    if exceeded is not None:
        yield exceeded
    if isinstance(value, dict):
        yield from _field_problems(schema, value, path)
    elif isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from _problems(schema["items"], item, f"{path}/{place}")
    if "oneOf" in schema:
        found = [next(_problems(branch, value, path), None) for branch in schema["oneOf"]]
        if found.count(None) != 1:
            yield _told(where, found.count(None), found)


def _field_problems(schema: Mapping[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    required, properties = schema.get("required", ()), schema.get("properties", {})
    if any(name not in value for name in required):
        yield f"required properties at '{path or '/'}' are '{','.join(required)}'"
    for name, inner in value.items():
        if name in properties:
            yield from _problems(properties[name], inner, f"{path}/{name}")
        elif "additionalProperties" in schema:
            yield from _problems(schema["additionalProperties"], inner, f"{path}/{name}")
