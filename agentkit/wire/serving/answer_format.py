"""What form an answer is asked to have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .complaints import bad_input, mismatch, missing
from .values import read_value

JSON_OBJECT = {"type": "json_object"}
PATH = "/response_format"


def read_format(value: Any) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """`response_format` (contract/workers_ai.md section 11b), the schema bare or wrapped (quirk Q7).

    Returns:
        `Request.output_schema`, and what goes into `Request.extra`: any JSON object has no schema of its own.

    Raises:
        BadRequestError: With code 5006: it is none of those.
    """
    if value is None:
        return None, {}
    if not isinstance(value, dict):
        raise mismatch(PATH, "object", value)
    kind = read_value(value, "type", "string", PATH)
    if kind is None:
        raise missing(PATH, "type")
    if kind == "text":
        return None, {}
    if kind == "json_object":
        return None, {"response_format": JSON_OBJECT}
    if kind != "json_schema":
        raise bad_input(f"enum {kind} not in text,json_object,json_schema at '{PATH}/type'")
    schema = read_value(value, "json_schema", "object", PATH)
    if schema is None:
        raise missing(PATH, "type", "json_schema")
    return unwrapped(schema), {}


def unwrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in `json_schema`, bare or as chat completions wrap it: with a name (quirk Q7)."""
    inner = schema.get("schema")
    wrapped = isinstance(inner, Mapping) and ("name" in schema or "strict" in schema or "type" not in schema)
    return dict(inner) if wrapped and isinstance(inner, Mapping) else schema
