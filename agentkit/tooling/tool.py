"""A function that a model may call."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Self, TypeAlias, TypeVar, Unpack, overload

from ..errors import ConfigurationError
from ..messages import ToolSpec
from ..schema import Parameters, in_words
from .context import Context
from .options import ToolOptions, check_name, checked, name_of, returns_nothing

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
S = TypeVar("S")
Kind: TypeAlias = Literal["async", "async generator", "generator", "sync"]


class Tool(Generic[P, R]):
    """A function that a model may call. Calling the tool calls the function.

    Args:
        func: A function, sync or async; a generator function, whose yields are progress and whose last yield or
            `return` is the result; a method, a class, a callable object, a `functools.partial`, or another tool.
        options: `name`, `description`, `timeout`, `retries`, `sequential`, `polling`, `approve`, `max_result`: see
            `ToolOptions`.

    Raises:
        SchemaError: A parameter or the name cannot be expressed; says which, and what to do.
        ConfigurationError: An option is wrong.
    """

    def __init__(self, func: Callable[P, R], **options: Unpack[ToolOptions]) -> None:
        descriptor: Any = func
        self._descriptor = descriptor if isinstance(descriptor, (staticmethod, classmethod)) else None
        func, options = _taken_apart(func, options)
        self.func: Callable[P, R] = func
        """The function."""
        self.options: ToolOptions = checked(options)
        """What was said about it beside the function."""
        self.name: str = options.get("name") or name_of(func)
        """What the model calls it."""
        check_name(self.name, func)
        self.timeout: float | None = options.get("timeout")
        self.retries: int = options.get("retries", 0)
        self.sequential: bool = options.get("sequential", False)
        self.polling: bool = options.get("polling", False)
        self.approve: bool = options.get("approve", False)
        self.max_result: int = options.get("max_result", 20_000)
        self.parameters = Parameters(func, self.name, Context)
        """What it takes."""
        if isinstance(self._descriptor, classmethod):
            self.parameters = self.parameters.without_first()
        self._spec: ToolSpec | None = None
        self._in_class = _in_class_body()
        self._unbound = False
        self.__wrapped__ = func
        self.__name__ = self.name
        self.__doc__ = func.__doc__
        self.__module__ = getattr(func, "__module__", __name__)

    @property
    def spec(self) -> ToolSpec:
        """The tool as the model sees it; made on first use.

        Raises:
            SchemaError: An annotation names something that does not exist.
        """
        if self._spec is None:
            self._spec = ToolSpec(self.name, self.description, self.parameters.schema)
        return self._spec

    @property
    def description(self) -> str:
        """What the model is told that it does: from the options, the docstring, or its name in words."""
        return self.options.get("description") or self.parameters.description or in_words(self.name)

    @property
    def streams(self) -> bool:
        """Whether it may report progress: it is a generator, or takes a `Context`."""
        return bool(self.parameters.injected) or self.kind in ("generator", "async generator")

    @cached_property
    def kind(self) -> Kind:
        """How the function is run."""
        func: Any = self.func
        targets = (func,) if isinstance(func, type) else (func, type(func).__call__)
        for target in targets:
            if inspect.iscoroutinefunction(target):
                return "async"
            if inspect.isasyncgenfunction(target):
                return "async generator"
            if inspect.isgeneratorfunction(target):
                return "generator"
        return "sync"

    @cached_property
    def returns_nothing(self) -> bool:
        """Whether it is called for its effect, so that None means that it is done."""
        return returns_nothing(self.func)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.func(*args, **kwargs)

    def __set_name__(self, owner: type, name: str) -> None:
        if self._in_class and self._descriptor is None and not self._unbound:  # a dataclass with slots is made twice
            self.as_method()

    def as_method(self) -> Self:
        """Take the function for a method that gets its object when the tool is read from one; returns itself."""
        self._unbound = True
        self.parameters = self.parameters.without_first()
        return self

    @overload
    def __get__(self, instance: None, owner: type) -> Tool[P, R]: ...
    @overload
    def __get__(self: Tool[Concatenate[S, Q], R], instance: S, owner: type | None = None) -> Tool[Q, R]: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        of_class = isinstance(self._descriptor, classmethod)
        if not of_class and (instance is None or not self._unbound):
            return self
        bound = copy.copy(self)
        function: Any = self._descriptor or self.func
        bound.func = function.__get__(instance, owner)
        bound._unbound, bound._descriptor = False, None
        return bound

    @property
    def unbound(self) -> bool:
        """Whether it is a method that still needs its instance."""
        return self._unbound

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"


@overload
def tool(func: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(**options: Unpack[ToolOptions]) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(func: Any = None, /, **options: Unpack[ToolOptions]) -> Any:
    """Make a function a tool: `@tool`, or `@tool(timeout=5)`.

    Args:
        func: A function or method, sync or async, or a generator function.
        options: See `ToolOptions`.

    Raises:
        SchemaError: A parameter cannot be described to a model; says which, and what to do.
        ConfigurationError: An option is wrong.
    """
    if func is None:
        return lambda function: Tool(function, **options)
    return Tool(func, **options)


def _taken_apart(func: Any, options: ToolOptions) -> tuple[Any, ToolOptions]:
    """The function inside another tool or a descriptor, and all that is said about it."""
    if isinstance(func, Tool):
        inherited: Any = {**func.options, **options}
        return func.func, inherited
    if isinstance(func, (staticmethod, classmethod)):
        return func.__func__, options
    if not callable(func):
        raise ConfigurationError(f"{func!r} cannot be a tool: it cannot be called.")
    return func, options


def _in_class_body() -> bool:
    """Whether a tool is being made in the body of a class, where its function is a method."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals is globals():
        frame = frame.f_back
    return not frame.f_code.co_flags & inspect.CO_OPTIMIZED and frame.f_locals is not frame.f_globals
