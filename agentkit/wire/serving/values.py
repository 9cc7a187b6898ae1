"""Single fields of a body, checked. What is null is as good as absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from .complaints import bad_input, mismatch

Kind = Literal["string", "boolean", "object", "array"]
TYPES: dict[Kind, type] = {"string": str, "boolean": bool, "object": dict, "array": list}


def read_value(body: Mapping[str, Any], name: str, kind: Kind, path: str = "") -> Any:
    """The value of a field, None where there is none.

    Args:
        body: An object.
        name: The field.
        kind: Its type in JSON.
        path: Where the object is in the body; empty for the body itself.

    Raises:
        BadRequestError: With code 5006: it has another type.
    """
    value = body.get(name)
    if value is not None and not isinstance(value, TYPES[kind]):
        raise mismatch(f"{path}/{name}", kind, value)
    return value


def read_number(body: Mapping[str, Any], name: str, low: int, high: int, *, whole: bool = False) -> Any:
    """The number in a field, an integer where it is to be whole; None where there is none.

    Raises:
        BadRequestError: With code 5006: it is no number, no whole one, or not from `low` to `high`.
    """
    value = read_integer(body, name) if whole else body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise mismatch(f"/{name}", "number", value)
    if value > high:
        raise bad_input(f"'/{name}' must be <= {high}")
    if not value >= low:
        raise bad_input(f"'/{name}' must be >= {low}")
    return value


def read_integer(body: Mapping[str, Any], name: str) -> int | None:
    """The integer in a field, also one that is written with a fraction of zero; None where there is none.

    Raises:
        BadRequestError: With code 5006: it is none.
    """
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise mismatch(f"/{name}", "integer", value)
    return value
