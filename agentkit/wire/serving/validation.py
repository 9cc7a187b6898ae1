"""What the service refuses, in its words: the behaviour of its validator (contract/workers_ai.md sections 3.2, 3.3).

It is looser than JSON Schema, and counts where JSON Schema asks yes or no: a field that is there and fits counts 1, one
that is absent counts 0, and an object counts where any of its fields does. From this follows what it is known for:

* unknown keys pass, and so does whatever has no field that is known, null and numbers among it;
* a list that begins with texts and numbers, or with those and null, passes whatever it should have in it;
* a `oneOf` below the top never refuses, but what does not fit there is told when something else refuses;
* of each branch at the top only the first problem is told.

`strictness` has the rules of JSON Schema.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

NAMES = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}
SCALARS = ("string", "integer", "number", "boolean")
ABSENT: Any = object()
LARGEST = sys.float_info.max
"""A number beyond it is infinite where it is read as a double, and then no integer."""

Told = dict[str, None]
"""Problems in their order, each once."""


class Mismatch(ValueError):
    """A body that does not fit; the text says why, as the service does."""


def refusal(schema: Mapping[str, Any], body: Any) -> str | None:
    """Why a body is refused, None where it is taken.

    Args:
        schema: A documented input schema, see `schemas`.
        body: JSON data.
    """
    try:
        matching(schema, body)
    except Mismatch as told:
        return str(told)
    return None


def matching(schema: Mapping[str, Any], body: Any) -> str:
    """The field by which the branch that a body fits is known: `prompt`, `messages` or `requests`.

    Raises:
        Mismatch: It fits none, or more than one.
    """
    told: Told = {}
    total, found = _fitting({"type": schema.get("type")}, schema["oneOf"], body, "", told)
    if total == 1:
        return field_of(schema["oneOf"][found])
    raise Mismatch(f"oneOf at '/' not met, {total} matches" + (f": {', '.join(told)}" if told else ""))


def field_of(branch: Mapping[str, Any]) -> str:
    """The field by which a branch is known."""
    return str(next(iter(branch.get("required", branch["properties"]))))


def type_names(value: Any) -> list[str]:
    """What a value is, in the order in which it is told."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [NAMES[type(value)], "binary"] if _is_binary(value) else [NAMES[type(value)]]
    is_whole = isinstance(value, int) or value.is_integer()
    return ["number", "integer"] if is_whole and abs(value) <= LARGEST else ["number"]


def limits(schema: Mapping[str, Any], value: Any, where: str, length: int) -> str | None:
    """What a text or a number exceeds.

    Args:
        schema: With its limits.
        value: What they are of.
        where: Its place.
        length: Of a text.
    """
    if isinstance(value, str):
        if length > schema.get("maxLength", length):
            return f"Length of '{where}' must be <= {schema['maxLength']}"
        if length < schema.get("minLength", length):
            return f"Length of '{where}' must be >= {schema['minLength']} not met"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            return f"'{where}' must be >= {schema['minimum']}"
        if value > schema.get("maximum", value):
            return f"'{where}' must be <= {schema['maximum']}"
    return None


def printed(value: Any) -> str:
    """A value as JavaScript puts it into a text, where lists are flat."""
    leaves, rest = [], [value]
    while rest:
        item = rest.pop()
        if isinstance(item, list) and item:
            rest.extend(reversed(item))
        else:
            leaves.append("" if item is None and item is not value else _leaf(item))
    return ",".join(leaves)


def _leaf(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | dict):
        return "[object Object]" if isinstance(value, dict) else ""
    if isinstance(value, str):
        return value
    if abs(value) > LARGEST:
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if float(value).is_integer() else str(value)


def _fitting(
    shared: Mapping[str, Any], branches: Iterable[Mapping[str, Any]], value: Any, path: str, told: Told
) -> tuple[int, int]:
    """How much of a value fits the branches, and the first one that it fits."""
    total, found = 0, 0
    for place, branch in enumerate(branches):
        try:
            count = _count({**shared, **branch}, value, path, told)
        except Mismatch as problem:
            told[str(problem)] = None
            continue
        found = found if total else place
        total += count
        if total != 1:
            break
    return total, found


def _count(schema: Mapping[str, Any], value: Any, path: str, told: Told) -> int:
    """How much of a value fits a schema.

    Raises:
        Mismatch: It does not.
    """
    if type(value) is str and _is_plain_text(schema, value):
        return 1
    if "oneOf" in schema:
        total, _ = _fitting({"type": schema.get("type")}, schema["oneOf"], value, path, told)
        return int(total == 1)
    kind = schema.get("type")
    if kind == "array" and not isinstance(value, str) and not _is_binary(value):
        return sum(_count(schema["items"], item, f"{path}/{place}", told) for place, item in _items(value))
    if kind == "object" or "properties" in schema:
        return _count_fields(schema, value, path, told)
    if value is ABSENT:
        return 0
    problem = _problem(schema, value, path or "/")
    if problem is not None:
        raise Mismatch(problem)
    return 1


def _count_fields(schema: Mapping[str, Any], value: Any, path: str, told: Told) -> int:
    fields = value if isinstance(value, dict) else {}
    found = []
    for name, inner in schema.get("properties", {}).items():
        field = fields.get(name, ABSENT)
        if field is ABSENT and inner.get("type") in SCALARS:
            continue
        if _count(inner, field, f"{path}/{name}", told) > 0:
            found.append(name)
    count = len(found)
    if "additionalProperties" in schema:
        for name in fields:
            last = name.rpartition("/")[2]
            count += _count(schema["additionalProperties"], fields.get(last, ABSENT), f"/{last}", {}) > 0
    required = schema.get("required", ())
    if any(name not in found for name in required):
        raise Mismatch(f"required properties at '{path or '/'}' are '{','.join(required)}'")
    return int(count > 0)


def _is_plain_text(schema: Mapping[str, Any], value: str) -> bool:
    """Whether a text is what is wanted, seen without a closer look: most of a conversation is."""
    if schema.get("type") != "string" or "enum" in schema:
        return False
    return bool(schema.get("minLength", 0) <= len(value) and 2 * len(value) <= schema.get("maxLength", LARGEST))


def _problem(schema: Mapping[str, Any], value: Any, where: str) -> str | None:
    if "enum" in schema and value not in schema["enum"]:
        return f"enum {printed(value)} not in {','.join(schema['enum'])} at '{where}'"
    names, wanted = type_names(value), schema.get("type")
    if wanted is not None and wanted not in names:
        return f"Type mismatch of '{where}', '{wanted}' not in {','.join(map(repr, names))}"
    length = 0
    if isinstance(value, str):  # counted as JavaScript does, where some characters are two
        length = len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2
    return limits(schema, value, where, length)


def _items(value: Any) -> Iterable[tuple[int | str, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _is_binary(value: Any) -> bool:
    """Whether a list is taken for the bytes of a file: what it has beside texts and numbers begins with null, or there
    is no such thing."""
    if not isinstance(value, list):
        return False
    others = (item for item in value if isinstance(item, bool) or not isinstance(item, str | int | float))
    return next(others, None) is None
