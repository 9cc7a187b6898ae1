"""Bodies that a documented schema takes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .documented import published

ANY = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.just([]) | st.just({"type": "object"})


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the subset of JSON Schema that the documented schemas are written in."""
    if "oneOf" in schema:
        shared = {"type": schema["type"]} if "type" in schema else {}
        return st.one_of([from_schema({**shared, **branch}) for branch in schema["oneOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=6)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(low, high)
        case "number":
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "array":
            return st.lists(from_schema(schema["items"]), max_size=3)
        case "object":
            return _objects(schema)
    return ANY


def _objects(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: from_schema(inner) for name, inner in schema.get("properties", {}).items()}
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    made = st.fixed_dictionaries(required, optional=fields)
    if "additionalProperties" in schema:
        return st.dictionaries(st.text(max_size=4), from_schema(schema["additionalProperties"]), max_size=2)
    return made


def documented_bodies(edition: Any, place: int) -> st.SearchStrategy[Any]:
    """Bodies of one branch: 0 is the prompt, 1 the messages."""
    return from_schema({"type": "object", **published(edition, "input")["oneOf"][place]})
