"""An agent as a model runner: what it takes from a request, and what it tells."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from agentkit import Agent, Toolset, tool
from agentkit.errors import BadRequestError, OverloadedError, ServerError
from agentkit.events import RunFinished, ToolStarted
from agentkit.generation import Delta, Finish, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolSpec, Usage
from agentkit.runners.scripted import Reply, Scripted, call
from agentkit.server.agents import AgentRunner

pytestmark = pytest.mark.anyio


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
async def wait() -> str:
    """Wait for ever."""
    await anyio.sleep_forever()
    return ""


@dataclass
class Place:
    """A place."""

    name: str


def asking(text: str = "1 + 2?", **options: Any) -> Request:
    return Request((Message("user", text),), **options)


async def answer(agent: Agent[Any], request: Request | None = None) -> tuple[str, Finish]:
    deltas = [delta async for delta in AgentRunner(agent, "test").generate(request or asking())]
    assert isinstance(deltas[-1], Finish)
    return text_of(deltas), deltas[-1]


def text_of(deltas: list[Any]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def watched(agent: Agent[Any], request: Request | None = None) -> list[Any]:
    return [told async for told in AgentRunner(agent, "test").watched(request or asking())]


def talking() -> Agent[str]:
    """Says something before it calls."""
    usage = Usage(10, 5, requests=1)
    first = Reply("Let me see.", (call("add", a=1, b=2),), usage=usage)
    return Agent(Scripted([first, Reply("It is 3.", usage=usage)]), tools=[add])


async def test_the_answer_is_the_final_text_with_the_usage_of_the_whole_run() -> None:
    text, end = await answer(talking())
    assert text == "It is 3."
    assert (end.reason, end.usage, end.model) == ("stop", Usage(20, 10, requests=2), "scripted")


async def test_watched_it_tells_every_text_as_it_comes_and_the_end_last() -> None:
    told = await watched(talking())
    assert text_of(told) == "Let me see.\n\nIt is 3."
    assert [type(item) for item in told].count(ToolStarted) == 1
    assert isinstance(told[-2], RunFinished)
    assert isinstance(told[-1], Finish)


async def test_it_answers_the_messages_of_the_request_after_its_own_instructions() -> None:
    with Scripted(["Hi."]) as runner:
        messages = (
            Message("system", "Rhyme."),
            Message("system", "In French."),
            Message("user", "one"),
            Message("assistant", "two"),
            Message("user", "three"),
        )
        await answer(Agent(runner, instructions="You are Ada."), Request(messages))
    assert runner.requests[0].messages == (Message("system", "You are Ada.\n\nRhyme.\n\nIn French."), *messages[2:])


async def test_system_messages_reach_an_agent_without_instructions() -> None:
    with Scripted(["Hi."]) as runner:
        await answer(Agent(runner), Request((Message("system", "Rhyme."), Message("user", "one"))))
    assert runner.requests[0].messages[0] == Message("system", "Rhyme.")


async def test_sampling_options_of_the_request_take_the_place_of_the_agents() -> None:
    with Scripted(["Hi."]) as runner:
        agent = Agent(runner, temperature=0.1, top_k=3, stop=("END",))
        await answer(agent, asking(sampling=Sampling(max_tokens=77, temperature=0.9)))
    assert runner.requests[0].sampling == Sampling(max_tokens=77, temperature=0.9, top_k=3, stop=("END",))


async def test_a_typed_answer_is_json_also_when_the_model_needs_a_second_try() -> None:
    steps = ["Lisbon", '```json\n{"result": {"name": "Lisbon"}}\n```']
    assert (await answer(Agent(Scripted(steps), output=Place)))[0] == '{"name": "Lisbon"}'
    assert text_of(await watched(Agent(Scripted(steps), output=Place))) == '{"name": "Lisbon"}'


async def test_a_typed_answer_that_does_not_come_is_an_error() -> None:
    with pytest.raises(ServerError, match="form that it must have") as caught:
        await answer(Agent(Scripted(["no"], loop=True), output=Place))
    assert (caught.value.status, caught.value.code) == (500, 3043)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (asking(tools=(ToolSpec("x", "x", {"type": "object"}),)), "brings its own tools"),
        (asking(output_schema={"type": "object"}), "form of an agent's answer"),
        (asking(extra={"raw": True}), "no raw prompt"),
        (asking(extra={"response_format": {"type": "json_object"}}), "form of an agent's answer"),
        (Request((Message("system", "x"),)), "no message to answer"),
        (Request(()), "no message to answer"),
    ],
)
async def test_what_an_agent_does_not_do_is_refused(request_: Request, why: str) -> None:
    with pytest.raises(BadRequestError, match=why) as caught:
        await answer(Agent(Scripted([]), tools=[add]), request_)
    assert (caught.value.status, caught.value.code) == (400, 8001)


@pytest.mark.parametrize(
    "request_",
    [asking(extra={"response_format": {"type": "json_object"}}), asking(output_schema={"type": "object"})],
)
async def test_any_json_object_can_be_asked_of_an_agent_whose_answers_are_typed(request_: Request) -> None:
    assert (await answer(Agent(Scripted(['{"result": {"name": "x"}}']), output=Place), request_))[0] == '{"name": "x"}'


@pytest.mark.parametrize(
    ("steps", "options", "reason"),
    [
        ([Reply("half", finish_reason="length")], {}, "length"),
        ([Reply("half", finish_reason="content_filter")], {}, "content_filter"),
        ([call("add", a=1, b=1), "As far as I came."], {"max_turns": 1}, "stop"),
        ([Reply("late", delay=60), Reply("late", delay=60)], {"deadline": 0.1}, "length"),
    ],
)
async def test_the_reason_why_a_run_ended_becomes_the_reason_of_the_answer(
    steps: Any, options: Any, reason: str
) -> None:
    assert (await answer(Agent(Scripted(steps), tools=[add], **options)))[1].reason == reason


async def test_an_error_of_the_agents_runner_is_the_answers() -> None:
    def failing() -> Agent[str]:
        return Agent(Scripted([Reply("half", error=OverloadedError("no capacity."))]))

    with pytest.raises(OverloadedError):
        await answer(failing())
    with pytest.raises(OverloadedError):
        await watched(failing())


@pytest.mark.parametrize("way", ["generate", "watched"])
async def test_a_client_that_goes_away_ends_the_run_and_its_tools_are_closed(way: str) -> None:
    happened: list[str] = []

    class Store(Toolset):
        async def __aenter__(self) -> Store:
            happened.append("open")
            return self

        async def __aexit__(self, *error: object) -> None:
            happened.append("closed")

        async def wait(self) -> str:
            """Wait for ever."""
            happened.append("waiting")
            try:
                await anyio.sleep_forever()
            finally:
                happened.append("stopped")
            return ""

    runner = AgentRunner(Agent(Scripted([call("wait")]), tools=[Store()]), "test")

    async def read() -> None:
        async with aclosing(getattr(runner, way)(asking())) as deltas:
            async for _ in deltas:
                pass

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            while "waiting" not in happened:  # noqa: ASYNC110
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
    assert happened == ["open", "waiting", "stopped", "closed"]


async def test_a_reader_that_stops_early_ends_the_run() -> None:
    agent = Agent(Scripted([call("wait")]), tools=[wait])
    with anyio.fail_after(30):
        async with aclosing(AgentRunner(agent, "test").watched(asking())) as told:
            async for item in told:
                if isinstance(item, ToolStarted):
                    break


async def test_one_agent_answers_many_requests_at_once() -> None:
    agent = Agent(Scripted([lambda request: request.messages[-1].content], loop=True))
    runner = AgentRunner(agent, "test")
    answers: dict[str, str] = {}

    async def one(text: str) -> None:
        deltas: list[Delta] = [delta async for delta in runner.generate(asking(text))]
        answers[text] = text_of(deltas)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, str(number))
    assert answers == {str(number): str(number) for number in range(20)}
