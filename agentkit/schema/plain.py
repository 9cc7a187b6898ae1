"""Plain types by hand: their schema and their validation, fast and without importing pydantic.

Most tools take texts, numbers and lists of them. `subset` and pydantic would make the same of these types, at many
times the price; a test compares the two. Validation is pydantic-core's, from its documented core schema.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union

from .absent import NOTHING
from .docstrings import first_paragraph
from .nodes import ANYTHING, Node, finished
from .unions import union


class Plain(NamedTuple):
    """What a plain type is to a model, and to pydantic-core."""

    node: Node
    core: dict[str, Any]


_ANY = Plain(ANYTHING, {"type": "any"})
_NULL = Plain({"type": "null"}, {"type": "none"})
_SCALARS: dict[Any, Plain] = {
    str: Plain({"type": "string"}, {"type": "str"}),
    int: Plain({"type": "integer"}, {"type": "int"}),
    float: Plain({"type": "number"}, {"type": "float"}),
    bool: Plain({"type": "boolean"}, {"type": "bool"}),
    list: Plain({"type": "array", "items": finished(ANYTHING)}, {"type": "list"}),
    dict: Plain({"type": "object", "additionalProperties": True}, {"type": "dict"}),
    None: _NULL,
    NoneType: _NULL,
    Any: _ANY,
    object: _ANY,
    NOTHING: _ANY,
}
_ANNOTATED = type(Annotated[int, ""])
_CLOSED = {str: "string", int: "integer", bool: "boolean"}


def plain(annotation: Any) -> Plain | None:
    """Both forms of a plain type.

    Args:
        annotation: `str`, `int`, `float`, `bool`, `list`, `dict`, `Any`, a `Literal` or `Enum` of texts or of whole
            numbers, or `Optional`, unions, lists and dicts of them.

    Returns:
        The forms, or None where pydantic is needed.
    """
    try:
        known = _SCALARS.get(annotation)
    except TypeError:  # not hashable, so not plain
        return None
    if known is not None:
        return known
    kind = annotation.__class__
    if kind is UnionType:
        return _union(annotation.__args__)
    if issubclass(kind, type):
        return _enum(annotation) if issubclass(annotation, Enum) else None
    maker = None if kind is _ANNOTATED else _MAKERS.get(getattr(annotation, "__origin__", None))
    return maker(getattr(annotation, "__args__", ())) if maker else None


def _union(arguments: tuple[Any, ...]) -> Plain | None:
    choices = []
    for argument in arguments:
        if argument is not NoneType:
            choice = plain(argument)
            if choice is None:
                return None
            choices.append(choice)
    only = choices[0] if len(choices) == 1 else None
    core = only.core if only else {"type": "union", "choices": [choice.core for choice in choices]}
    if len(choices) < len(arguments):
        core = {"type": "nullable", "schema": core}
    return Plain(only.node if only else union([choice.node for choice in choices]), core)


def _literal(values: tuple[Any, ...]) -> Plain | None:
    node = _closed(values)
    return Plain(node, {"type": "literal", "expected": list(values)}) if node else None


def _list(arguments: tuple[Any, ...]) -> Plain | None:
    items = plain(arguments[0]) if arguments else _ANY
    if items is None:
        return None
    return Plain({"type": "array", "items": finished(items.node)}, {"type": "list", "items_schema": items.core})


def _dict(arguments: tuple[Any, ...]) -> Plain | None:
    keys, values = arguments or (str, Any)
    held = plain(values)
    if keys is not str or held is None:
        return None
    more = True if held.node is ANYTHING else finished(held.node)
    core = {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": held.core}
    return Plain({"type": "object", "additionalProperties": more}, core)


def _enum(cls: type[Enum]) -> Plain | None:
    values = tuple(member.value for member in cls)
    node = _closed(values)
    special = "_missing_" in {name for base in cls.__mro__[: cls.__mro__.index(Enum)] for name in vars(base)}
    if node is None or special:
        return None
    core = {"type": "enum", "cls": cls, "members": list(cls)}
    if issubclass(cls, (str, int)):
        core["sub_type"] = "str" if issubclass(cls, str) else "int"
    text = "" if cls.__doc__ == "An enumeration." else first_paragraph(cls.__doc__)
    return Plain({**node, "description": text} if text else node, core)


def _closed(values: tuple[Any, ...]) -> Node | None:
    kinds = {type(value) for value in values}
    name = _CLOSED.get(kinds.pop()) if len(kinds) == 1 else None
    return {"type": name, "enum": list(dict.fromkeys(values))} if name else None


_MAKERS: dict[Any, Callable[[tuple[Any, ...]], Plain | None]] = {
    Union: _union,
    Literal: _literal,
    list: _list,
    dict: _dict,
}
