"""Tools that belong together and share state."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partialmethod
from inspect import getattr_static, isroutine
from types import FunctionType, TracebackType
from typing import Any, ClassVar, Self

from .tool import Tool


class Toolset:
    """A class whose public methods are tools, named after the methods.

    Decorate a method with `@tool(...)` to say more about it. What starts with an underscore is no tool, nor are
    properties, attributes, nested classes, and methods of bases that are no toolsets. Override `__aenter__` and
    `__aexit__` for what the tools need while a run lasts, such as a connection; runs that overlap share it.

    Raises:
        SchemaError: A method cannot be described to a model; when the class is defined.
    """

    _members: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._members = {name: _as_member(name, member) for name, member in _public(cls).items()}

    def tools(self) -> Iterator[Tool[..., Any]]:
        """The tools of this object, those of base classes first; override it to offer only some of them."""
        for name, member in self._members.items():
            if isinstance(member, Tool):
                yield member.__get__(self, type(self))
            else:
                yield Tool(getattr(self, name), name=name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _public(cls: type) -> dict[str, Any]:
    """The methods that toolsets define, as they stand in the class. Those of other bases are not meant for a model."""
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Toolset) and base is not Toolset:
            names |= dict.fromkeys(name for name in vars(base) if name not in vars(base).get("__annotations__", ()))
    found = {
        name: getattr_static(cls, name) for name in names if not name.startswith("_") and not hasattr(Toolset, name)
    }
    return {name: member for name, member in found.items() if _is_method(member)}


def _is_method(member: Any) -> bool:
    descriptors = (Tool, classmethod, staticmethod, partialmethod)
    return isinstance(member, descriptors) or (callable(member) and isroutine(member))


def _as_member(name: str, member: Any) -> Any:
    """A method as a tool without its object; what cannot be looked into before it is bound stays as it is."""
    if isinstance(member, FunctionType):
        return Tool(member, name=name).as_method()
    if not isinstance(member, (classmethod, staticmethod)):
        return member
    inner: Any = member.__func__
    if not isinstance(inner, Tool):
        descriptor: Any = member
        return Tool(descriptor, name=name)
    if isinstance(member, staticmethod):
        return inner
    again: Any = classmethod(inner.func)
    return Tool(again, **inner.options)
