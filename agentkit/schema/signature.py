"""The parameters of anything that can be called."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from itertools import chain, repeat
from types import FunctionType, MethodType
from typing import Any, TypeAlias, get_args, get_origin

from ..errors import SchemaError
from .absent import NOTHING, OMITTED
from .hints import resolve
from .parameter import (
    KEYWORD_ONLY,
    POSITIONAL_ONLY,
    POSITIONAL_OR_KEYWORD,
    VAR_KEYWORD,
    VAR_POSITIONAL,
    Parameter,
)
from .plain import plain
from .scope import names_around

_Raw: TypeAlias = tuple[str, Any, Any, Any]
"""Name, kind, annotation as written, default."""


def parameters_of(function: Callable[..., Any]) -> list[Parameter]:
    """The parameters that a call of a function takes.

    Args:
        function: A function, method, class, callable object or `functools.partial`. What a partial has bound is
            not among its parameters.

    Raises:
        SchemaError: The signature cannot be read, as for some builtins.
    """
    parameters = []
    for name, kind, note, default in _raw(function):
        known = plain(note)
        if known is None:
            note = resolve(note, globals_of(function), names_around(implementation(function)))
            known = plain(note)
        parameters.append(Parameter(name, kind, note, default, known))
    if parameters and parameters[-1].kind is VAR_KEYWORD:
        parameters[-1:] = _unpacked(parameters[-1])
    return parameters


def globals_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The names of the module that a callable comes from."""
    if type(function) is FunctionType and not function.__dict__:
        return function.__globals__
    target = inspect.unwrap(implementation(function))
    if isinstance(target, type):
        return vars(sys.modules[target.__module__]) if target.__module__ in sys.modules else {}
    names: dict[str, Any] = getattr(target, "__globals__", {})
    return names


def implementation(function: Any) -> Any:
    """The function, or class, behind partials, decorators, methods and callable objects."""
    if type(function) is FunctionType and not function.__dict__:
        return function
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    if isinstance(function, MethodType):
        return function.__func__
    return function if isinstance(function, type) or inspect.isroutine(function) else type(function).__call__


def _raw(function: Any) -> list[_Raw]:
    if isinstance(function, partial):
        return _unbound(function)
    if isinstance(function, MethodType):
        return _raw(function.__func__)[1:]
    if type(function) is FunctionType and not function.__dict__:
        return _of_code(function)
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError) as error:
        raise SchemaError(
            f"the signature of {function!r} cannot be read: {error}.",
            hint="Wrap it in a function with annotated parameters.",
        ) from error
    return [(p.name, p.kind, p.annotation, p.default) for p in signature.parameters.values()]


def _of_code(function: FunctionType) -> list[_Raw]:
    """What `inspect.signature` says of a plain function, at a tenth of its price."""
    code = function.__code__
    notes = function.__annotations__
    names = code.co_varnames
    count, after = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    filled = chain((NOTHING,) * (count - len(defaults)), defaults)
    given = function.__kwdefaults__ or {}
    kinds = chain((POSITIONAL_ONLY,) * code.co_posonlyargcount, repeat(POSITIONAL_OR_KEYWORD))
    raw: list[_Raw] = [
        (name, kind, notes.get(name, NOTHING), default)
        for name, kind, default in zip(names[:count], kinds, filled, strict=False)
    ]
    keywords = names[count:after]
    if code.co_flags & inspect.CO_VARARGS:
        raw.append((names[after], VAR_POSITIONAL, notes.get(names[after], NOTHING), NOTHING))
        after += 1
    raw += [(name, KEYWORD_ONLY, notes.get(name, NOTHING), given.get(name, NOTHING)) for name in keywords]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        raw.append((names[after], VAR_KEYWORD, notes.get(names[after], NOTHING), NOTHING))
    return raw


def _unbound(function: partial[Any]) -> list[_Raw]:
    """What a partial leaves to be given. From the first bound name on, parameters can only go by keyword."""
    bound = len(function.args)
    free: list[_Raw] = []
    by_keyword = False
    for name, kind, note, default in _raw(function.func):
        if bound and kind in (POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD):
            bound -= 1
        elif name in function.keywords and kind in (POSITIONAL_OR_KEYWORD, KEYWORD_ONLY):
            by_keyword = True
        elif by_keyword and kind is POSITIONAL_OR_KEYWORD:
            free.append((name, KEYWORD_ONLY, note, default))
        elif not (by_keyword and kind is VAR_POSITIONAL):
            free.append((name, kind, note, default))
    return free


def _unpacked(parameter: Parameter) -> list[Parameter]:
    """The keys of `**kwargs: Unpack[TypedDict]`, each a keyword of its own."""
    if repr(get_origin(parameter.annotation)) not in ("typing.Unpack", "typing_extensions.Unpack"):
        return [parameter]
    from .typed_dicts import typed_dict_keys

    keys = get_args(parameter.annotation)[0]
    return [
        Parameter(name, KEYWORD_ONLY, note, NOTHING if required else OMITTED, plain(note))
        for name, (note, required) in typed_dict_keys(keys).items()
    ]


def names_of(function: Callable[..., Any]) -> set[str]:
    """All parameter names of the function behind a callable, also those that are bound already."""
    return {name for name, *_ in _raw(implementation(function))}


def docstring_of(function: Callable[..., Any]) -> str:
    """The docstring of a callable: of its function, or else of its class."""
    target = implementation(function)
    if isinstance(target, type):
        text = vars(target).get("__doc__") or ""
        return "" if text.startswith(f"{target.__name__}(") else text  # made up by dataclass and NamedTuple
    while isinstance(function, partial):
        function = function.func
    if target.__doc__ or inspect.isroutine(function):
        return target.__doc__ or inspect.getdoc(function) or ""
    return type(function).__doc__ or ""
