"""One parameter of a function."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from inspect import Parameter as Kinds
from typing import Annotated, Any, get_args, get_origin

from .absent import NOTHING
from .plain import Plain

POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = (
    Kinds.POSITIONAL_ONLY,
    Kinds.POSITIONAL_OR_KEYWORD,
    Kinds.VAR_POSITIONAL,
    Kinds.KEYWORD_ONLY,
    Kinds.VAR_KEYWORD,
)


@dataclass(slots=True)
class Parameter:
    """One parameter of a function, its annotation resolved."""

    name: str
    kind: Any
    annotation: Any
    """A type, `NOTHING`, or `Unresolved`."""
    default: Any = NOTHING
    plain: Plain | None = None
    """What a plain type is to a model, None for others."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An annotation that names something which does not exist, yet or at run time."""

    written: Any
    """As it stands in the signature: a text, or a type with text in it."""
    error: str


def metadata_of(annotation: Any) -> tuple[Any, ...]:
    """What `Annotated` adds to a type."""
    return tuple(annotation.__metadata__) if get_origin(annotation) is Annotated else ()


def is_field(value: Any) -> bool:
    """Whether this is what `pydantic.Field(...)` returns; without importing pydantic."""
    if type(value).__name__ != "FieldInfo":
        return False
    module = sys.modules.get("pydantic.fields")
    return module is not None and isinstance(value, module.FieldInfo)


def is_injected(annotation: Any, wanted: type) -> bool:
    """Whether an annotation is a class, that class with type arguments, or one of these or None.

    Text that cannot be resolved counts when it names the class: what is in its brackets is often imported for type
    checkers only.
    """
    if annotation is wanted:
        return True
    if isinstance(annotation, Unresolved):
        head = str(annotation.written).removesuffix("| None").strip().partition("[")[0]
        return head.rpartition(".")[2] == wanted.__name__
    origin = get_origin(annotation)
    if origin is None or origin is wanted:
        return origin is wanted
    if origin is Annotated:
        return is_injected(annotation.__origin__, wanted)
    others = [each for each in get_args(annotation) if each is not type(None)]
    return len(others) == 1 and len(get_args(annotation)) == 2 and is_injected(others[0], wanted)
