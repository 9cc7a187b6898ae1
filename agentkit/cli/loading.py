"""Tools, as the command line names them."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from types import ModuleType
from typing import Any, TypeAlias, TypeGuard

from .. import Tool, Toolset
from ..errors import ConfigurationError, MissingDependencyError
from ..sources import is_file, load, member, split

READY_MADE = "agentkit.tools"

AnyTool: TypeAlias = Tool[..., Any] | Toolset | Callable[..., Any]


def load_tools(specs: Iterable[str]) -> list[AnyTool]:
    """The tools that `-t` names.

    Args:
        specs: `clock` (ready-made), `./mine.py`, `package.module`, each with `:name` for one tool only, and with
            `,option=value` for the arguments of a `Toolset`; an option alone means true.

    Raises:
        ConfigurationError: There is no such thing, it has no tools, or does not take these options.
    """
    return [tool for spec in specs for tool in _tools_of(spec)]


def ready_made() -> list[str]:
    """Names of the ready-made tool modules."""
    package = load(READY_MADE)
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))


def members(spec: str) -> list[AnyTool | type[Toolset]]:
    """What a name stands for: tools, functions, and toolsets as objects or classes.

    Raises:
        ConfigurationError: There is no such thing, or it is no tool.
    """
    place, name = split(spec)
    module = load(place) if is_file(place) or "." in place else _ready_made(place)
    if name:
        found = member(module, name, place)
        if not (callable(found) or isinstance(found, Toolset)):
            raise ConfigurationError(f"{spec!r} is no tool, but {found!r}.", hint="Name a function or a Toolset.")
        return [found]
    tools = _public(module)
    if not tools:
        raise ConfigurationError(
            f"there are no tools in {place!r}.", hint=f"Decorate a function with @tool, or name one: {place}:NAME."
        )
    return tools


def _tools_of(spec: str) -> list[AnyTool]:
    source, _, rest = spec.partition(",")
    options = dict(_option(text) for text in rest.split(",") if text)
    found = members(source)
    if options and not any(is_toolset_class(item) for item in found):
        raise ConfigurationError(f"{source!r} takes no options, but got {', '.join(options)}.", hint="Leave them out.")
    return [_opened(item, options, source) if is_toolset_class(item) else item for item in found]


def is_toolset_class(item: object) -> TypeGuard[type[Toolset]]:
    """Whether something is a toolset that is not opened yet."""
    return isinstance(item, type) and issubclass(item, Toolset)


def _public(module: ModuleType) -> list[AnyTool | type[Toolset]]:
    """Tools, toolset objects, and the toolset classes that the module itself defines."""
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    found: dict[int, AnyTool | type[Toolset]] = {}
    for name in names:
        value: Any = getattr(module, name, None)
        own = is_toolset_class(value) and value.__module__ == module.__name__
        if own or isinstance(value, Tool | Toolset):
            found[id(value)] = value
    opened = {type(value) for value in found.values()}
    return [value for value in found.values() if value not in opened]


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    return name.strip(), value if equals else "true"


def _opened(kind: type[Toolset], options: dict[str, str], source: str) -> Toolset:
    """An object of a toolset class, its arguments read as the types that its signature says."""
    known = inspect.signature(kind, eval_str=True).parameters
    unknown = [name for name in options if name not in known]
    if unknown:
        hint = f"It has: {', '.join(known) or 'none'}."
        raise ConfigurationError(f"{source!r} has no option {unknown[0]!r}.", hint=hint)
    values = {name: _typed(text, known[name], source) for name, text in options.items()}
    try:
        return kind(**values)
    except Exception as error:
        raise ConfigurationError(f"{source!r} cannot be used: {error or type(error).__name__}") from error


def _typed(text: str, parameter: inspect.Parameter, source: str) -> Any:
    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(parameter.annotation).validate_strings(text)
    except PydanticUserError:  # without annotation, or of a type that texts cannot become
        return text
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ConfigurationError(f"option {parameter.name}={text} of {source!r}: {reason}.") from error


def _ready_made(name: str) -> ModuleType:
    names = ready_made()
    if name not in names:
        close = get_close_matches(name, names, n=1)
        guess = f"Did you mean {close[0]!r}? " if close else ""
        hint = f"{guess}There are: {', '.join(names)}; or give a file.py."
        raise ConfigurationError(f"there are no ready-made tools {name!r}.", hint=hint)
    try:
        return load(f"{READY_MADE}.{name}")
    except ConfigurationError as error:
        if isinstance(error.__cause__, ModuleNotFoundError):
            raise MissingDependencyError(str(error.__cause__.name), "tools") from error
        raise
