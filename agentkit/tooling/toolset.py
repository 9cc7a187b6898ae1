"""Tools that belong together and share state."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from .tool import Tool


class Toolset:
    """The public methods of a subclass are tools."""

    def tools(self) -> Iterator[Tool[..., Any]]:
        for name in dir(type(self)):
            if name.startswith("_") or hasattr(Toolset, name):
                continue
            static = inspect.getattr_static(type(self), name)
            if isinstance(static, property):
                continue
            member = getattr(self, name)
            if callable(member):
                yield member if isinstance(member, Tool) else Tool(member, name=name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
