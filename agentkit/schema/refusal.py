"""What cannot be described to a model, found when a function is made a tool."""

from __future__ import annotations

import dataclasses
import sys
from collections import deque
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, ForwardRef, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from ..errors import SchemaError
from .fields import Field
from .parameter import Unresolved
from .plain import plain
from .typed_dicts import is_typed_dict

_LEAVES = {bytes, date, datetime, time, timedelta, Decimal, Path, UUID, tuple, set, frozenset}
_CONTAINERS = {list, dict, set, frozenset, tuple, deque, Union, UnionType}
HINT = (
    "Use a type that JSON can carry (text, numbers, lists, a dataclass, a pydantic model), bind it with "
    "functools.partial, or take it from a parameter annotated Context."
)
_Seen: TypeAlias = set[int]


def check(function: str, fields: Sequence[Field]) -> None:
    """Refuse what has no JSON Schema, without building one where that can be seen from the type.

    Args:
        function: Its name, for the error.
        fields: What a call may give.

    Raises:
        SchemaError: A type cannot be described; names the function, the parameter, the type and what to do.
    """
    for field in fields:
        if field.plain is None and not _certain(field.annotation, set()):
            _ask_pydantic(function, field)


def explained(function: str, fields: Sequence[Field], error: Exception) -> SchemaError:
    """The error of a form as a whole, blamed on the parameter that causes it."""
    for field in fields:
        try:
            _ask_pydantic(function, field)
        except SchemaError as found:
            return found
    return SchemaError(f"{function!r} cannot be described to a model: {_first_line(error)}.")


def _certain(annotation: Any, seen: _Seen) -> bool:
    """Whether it is clear without pydantic that a type can be described. Names that do not exist yet come later."""
    if isinstance(annotation, (Unresolved, str, ForwardRef)):
        return True
    if id(annotation) in seen or plain(annotation) is not None:
        return True
    origin = get_origin(annotation)
    if origin is Literal:
        return all(isinstance(value, (str, int, bool, type(None))) for value in get_args(annotation))
    if origin is Annotated:
        return _certain(get_args(annotation)[0], seen)
    if origin in _CONTAINERS:
        return all(_certain(each, seen) for each in get_args(annotation) if each not in (..., type(None)))
    if not isinstance(annotation, type):
        return False
    if annotation in _LEAVES:
        return True
    seen.add(id(annotation))
    return _certain_class(annotation, seen)


def _certain_class(cls: Any, seen: _Seen) -> bool:
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and issubclass(cls, pydantic.BaseModel):
        return all(_certain(field.annotation, seen) for field in cls.model_fields.values())
    named = is_typed_dict(cls) or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
    if not named and not dataclasses.is_dataclass(cls):
        return False
    try:
        hints = get_type_hints(cls)
    except NameError:
        return True
    except Exception:
        return False
    return all(_certain(hint, seen) for hint in hints.values())


def _ask_pydantic(function: str, field: Field) -> None:
    from .typed import node_of

    try:
        node_of(field)
    except Exception as error:
        reason = _first_line(error)
        raise SchemaError(
            f"parameter {field.name!r} of {function!r} has the type {_named(field.annotation)}, "
            f"which cannot be described to a model: {reason}.",
            hint=(isinstance(error, SchemaError) and error.hint) or HINT,
        ) from error


def unresolvable(function: str, name: str, annotation: Unresolved) -> SchemaError:
    """The error of an annotation that names what does not exist."""
    return SchemaError(
        f"parameter {name!r} of {function!r} is annotated {annotation.written!r}, which cannot be resolved: "
        f"{annotation.error}.",
        hint="Import the name at run time (not only under TYPE_CHECKING), or define it in the module.",
    )


def _named(annotation: Any) -> str:
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _first_line(error: Exception) -> str:
    text = error.message if isinstance(error, SchemaError) else str(error)
    return text.strip().split("\n", 1)[0].split(" Set `")[0].rstrip(".") or type(error).__name__
