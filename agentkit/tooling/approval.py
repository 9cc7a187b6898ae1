"""Who approves calls."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import ConfigurationError
from ..messages import ToolCall

if TYPE_CHECKING:
    from anyio import Lock

Verdict: TypeAlias = bool | str
"""True: the call is made. False, or the reason in words: it is not, and the model is told so."""
Approver: TypeAlias = Callable[[ToolCall], Verdict | Awaitable[Verdict]]
"""Asked before each call of a tool that is marked `approve`. The call that it gets has the arguments as they will be
used: mended, and as JSON. A sync one runs in a thread, and is asked one question at a time."""
Ask: TypeAlias = Callable[[ToolCall], Awaitable[Any]]
"""Gives the verdict; anything but True is a no."""


class Questions:
    """Asks an approver, whatever kind of function it is; made for one run.

    Raises:
        ConfigurationError: The approver cannot be called.
    """

    def __init__(self, approver: Approver) -> None:
        if not callable(approver):
            raise ConfigurationError(
                f"approve={approver!r} must be a function of a ToolCall.",
                hint="To approve everything, give: lambda call: True.",
            )
        self.approver = approver
        self._one_at_a_time: Lock | None = None

    async def __call__(self, call: ToolCall) -> Any:
        """What the approver says."""
        approver: Any = self.approver
        if inspect.iscoroutinefunction(approver) or inspect.iscoroutinefunction(type(approver).__call__):
            return await approver(call)
        from anyio import Lock, to_thread

        self._one_at_a_time = self._one_at_a_time or Lock()
        async with self._one_at_a_time:
            [verdict] = await to_thread.run_sync(lambda: [approver(call)], abandon_on_cancel=True)
        return await verdict if inspect.isawaitable(verdict) else verdict
