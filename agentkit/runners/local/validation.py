"""Whether a value satisfies a schema, over the same subset as `grammar`; and what to do where it nearly does.

Within the subset this is what JSON Schema says, with three differences: formats are checked, `oneOf` is read like
`anyOf`, and a keyword of the wrong form is ignored. `minLength`, `maxLength`, `pattern` and the bounds of numbers
are checked too. Other keywords, such as `multipleOf`, `uniqueItems`, `$ref`, `allOf` or `not`, are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from .formats import format_of
from .grammar import LONGEST_LIST, LONGEST_TEXT
from .schemas import (
    Schema,
    as_schema,
    choices_of,
    closed_values,
    count_of,
    fixed_items,
    is_kind,
    kinds_of,
    named_kinds,
    number_of,
    properties_of,
    required_of,
)

FINEST = 1e-6
"""How far a number is put inside a bound that it must not reach, or the next one that floats can tell apart."""

_BOUNDS = (
    ("minimum", 1, True),
    ("maximum", -1, True),
    ("exclusiveMinimum", 1, False),
    ("exclusiveMaximum", -1, False),
)
"""Each keyword, the side on which numbers may be (1: above), and whether they may be the bound itself."""


def valid(value: Any, schema: Any) -> bool:
    """Whether a JSON value satisfies a schema."""
    if not isinstance(schema, Mapping):
        return schema is not False
    kinds = named_kinds(schema)
    if kinds and not any(is_kind(value, kind) for kind in kinds):
        return False
    closed = "const" in schema or isinstance(schema.get("enum"), list)
    if closed and not any(_same(value, each) for each in closed_values(schema)):
        return False
    choices = [schema[key] for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list) and schema[key]]
    return _fits(value, schema) and all(any(valid(value, choice) for choice in each) for each in choices)


def settle(value: Any, schema: Schema) -> Any:
    """A number inside its bounds, a text or list of an allowed length; anything else as it is.

    A text is filled up with spaces; a list is only cut.

    >>> settle(12, {"type": "integer", "maximum": 10})
    10
    """
    if is_kind(value, "number"):
        return _bounded(value, schema)
    if isinstance(value, str):
        value = value[: count_of(schema, "maxLength")]
        return value.ljust(min(count_of(schema, "minLength") or 0, LONGEST_TEXT))
    return value[: count_of(schema, "maxItems")] if isinstance(value, list) else value


def plainest(schema: Any) -> Any:
    """The plainest value that satisfies a schema: the least number, the shortest list, no optional property.

    Where nothing is found to satisfy it, as with contradictory bounds or a `pattern`, the value does not either.
    """
    schema = as_schema(schema)
    values = closed_values(schema)
    if values:
        return next((value for value in values if valid(value, schema)), values[0])
    choices = choices_of(schema)
    if choices:
        found = [plainest(choice) for choice in choices]
        return next((value for value in found if valid(value, schema)), found[0])
    return _plainest_of(kinds_of(schema)[0], schema)


def _plainest_of(kind: str, schema: Schema) -> Any:
    if kind == "object":
        properties = properties_of(schema)
        return {name: plainest(properties[name]) for name in properties if name in required_of(schema)}
    if kind == "array":
        fixed = fixed_items(schema)
        further = min(count_of(schema, "minItems") or 0, LONGEST_LIST) - len(fixed)
        return [*map(plainest, fixed), *(plainest(schema.get("items")) for _ in range(further))]
    known = format_of(schema)
    if known is not None and kind == "string":
        return known.plainest
    empty: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False, "null": None, "string": ""}
    return settle(empty[kind], schema)


def _bounded(value: float, schema: Schema) -> float:
    whole = "integer" in kinds_of(schema) and is_kind(value, "integer")
    for key, side, own in _BOUNDS:
        bound = number_of(schema, key)
        if bound is not None and not _inside(value, bound, side, own):
            value = _nearest(bound, side, own, whole)
    return value


def _inside(value: float, bound: float, side: int, own: bool) -> bool:
    """Whether a number lies on one side of a bound; `own`: or is the bound."""
    return value * side > bound * side or (own and value == bound)


def _nearest(bound: float, side: int, own: bool, whole: bool) -> float:
    """The number on one side of a bound that is nearest to it."""
    if whole:
        edge = math.ceil(bound) if side > 0 else math.floor(bound)
        return edge if own or edge != bound else edge + side
    if own:
        return bound
    near = bound + side * FINEST
    return near if near != bound else math.nextafter(bound, side * math.inf)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON, where `true` is not 1, and 1 is 1.0."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value satisfies the keywords for its own type."""
    if is_kind(value, "number"):
        bounds = ((number_of(schema, key), side, own) for key, side, own in _BOUNDS)
        return all(bound is None or _inside(value, bound, side, own) for bound, side, own in bounds)
    if isinstance(value, str):
        return _text_fits(value, schema)
    if isinstance(value, list):
        return _items_fit(value, schema)
    return not isinstance(value, dict) or _properties_fit(value, schema)


def _text_fits(value: str, schema: Schema) -> bool:
    least, most = count_of(schema, "minLength") or 0, count_of(schema, "maxLength")
    if len(value) < least or (most is not None and len(value) > most):
        return False
    known = format_of(schema)
    pattern = schema.get("pattern")
    try:
        if known is not None:
            known.check(value)
        return not isinstance(pattern, str) or re.search(pattern, value) is not None
    except (ValueError, re.error):
        return False


def _items_fit(value: list[Any], schema: Schema) -> bool:
    least, most = count_of(schema, "minItems") or 0, count_of(schema, "maxItems")
    if len(value) < least or (most is not None and len(value) > most):
        return False
    fixed = fixed_items(schema)
    return all(map(valid, value, fixed)) and all(valid(item, schema.get("items")) for item in value[len(fixed) :])


def _properties_fit(value: dict[str, Any], schema: Schema) -> bool:
    properties = as_schema(schema.get("properties"))
    others = schema.get("additionalProperties")
    return all(name in value for name in required_of(schema)) and all(
        valid(item, properties.get(name, others)) for name, item in value.items()
    )
