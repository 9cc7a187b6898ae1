"""A runner that replies what you wrote down: for tests, examples and documentation."""

from __future__ import annotations

import json
import random
import string
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio

from ..errors import ScriptError
from ..generation import Delta, Finish, FinishReason, ReasoningDelta, Request, TextDelta
from ..messages import ToolCall, Usage

if TYPE_CHECKING:
    from .base import Runner


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


Step = str | ToolCall | Reply | Exception | Callable[[Request], "str | ToolCall | Reply"]
"""What a script is made of. A function sees the request and may check it."""


def call(name: str, /, **arguments: Any) -> ToolCall:
    """A tool call for a script.

    >>> call("add", a=1, b=2).arguments
    '{"a": 1, "b": 2}'
    """
    call_id = "".join(random.choices(string.ascii_letters + string.digits, k=9))
    return ToolCall(call_id, name, json.dumps(arguments, ensure_ascii=False))


class Scripted:
    """A strict script: an unexpected request raises `ScriptError`, and so do replies left over.

    Use it as a context manager, or call `finish`, to check that every reply was used.

    Args:
        steps: The replies in order. A list of calls is one reply with several calls.
        loop: Start again at the end instead of raising.
    """

    def __init__(self, steps: Iterable[Step | list[ToolCall]], *, loop: bool = False) -> None:
        self._steps = list(steps)
        self._loop = loop
        self._next = 0
        self.requests: list[Request] = []
        """What was asked, with the messages as they were then."""

    @property
    def name(self) -> str:
        return "scripted"

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        request = _snapshot(request)
        self.requests.append(request)
        reply = _reply(self._take(request), request)
        if reply.delay:
            await anyio.sleep(reply.delay)
        _check_offered(reply, request)
        if reply.reasoning:
            yield ReasoningDelta(reply.reasoning)
        for piece in _pieces(reply.text):
            await anyio.lowlevel.checkpoint()
            yield TextDelta(piece)
        if reply.error is not None:
            raise reply.error
        for item in reply.calls:
            yield item
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
        if left:
            raise ScriptError(f"{left} of {len(self._steps)} scripted replies were not asked for.")

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.finish()

    def _take(self, request: Request) -> Step | list[ToolCall]:
        if self._next == len(self._steps) and self._loop and self._steps:
            self._next = 0
        if self._next == len(self._steps):
            last = request.messages[-1] if request.messages else None
            raise ScriptError(f"request {len(self.requests)} is not in the script; its last message is {last!r}.")
        self._next += 1
        return self._steps[self._next - 1]


def _snapshot(request: Request) -> Request:
    return Request(
        tuple(request.messages),
        request.tools,
        request.tool_choice,
        request.sampling,
        request.output_schema,
        request.conversation,
        request.extra,
    )


def _reply(step: Step | list[ToolCall], request: Request) -> Reply:
    if callable(step):
        step = step(request)
    if isinstance(step, Exception):
        return Reply(error=step)
    if isinstance(step, str):
        return Reply(step)
    if isinstance(step, ToolCall):
        return Reply(calls=(step,))
    if isinstance(step, list):
        return Reply(calls=tuple(step))
    return step


def _check_offered(reply: Reply, request: Request) -> None:
    if reply.calls and not request.tools:
        raise ScriptError(f"the script calls {reply.calls[0].name!r}, but the request offers no tools.")


def _pieces(text: str) -> Iterator[str]:
    """The text word by word, as a model would stream it."""
    start = 0
    for index in range(1, len(text)):
        if text[index] == " ":
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


if TYPE_CHECKING:
    _: Runner = Scripted(())
