"""TypedDicts: their keys, and those of Python 3.11, which pydantic refuses.

pydantic needs `typing_extensions.TypedDict` before Python 3.12. A function that uses the standard one works all the
same: its TypedDicts are made again, key by key, wherever they stand in an annotation.
"""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

from ..errors import SchemaError


def is_typed_dict(annotation: Any) -> bool:
    """Whether it is a TypedDict, of either module."""
    return isinstance(annotation, type) and issubclass(annotation, dict) and hasattr(annotation, "__required_keys__")


def typed_dict_keys(keys: Any) -> dict[str, tuple[Any, bool]]:
    """The type of each key, and whether it must be there."""
    found = {}
    for name, note in get_type_hints(keys, include_extras=True).items():
        required = name in keys.__required_keys__
        while (wrapper := repr(get_origin(note)).rpartition(".")[2]) in ("Required", "NotRequired", "ReadOnly"):
            required = wrapper == "Required" if wrapper != "ReadOnly" else required
            note = get_args(note)[0]
        found[name] = (note, required)
    return found


def portable(annotation: Any, made: dict[int, Any] | None = None) -> Any:
    """The same type, with TypedDicts that pydantic takes on this Python."""
    if sys.version_info >= (3, 12):
        return annotation
    made = {} if made is None else made
    if is_typed_dict(annotation):
        return _made_again(annotation, made) if type(annotation).__module__ == "typing" else annotation
    arguments = get_args(annotation)
    others = tuple(portable(each, made) if _may_hold(each) else each for each in arguments)
    if all(one is other for one, other in zip(arguments, others, strict=True)):
        return annotation
    if isinstance(annotation, UnionType):
        return reduce(or_, others)
    if isinstance(annotation, GenericAlias):
        return GenericAlias(get_origin(annotation), others)
    if hasattr(annotation, "__metadata__"):
        others = others[:1]  # the metadata of Annotated is kept by copy_with
    return annotation.copy_with(others)


def _may_hold(argument: Any) -> bool:
    return isinstance(argument, type) or bool(get_args(argument))


def _made_again(keys: Any, made: dict[int, Any]) -> Any:
    from typing_extensions import TypedDict

    if id(keys) in made:
        if made[id(keys)] is None:
            raise SchemaError(
                f"{keys.__name__} refers to itself.",
                hint="Import TypedDict from typing_extensions: Python 3.11's own cannot be recursive here.",
            )
        return made[id(keys)]
    made[id(keys)] = None
    fields = {
        name: (Required if required else NotRequired)[portable(note, made)]
        for name, (note, required) in typed_dict_keys(keys).items()
    }
    again: Any = TypedDict(keys.__name__, fields)  # type: ignore[misc]
    again.__doc__ = keys.__doc__
    made[id(keys)] = again
    return again
