"""An agent as a model that is served."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, TypeAlias

from ..agent.agent import Agent, RunOptions
from ..errors import ServerError
from ..events import Event, TurnFinished
from ..generation import Delta, Finish, FinishReason, Request, TextDelta
from ..result import Result
from ..tooling.approval import Approver
from ..tooling.plain_data import plain_data
from ..wire.serving.complaints import invalid_input
from ..wire.serving.json_mode import ANY_OBJECT

BETWEEN = "\n\n"
"""Between the texts of two turns."""

Told: TypeAlias = Event | Finish
"""What a run that is served tells: the deltas of its answer, and its events."""


class AgentRunner:
    """Answers requests by runs of an agent.

    The messages of a request are the history of the run. The agent's instructions come first, the request's system
    messages after them. Sampling options that the request has take the place of the agent's. The agent brings its own
    tools, and a type for its answer if it has one: a request with others is refused. A run over HTTP has no `context=`.

    Args:
        agent: The agent.
        name: What it is served as, without the prefix.
    """

    def __init__(self, agent: Agent[Any], name: str) -> None:
        self.agent = agent
        self._name = f"@agentkit/{name}"

    @property
    def name(self) -> str:
        return self._name

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Run the agent, and tell its final answer: in one piece, since only its end shows that it is the answer.

        Raises:
            BadRequestError: The request asks for what an agent does not do (400, code 8001).
            RunnerError: The agent's runner failed.
            ServerError: The agent has a type for its answers, and the model did not keep to it (500, code 3043).
        """
        result = await self.agent.run(None, **_options(self.agent, request))
        for delta in _answer(self.agent, result):
            yield delta

    async def watched(self, request: Request, approve: Approver | None = None) -> AsyncGenerator[Told, None]:
        """Run the agent, and tell all that happens.

        Texts come as they arrive, those of turns that go on to call tools, too, with an empty line between turns: a
        stream cannot take back what it has said. Of an agent with a type for its answers only the answer comes, as
        JSON. `Finish` comes last.

        Args:
            request: What to answer.
            approve: Who approves calls, where the agent does not say.

        Raises:
            BadRequestError, RunnerError, ServerError: As `generate`.
        """
        options = _options(self.agent, request)
        if approve is not None and self.agent.approve is None:
            options["approve"] = approve
        said = between = False
        async with self.agent.stream(None, **options) as run:
            async for event in run:
                if isinstance(event, TextDelta):
                    if self.agent.is_typed or not event.text:
                        continue
                    if between:
                        yield TextDelta(BETWEEN)
                    said, between = True, False
                elif isinstance(event, TurnFinished):
                    between = said
                yield event
        for delta in _answer(self.agent, run.result):
            if self.agent.is_typed or isinstance(delta, Finish):
                yield delta

    async def aclose(self) -> None:
        """Free what the agent's runner holds."""
        await self.agent.aclose()


def _options(agent: Agent[Any], request: Request) -> RunOptions:
    """What a run is given.

    Raises:
        BadRequestError: The request asks for what an agent does not do.
    """
    if request.tools:
        raise invalid_input("an agent brings its own tools")
    if not _fits(agent, request):
        raise invalid_input("the form of an agent's answer is its own")
    if request.extra.get("raw"):
        raise invalid_input("an agent takes no raw prompt")
    messages = list(request.messages)
    own = next((index for index, message in enumerate(messages) if message.role != "system"), len(messages))
    if own == len(messages):
        raise invalid_input("there is no message to answer")
    options: Any = {"history": messages[own:], **request.sampling.to_dict()}
    if own:
        options["instructions"] = BETWEEN.join(message.content for message in messages[:own])
    if request.conversation is not None:
        options["conversation"] = request.conversation
    if request.tool_choice == "none":
        options["tool_choice"] = "none"
    given: RunOptions = options
    return given


def _fits(agent: Agent[Any], request: Request) -> bool:
    """Whether the answers of an agent have the form that is asked for: any text, or any JSON."""
    if request.output_schema is None and "response_format" not in request.extra:
        return True
    return agent.is_typed and request.output_schema in (None, ANY_OBJECT)


def _answer(agent: Agent[Any], result: Result[Any]) -> list[TextDelta | Finish]:
    """The final answer of a run, and its end."""
    text = result.response
    if agent.is_typed:
        if not result.outputs:
            text = f"the agent's answer does not have the form that it must have ({result.stop_reason})"
            raise ServerError(text, status=500, code=3043)
        text = json.dumps(plain_data(result.output), ensure_ascii=False)
    end = Finish(_finish_reason(result), result.usage, result.model, result.engine)
    return [*([TextDelta(text)] if text else []), end]


def _finish_reason(result: Result[Any]) -> FinishReason:
    """Why the answer ends: a run that landed with an answer has stopped, one without was cut."""
    if result.stop_reason == "content_filter":
        return "content_filter"
    landed = result.stop_reason not in ("final", "empty")
    return "length" if result.stop_reason == "length" or (landed and not result.response) else "stop"


if TYPE_CHECKING:
    from ..runners.base import Runner

    _runner: type[Runner] = AgentRunner
