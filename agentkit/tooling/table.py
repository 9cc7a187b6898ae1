"""The tools of an agent, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cache, cached_property
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import ConfigurationError
from ..generation import Repaired
from ..messages import ToolCall, ToolResult, ToolSpec
from ..names import meant
from ..schema import as_json
from .context import Context
from .tool import Tool
from .toolset import Toolset

if TYPE_CHECKING:
    from anyio import Lock

MOST_NAMES = 50
"""Names that a model is told when it calls a tool that does not exist."""


class ToolTable:
    """The tools of an agent, by name. Does not change once it is made.

    Args:
        tools: Functions, tools and toolsets.
        strict: Whether calls must be exactly right: names and arguments are not mended.

    Raises:
        ConfigurationError: Two tools have one name, or something is no tool.
        SchemaError: A tool cannot be described to a model.
    """

    def __init__(
        self, tools: Iterable[Tool[..., Any] | Toolset | Callable[..., Any]] = (), *, strict: bool = False
    ) -> None:
        self._tools: dict[str, Tool[..., Any]] = {}
        self._toolsets: list[Toolset] = []
        for item in tools:
            if isinstance(item, Toolset):
                self._toolsets.append(item)
            for each in item.tools() if isinstance(item, Toolset) else (_as_tool(item),):
                self._add(each)
        self.strict = strict
        self._entered = 0
        self._open: AsyncExitStack | None = None
        self._door: Lock | None = None

    @cached_property
    def specs(self) -> tuple[ToolSpec, ...]:
        """All tools as the model sees them, sorted by name, so that every request begins with the same bytes.

        Raises:
            SchemaError: An annotation names something that does not exist.
        """
        return tuple(self._tools[name].spec for name in sorted(self._tools))

    def get(self, name: str) -> Tool[..., Any] | None:
        """The tool of a name, exactly as it was offered; None where there is none."""
        return self._tools.get(name)

    def understood(self, call: ToolCall) -> tuple[ToolCall, list[Repaired]]:
        """A call as it is meant: a name of a tool where it is nearly one, arguments as JSON where they nearly are.

        Returns:
            The call, itself where nothing was to be mended, and what was mended.
        """
        if self.strict:
            return call, []
        name = meant(call.name, self._tools) or call.name
        arguments, mended = as_json(call.arguments)
        if name == call.name and not mended:
            return call, []
        repairs = [Repaired(*repair) for repair in mended]
        if name != call.name:
            repairs.append(Repaired("the name of a tool", call.name, name))
        return replace(call, name=name, arguments=arguments), repairs

    async def execute(self, call: ToolCall, context: Context[Any]) -> ToolResult:
        """Make a call.

        Args:
            call: As the model wrote it.
            context: Of this call. It is closed when the call is over.

        Returns:
            The result. Unknown names, arguments that do not fit, refusals, exceptions and timeouts are results too:
            only cancellation from outside, and `KeyboardInterrupt`, are raised.
        """
        tool = self.get(call.name)
        if tool is None:
            return ToolResult(call, self._unknown(call.name), "unknown")
        return await _executor()(tool, call, context, strict=self.strict)

    async def __aenter__(self) -> Self:
        """Enter the toolsets, unless another run has them open already."""
        if not self._toolsets:
            return self
        from anyio import Lock

        self._door = self._door or Lock()
        await self._door.acquire()
        try:
            if self._open is None:
                async with AsyncExitStack() as stack:
                    for toolset in self._toolsets:
                        await stack.enter_async_context(toolset)
                    self._open = stack.pop_all()
            self._entered += 1
        finally:
            self._leave(self._door)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Exit the toolsets, the last one first, once no other run uses them; all of them, also if one fails."""
        if self._door is None:
            return
        from anyio import CancelScope

        with CancelScope(shield=True):  # or the count would be wrong for ever
            await self._door.acquire()
        try:
            self._entered -= 1
            if self._entered == 0 and self._open is not None:
                stack, self._open = self._open, None
                await stack.__aexit__(kind, error, trace)
        finally:
            self._leave(self._door)

    def _leave(self, door: Lock) -> None:
        if not self._entered and not door.statistics().tasks_waiting:
            self._door = None  # the next run may be in another event loop, and a lock belongs to one
        door.release()

    def _add(self, tool: Tool[..., Any]) -> None:
        other = self._tools.get(tool.name)
        if other is not None:
            raise ConfigurationError(
                f"two tools are called {tool.name!r}: {_origin(other)} and {_origin(tool)}.",
                hint="Leave one out, or give it another name: Tool(function, name='...').",
            )
        self._tools[tool.name] = tool

    def _unknown(self, name: str) -> str:
        names = sorted(self._tools)
        if not names:
            return f"There is no tool {name[:100]!r}; there are no tools at all. Answer without."
        from difflib import get_close_matches

        close = get_close_matches(name, names, 1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        listed = ", ".join(names[:MOST_NAMES]) + (", ..." if len(names) > MOST_NAMES else "")
        return f"There is no tool {name[:100]!r}.{meant} The tools are: {listed}."


@cache
def _executor() -> Callable[..., Awaitable[ToolResult]]:
    """What makes calls; anyio is imported with the first one, and this function costs less than `import` each time."""
    from .execution import execute

    return execute


def _as_tool(item: Any) -> Tool[..., Any]:
    """Anything that is said to be a tool, as one."""
    inner = getattr(item, "__func__", None)
    if isinstance(inner, Tool):  # a class method made of a tool
        return Tool(inner.func.__get__(item.__self__), **inner.options)
    if isinstance(item, Tool):
        return _bound(item)
    if isinstance(item, type) and issubclass(item, Toolset):
        raise ConfigurationError(f"{item.__name__} is a class.", hint=f"Make an object of it: {item.__name__}().")
    if hasattr(item, "as_tool"):
        raise ConfigurationError(f"{item!r} is no function.", hint="Use its as_tool(name, description).")
    if not callable(item):
        raise ConfigurationError(f"{item!r} is no tool.", hint="Tools are functions, Tool objects and Toolset objects.")
    return _bound(Tool(item))


def _bound(tool: Tool[..., Any]) -> Tool[..., Any]:
    """The tool, unless it is a method without its object."""
    function: Any = tool.func
    owner = getattr(function, "__qualname__", "").rpartition(".")[0]
    loose = isinstance(function, FunctionType) and owner and not owner.endswith("<locals>")
    if tool.unbound or (loose and function.__code__.co_varnames[:1] in (("self",), ("cls",))):
        raise ConfigurationError(
            f"{tool.name!r} is a method without its object.",
            hint=f"Use {owner}().{tool.name}; for a class method, put @tool above @classmethod.",
        )
    return tool


def _origin(tool: Tool[..., Any]) -> str:
    func: Any = tool.func
    return f"{getattr(func, '__module__', '')}.{getattr(func, '__qualname__', repr(func))}".lstrip(".")
