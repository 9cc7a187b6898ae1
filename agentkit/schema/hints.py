"""Annotations as types, also where they are written as text."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ForwardRef, Literal, get_origin, get_type_hints

from .parameter import Unresolved


def resolve(annotation: Any, globals_: dict[str, Any], locals_: Mapping[str, Any]) -> Any:
    """The type that an annotation stands for.

    Args:
        annotation: As it stands in the signature: a type, or its text.
        globals_: Names of the module that defines the function.
        locals_: Names around the definition, for classes made inside a function.

    Returns:
        The type, or `Unresolved` where a name in it does not exist.
    """
    if isinstance(annotation, str):
        if annotation.isidentifier() and annotation != "None":
            for names in (locals_, globals_, builtins.__dict__):
                if annotation in names:
                    return names[annotation]
    elif type(annotation) is type or not has_text(annotation):
        return annotation
    try:
        owner: Any = SimpleNamespace(__annotations__={"it": annotation})
        return get_type_hints(owner, globals_, dict(locals_), include_extras=True)["it"]
    except Exception as error:  # a name that does not exist, or text that is no type
        return Unresolved(annotation, str(error))


def has_text(annotation: Any) -> bool:
    """Whether names are still to be looked up inside a type, as in `list["Person"]`."""
    if isinstance(annotation, (str, ForwardRef)):
        return True
    arguments = getattr(annotation, "__args__", ())  # without the metadata of Annotated
    if not arguments or get_origin(annotation) is Literal:
        return False
    return any(type(argument) is not type and has_text(argument) for argument in arguments)
