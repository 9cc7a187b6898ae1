"""The tools of an agent, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from difflib import get_close_matches
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from ..errors import ConfigurationError
from ..messages import ToolCall, ToolResult, ToolSpec
from .context import Context
from .tool import Tool
from .toolset import Toolset


class ToolTable:
    """The tools of an agent, by name."""

    def __init__(self, tools: Iterable[Tool[..., Any] | Toolset | Callable[..., Any]] = ()) -> None:
        self._tools: dict[str, Tool[..., Any]] = {}
        self._toolsets: list[Toolset] = []
        self._depth = 0
        self._stack = AsyncExitStack()
        for item in tools:
            if isinstance(item, Toolset):
                self._toolsets.append(item)
                for each in item.tools():
                    self._add(each)
            else:
                self._add(item if isinstance(item, Tool) else Tool(item))

    def _add(self, item: Tool[..., Any]) -> None:
        if item.name in self._tools:
            raise ConfigurationError(f"two tools are called {item.name!r}: {self._tools[item.name].func!r}, {item.func!r}")
        self._tools[item.name] = item

    @cached_property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(self._tools[name].spec for name in sorted(self._tools))

    def get(self, name: str) -> Tool[..., Any] | None:
        return self._tools.get(name)

    async def execute(self, call: ToolCall, context: Context[Any]) -> ToolResult:
        tool = self.get(call.name)
        if tool is None:
            close = get_close_matches(call.name, self._tools, 1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            names = ", ".join(sorted(self._tools)) or "none"
            return ToolResult(call, f"Unknown tool {call.name!r}.{hint} Available: {names}.", "unknown")
        from .execution import execute

        return await execute(tool, call, context)

    async def __aenter__(self) -> Self:
        self._depth += 1
        if self._depth == 1:
            for item in self._toolsets:
                await self._stack.enter_async_context(item)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            await self._stack.aclose()


_ = json
