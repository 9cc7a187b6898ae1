"""A runner that replies what you wrote down: for tests, examples and documentation."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio

from ..errors import AgentKitError, ConfigurationError, ScriptError
from ..generation import Delta, Finish, FinishReason, ReasoningDelta, Request, TextDelta
from ..messages import ToolCall, Usage
from ..wire.ids import mint

if TYPE_CHECKING:
    from .base import Runner

_PIECE = re.compile(r"\s*\S+|\s+")
"""Words, as a model would stream them; together they are the text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a script."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish_reason: FinishReason | None = None
    """None: `tool_calls` or `stop`, by what there is."""
    usage: Usage = field(default_factory=lambda: Usage(requests=1))
    delay: float = 0.0
    """Seconds before the first delta."""
    error: Exception | None = None
    """Raised after the text, in place of the end."""


Step: TypeAlias = str | ToolCall | Reply | Exception | Sequence[ToolCall]
"""One reply: a text, one or several calls, both and more (`Reply`), or an error that the runner raises."""


def call(name: str, /, **arguments: Any) -> ToolCall:
    """A tool call for a script.

    >>> call("add", a=1, b=2).arguments
    '{"a": 1, "b": 2}'
    """
    return ToolCall(mint(), name, json.dumps(arguments, ensure_ascii=False))


class Scripted:
    """A strict script: an unexpected request raises `ScriptError`, and so do replies left over.

    Use it as a context manager, or call `finish`, to check that every reply was used.

    Args:
        steps: The replies in order. A function in place of one gets the request, which it may check, and returns one.
        loop: Start again at the end instead of raising.

    Raises:
        ConfigurationError: Something in `steps` is no reply.
    """

    def __init__(self, steps: Iterable[Step | Callable[[Request], Step]], *, loop: bool = False) -> None:
        if isinstance(steps, str):
            raise ConfigurationError(f"a script is a list of replies, not the text {steps!r}.")
        self._steps = [step if callable(step) else _reply(step, ConfigurationError) for step in steps]
        self._loop = loop
        self._next = 0
        self.requests: list[Request] = []
        """What was asked, with the messages as they were then."""

    @property
    def name(self) -> str:
        return "scripted"

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        request = replace(request, messages=tuple(request.messages))
        self.requests.append(request)
        step = self._take(request)
        reply = _reply(step(request), ScriptError) if callable(step) else step
        _check_offered(reply, request)
        await anyio.sleep(reply.delay)
        if reply.reasoning:
            yield ReasoningDelta(reply.reasoning)
        for piece in _PIECE.findall(reply.text):
            await anyio.lowlevel.checkpoint()
            yield TextDelta(piece)
        if reply.error is not None:
            raise reply.error
        for item in reply.calls:
            yield replace(item, id=mint()) if self._loop else item  # an id is unique in its conversation
        await anyio.lowlevel.checkpoint()
        reason: FinishReason = reply.finish_reason or ("tool_calls" if reply.calls else "stop")
        yield Finish(reason, reply.usage, model="scripted", engine="script")

    async def aclose(self) -> None:
        """Nothing to free."""

    def finish(self) -> None:
        """Check that the script was used up.

        Raises:
            ScriptError: Replies are left over.
        """
        left = 0 if self._loop else len(self._steps) - self._next
        if left > 0:
            following = self._steps[self._next]
            raise ScriptError(
                f"{left} of {len(self._steps)} scripted replies were not asked for; the next is {following!r}."
            )

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.finish()

    def _take(self, request: Request) -> Reply | Callable[[Request], Step]:
        if self._loop and self._steps:
            self._next %= len(self._steps)
        if self._next >= len(self._steps):
            last = request.messages[-1] if request.messages else None
            raise ScriptError(
                f"request {len(self.requests)} is not in the script of {len(self._steps)} replies; its last message is "
                f"{last!r}."
            )
        self._next += 1
        return self._steps[self._next - 1]


def _reply(step: Any, refusal: type[AgentKitError]) -> Reply:
    if isinstance(step, Reply):
        return step
    if isinstance(step, Exception):
        return Reply(error=step)
    if isinstance(step, str):
        return Reply(step)
    calls = (step,) if isinstance(step, ToolCall) else step
    if not isinstance(calls, Sequence) or not all(isinstance(item, ToolCall) for item in calls):
        raise refusal(
            f"{step!r} is no reply for a script.",
            hint="Use a text, call(...), a list of calls, Reply(...) or an error.",
        )
    return Reply(calls=tuple(calls))


def _check_offered(reply: Reply, request: Request) -> None:
    if reply.calls and (not request.tools or request.tool_choice == "none"):
        raise ScriptError(f"the script calls {reply.calls[0].name!r}, but the request offers no tools.")


if TYPE_CHECKING:
    _: Runner = Scripted(())
