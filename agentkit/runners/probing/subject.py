"""The runner that is probed: asked with small requests, which are counted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import anyio

from ...errors import (
    AgentKitError,
    AuthenticationError,
    ConnectionFailedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RunnerError,
    TimedOutError,
)
from ...generation import Finish, ReasoningDelta, Repaired, Request, Retries, Sampling, TextDelta
from ...messages import Message, ToolCall, ToolSpec, Usage
from ..base import Runner

FATAL = (AuthenticationError, ConnectionFailedError, ModelNotFoundError, QuotaExhaustedError)
"""Errors after which nothing else needs to be asked."""

ROOM, THINKING = 128, 2048
"""Most tokens of a reply; of one that thinks before it answers (quirk Q55)."""

FURTHER_TRIES = 4
"""Of all requests together, after errors that may pass."""


@dataclass(slots=True)
class Answer:
    """What came back for one request."""

    text: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    as_text: str = ""
    """The repair that made a call of a text, where one did."""
    reasoning: bool = False
    pieces: int = 0
    """In how many pieces the text came."""
    first: float = 0.0
    """Seconds until the first of them."""
    seconds: float = 0.0
    finish: Finish | None = None
    """None where the reply failed or was not heard to its end."""
    error: AgentKitError | None = None

    @property
    def native(self) -> bool:
        """Whether it has calls as calls."""
        return bool(self.calls) and not self.as_text


class Subject:
    """A runner that is probed.

    Args:
        runner: As it is.
        whole: The same, asked to reply at once; None where a runner has no such choice.
        timeout: Most seconds for one reply.
        address: Where it asks a server, without secrets; empty where it asks none.
    """

    def __init__(
        self, runner: Runner, whole: Runner | None = None, *, timeout: float = 60.0, address: str = ""
    ) -> None:
        self.runner = runner
        self.whole = whole
        self.address = address
        self.usage = Usage()
        self.requests = 0
        self.fatal: AgentKitError | None = None
        """Why it makes no sense to ask anything else."""
        self.call: ToolCall | None = None
        """A call that came."""
        self.choice = "auto"
        """The choice of tools with which calls came."""
        self.room = ROOM
        self.temperature: float | None = 0.0
        """Of questions that have one answer; None for a model that refuses to be told."""
        self._timeout = timeout
        self._retries = Retries(FURTHER_TRIES)

    async def ask(
        self,
        prompt: str | Sequence[Message],
        *,
        tools: tuple[ToolSpec, ...] = (),
        choice: str = "auto",
        schema: dict[str, Any] | None = None,
        whole: bool = False,
        once: bool = False,
        enough: int = 10_000,
        **sampling: Any,
    ) -> Answer:
        """Ask, and never raise but for cancellation.

        Args:
            prompt: A question, or a conversation.
            tools: What may be called.
            choice: `tool_choice`.
            schema: `output_schema`.
            whole: Ask without streaming, where that can be chosen.
            once: Do not try again.
            enough: Pieces of text after which the rest of the reply is not waited for.
            sampling: Fields of `Sampling`; the likeliest text and room for a short answer where they are left out.
        """
        messages = [Message("user", prompt)] if isinstance(prompt, str) else list(prompt)
        options = {"temperature": self.temperature, "max_tokens": self.room, **sampling}
        request = Request(
            messages,
            tools,
            choice,
            Sampling(**options),
            schema,
            retries=Retries(0) if once else self._retries,
        )
        answer = Answer()
        start = perf_counter()
        self.requests += 1
        try:
            with anyio.move_on_after(self._timeout) as scope:
                await _hear(self.whole if whole and self.whole is not None else self.runner, request, answer, enough)
            if scope.cancelled_caught:
                answer.error = TimedOutError(
                    f"No whole answer within {self._timeout:g} s.", hint="Give it more time with --timeout."
                )
        except AgentKitError as error:
            answer.error = error
        except Exception as error:  # a runner of the user, which may raise anything
            answer.error = RunnerError(f"the runner raised {type(error).__name__}: {error}")
        answer.seconds = perf_counter() - start
        if answer.finish is not None:
            self.usage += answer.finish.usage
        if isinstance(answer.error, FATAL):
            self.fatal = answer.error
        return answer

    async def aclose(self) -> None:
        """Free what the runners hold."""
        await self.runner.aclose()
        if self.whole is not None:
            await self.whole.aclose()


async def _hear(runner: Runner, request: Request, answer: Answer, enough: int) -> None:
    start = perf_counter()
    async with aclosing(runner.generate(request)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                answer.first = answer.first or perf_counter() - start
                answer.text += delta.text
                answer.pieces += 1
                if answer.pieces >= enough:
                    return
            elif isinstance(delta, ReasoningDelta):
                answer.reasoning = True
            elif isinstance(delta, Repaired) and delta.what.startswith("a call was written as text"):
                answer.as_text = delta.what
            elif isinstance(delta, ToolCall):
                answer.calls.append(delta)
            elif isinstance(delta, Finish):
                answer.finish = delta
