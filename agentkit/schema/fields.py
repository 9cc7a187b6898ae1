"""What a model may give: the parameters of a function as named values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import GenericAlias
from typing import Annotated, Any, get_args

from .absent import NOTHING
from .parameter import VAR_KEYWORD, VAR_POSITIONAL, Parameter, is_field, metadata_of
from .plain import Plain, plain

REST = "**"
"""The key of what `**kwargs` takes; no parameter can have this name."""

_JSON = frozenset((str, int, float, bool))


@dataclass(slots=True)
class Field:
    """One value that a call may give."""

    name: str
    annotation: Any
    required: bool = False
    default: Any = None
    """As JSON where there is such a form, else None."""
    description: str | None = None
    """From the annotation; None leaves it to the docstring."""
    rest: bool = False
    """It takes all other names: `**kwargs`."""
    plain: Plain | None = None
    """The forms of its type, where pydantic is not needed."""
    alias: str | None = None
    """The name that the model uses, where it is another one."""

    @property
    def sent(self) -> str:
        """Its name for the model."""
        return self.alias or self.name

    @property
    def key(self) -> str:
        """Its name in the validator."""
        return REST if self.rest else self.name


def field_of(parameter: Parameter) -> Field:
    """The value that a model may give for a parameter that is not injected."""
    name, note, default = parameter.name, parameter.annotation, parameter.default
    if parameter.kind is VAR_POSITIONAL:
        return _field(name, list if note is NOTHING else GenericAlias(list, (note,)), required=False)
    if parameter.kind is VAR_KEYWORD:
        return _field(name, dict if note is NOTHING else GenericAlias(dict, (str, note)), required=False, rest=True)
    if is_field(default):
        note = Annotated[Any if note is NOTHING else note, default]
        return _annotated(name, note, NOTHING, (default,))
    if note is NOTHING and default is not NOTHING:
        return _field(name, _guessed(default), required=False, default=_as_json(default))
    if parameter.plain is None and (metadata := metadata_of(note)):
        return _annotated(name, note, default, metadata)
    return Field(name, note, default is NOTHING, _as_json(default), plain=parameter.plain)


def _field(name: str, note: Any, **others: Any) -> Field:
    return Field(name, note, plain=plain(note), **others)


def _annotated(name: str, note: Any, default: Any, metadata: tuple[Any, ...]) -> Field:
    """A field of `Annotated[X, ...]`; a text in it is the description."""
    required = default is NOTHING and all(item.is_required() for item in metadata if is_field(item))
    texts = [item if isinstance(item, str) else getattr(item, "documentation", None) for item in metadata]
    owns = [_own(item) for item in metadata if is_field(item)]
    description = next((text for text in (*owns, *texts) if isinstance(text, str)), None)
    alias = next((_alias(item) for item in metadata if is_field(item)), None)
    if all(isinstance(item, str) for item in metadata):
        note = get_args(note)[0]
    return _field(name, note, required=required, default=_as_json(default), description=description, alias=alias)


def _alias(field: Any) -> str | None:
    """The name that `pydantic.Field` gives; the first one of several."""
    alias = field.validation_alias
    first = alias.choices[0] if hasattr(alias, "choices") else alias
    return first if isinstance(first, str) else None


def _own(field: Any) -> str | None:
    """The description of `pydantic.Field`; empty, since pydantic has it too."""
    return "" if field.description else None


def _guessed(default: Any) -> Any:
    """A type for a parameter that has only a default. A number may be any number: 1 second could be 0.5."""
    kind = type(default)
    return {bool: bool, int: int | float, float: float, str: str, list: list, dict: dict}.get(kind, NOTHING)


def _as_json(default: Any) -> Any:
    if type(default) in _JSON:
        return default
    if isinstance(default, Enum):
        default = default.value
    if hasattr(default, "isoformat"):
        return default.isoformat()
    if isinstance(default, (tuple, set, frozenset)):
        default = sorted(default, key=str) if isinstance(default, (set, frozenset)) else list(default)
    if isinstance(default, (list, dict)):
        return default if _is_json(default) else None
    return default if type(default) in _JSON else None


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    return value is None or type(value) in _JSON
