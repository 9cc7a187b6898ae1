"""JSON mode of Workers AI, which refuses less than chat completions do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answer_format import unwrapped

ANY_OBJECT = {"type": "object"}


def wanted_json(body: Mapping[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The schema that an answer must satisfy, None where it is text (contract/workers_ai.md section 11b).

    It is in `response_format`, bare or as chat completions wrap it (quirk Q7), or in `guided_json`. Whatever asks for
    JSON without a schema that can be used gets any object, and what does not even do that is ignored: the validator
    lets it pass.

    Args:
        body: It passed the validator.

    Returns:
        The schema, and what was ignored.
    """
    guided, wanted = body.get("guided_json"), body.get("response_format")
    if isinstance(guided, dict):
        return guided, ()
    notes = () if guided is None else ("guided_json is no schema and was ignored",)
    if wanted is None or (isinstance(wanted, dict) and wanted.get("type") == "text"):
        return None, notes
    schema = wanted.get("json_schema") if isinstance(wanted, dict) else None
    kind = wanted.get("type", "json_schema" if schema else None) if isinstance(wanted, dict) else None
    if kind not in ("json_object", "json_schema"):
        return None, (*notes, "response_format asks for nothing that is known and was ignored")
    if isinstance(schema, dict):
        return unwrapped(schema), notes
    if kind == "json_schema":
        notes = (*notes, "response_format has no schema; any object will do")
    return ANY_OBJECT, notes
