"""A function that a model may call."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ..messages import ToolSpec
from ..schema import Parameters
from .context import Context

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
S = TypeVar("S")


class Tool(Generic[P, R]):
    """A function that a model may call."""

    def __init__(
        self,
        func: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        timeout: float | None = None,
        retries: int = 0,
        sequential: bool = False,
        polling: bool = False,
        max_result: int = 20_000,
    ) -> None:
        self.func = func
        self.name: str = name or getattr(func, "__name__", type(func).__name__)
        self.timeout = timeout
        self.retries = retries
        self.sequential = sequential
        self.polling = polling
        self.max_result = max_result
        self._description = description
        self._method = False
        self._parameters: Parameters | None = None
        self._spec: ToolSpec | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._method = True

    @property
    def parameters(self) -> Parameters:
        if self._parameters is None:
            self._parameters = Parameters(self.func, Context, method=self._method)
        return self._parameters

    @property
    def spec(self) -> ToolSpec:
        if self._spec is None:
            self._spec = ToolSpec(self.name, self.description, self.parameters.schema())
        return self._spec

    @property
    def description(self) -> str:
        return self._description or self.parameters.description or self.name

    @property
    def streams(self) -> bool:
        generator = inspect.isgeneratorfunction(self.func) or inspect.isasyncgenfunction(self.func)
        return generator or self.parameters.takes_context

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.func(*args, **kwargs)

    @overload
    def __get__(self, instance: None, owner: type) -> Tool[P, R]: ...
    @overload
    def __get__(self: Tool[Concatenate[S, Q], R], instance: S, owner: type | None = None) -> Tool[Q, R]: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        bound = copy.copy(self)
        bound.func = self.func.__get__(instance, owner)  # type: ignore[attr-defined]
        bound._method = False
        return bound

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"


@overload
def tool(func: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    timeout: float | None = None,
    retries: int = 0,
    sequential: bool = False,
    polling: bool = False,
    max_result: int = 20_000,
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(func: Any = None, /, **options: Any) -> Any:
    """Make a function a tool."""
    if func is None:
        return lambda function: Tool(function, **options)
    return Tool(func, **options)
