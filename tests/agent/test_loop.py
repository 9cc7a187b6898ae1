"""The loop: turns, calls, results, history."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from agentkit import Agent, AgentKitError, ConfigurationError, Context, Message, RunnerError, ToolError, tool
from agentkit.errors import OverloadedError
from agentkit.events import (
    Event,
    RunFinished,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from agentkit.generation import Repaired, Request, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.runners.scripted import Reply, Scripted, call

pytestmark = pytest.mark.anyio


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
async def fail(reason: str) -> str:
    """Fail."""
    raise ToolError(reason)


async def events_of(agent: Agent[Any], prompt: str, **options: Any) -> list[Event]:
    async with agent.stream(prompt, **options) as run:
        return [event async for event in run]


async def test_a_plain_answer_ends_the_run() -> None:
    with Scripted(["Hello there."]) as runner:
        result = await Agent(runner).run("Hi")
    assert (result.response, result.output, result.stop_reason, len(result.turns)) == (
        "Hello there.",
        "Hello there.",
        "final",
        1,
    )
    assert result.messages == [Message("user", "Hi"), Message("assistant", "Hello there.")]


async def test_calls_run_and_their_results_go_back() -> None:
    wanted = call("add", a=1, b=2)
    with Scripted([wanted, "It is 3."]) as runner:
        result = await Agent(runner, tools=[add]).run("1 + 2?")
    assert result.response == "It is 3."
    assert result.messages[1:3] == [
        Message("assistant", "", (wanted,)),
        Message("tool", "3", tool_call_id=wanted.id, name="add"),
    ]
    assert runner.requests[1].messages == tuple(result.messages[:3])
    assert [spec.name for spec in runner.requests[0].tools] == ["add"]


async def test_results_stand_in_the_order_of_the_calls_whatever_ends_first() -> None:
    @tool
    async def wait(seconds: float) -> float:
        """Wait."""
        await anyio.sleep(seconds)
        return seconds

    calls = [call("wait", seconds=seconds) for seconds in (0.05, 0.0, 0.02)]
    with Scripted([calls, "done"]) as runner:
        result = await Agent(runner, tools=[wait]).run("go")
    assert [message.content for message in result.messages if message.role == "tool"] == ["0.05", "0.0", "0.02"]


async def test_events_come_in_order_and_the_result_last() -> None:
    with Scripted([call("add", a=1, b=2), "It is 3."]) as runner:
        events = await events_of(Agent(runner, tools=[add]), "1 + 2?")
    kinds = [type(event) for event in events]
    assert kinds == [
        TurnStarted,
        TurnFinished,
        ToolStarted,
        ToolFinished,
        TurnStarted,
        TextDelta,
        TextDelta,
        TextDelta,
        TurnFinished,
        RunFinished,
    ]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].result.response == "It is 3."


async def test_a_tools_mistake_goes_to_the_model_and_not_to_the_caller() -> None:
    with Scripted([call("fail", reason="no such city"), "Sorry."]) as runner:
        result = await Agent(runner, tools=[fail]).run("go")
    assert "no such city" in result.messages[2].content
    assert result.stop_reason == "final"


async def test_what_a_model_nearly_wrote_is_understood_and_told() -> None:
    sloppy = Reply(calls=[ToolCall("a00000001", "functions.Add", "{'a': 1, b: 2,}")])
    with Scripted([sloppy, "It is 3."]) as runner:
        events = await events_of(Agent(runner, tools=[add]), "1 + 2?")
    result = next(event.result for event in events if isinstance(event, RunFinished))
    assert result.messages[1].tool_calls[0] == ToolCall("a00000001", "add", '{"a": 1, "b": 2}')
    assert result.messages[2].content == "3"
    told = [(event.before, event.after) for event in events if isinstance(event, Repaired)]
    assert told == [("{'a': 1, b: 2,}", '{"a": 1, "b": 2}'), ("functions.Add", "add")]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("functions.add", '{"a": 1, "b": 2}', "There is no tool 'functions.add'"),
        ("add", "{'a': 1, 'b': 2}", "not valid JSON"),
        ("add", '{"a": 1, "b": [2]}', "b: "),
    ],
)
async def test_a_strict_agent_mends_nothing(name: str, arguments: str, told: str) -> None:
    wrong = Reply(calls=[ToolCall("a00000001", name, arguments)])
    with Scripted([wrong, "Sorry."]) as runner:
        events = await events_of(Agent(runner, tools=[add], strict=True), "1 + 2?")
    result = next(event.result for event in events if isinstance(event, RunFinished))
    assert result.messages[1].tool_calls[0].arguments == arguments
    assert told in result.messages[2].content
    assert not [event for event in events if isinstance(event, Repaired)]


async def test_history_goes_in_and_out_and_is_not_changed() -> None:
    runner = Scripted(["one", "two"])
    agent = Agent(runner, instructions="Be short.")
    first = await agent.run("a")
    before = list(first.messages)
    second = await agent.run("b", history=first.messages)
    assert first.messages == before
    assert [message.content for message in second.messages] == ["Be short.", "a", "one", "b", "two"]


async def test_history_may_be_json_data() -> None:
    runner = Scripted(["two"])
    data = [{"role": "user", "content": "a"}, {"role": "assistant", "content": None}]
    result = await Agent(runner).run("b", history=data)
    assert [message.content for message in result.messages] == ["a", "", "b", "two"]


async def test_an_entry_of_the_history_that_is_no_message_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="banana"):
        await Agent(Scripted([])).run("b", history=[{"role": "banana"}])


async def test_nothing_to_answer_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="prompt"):
        await Agent(Scripted([]), instructions="x").run(None)


async def test_instructions_may_depend_on_the_context() -> None:
    runner = Scripted(["ok"])
    await Agent(runner, instructions=lambda user: f"The user is {user}.").run("hi", context="Ada")
    assert runner.requests[0].messages[0] == Message("system", "The user is Ada.")


async def test_new_instructions_take_the_place_of_those_in_the_history() -> None:
    runner = Scripted(["ok"])
    history = [Message("system", "old"), Message("user", "a"), Message("assistant", "b")]
    await Agent(runner, instructions="new").run("c", history=history)
    assert [message.content for message in runner.requests[0].messages] == ["new", "a", "b", "c"]


async def test_a_tool_gets_the_context_and_reports_progress() -> None:
    @tool
    async def look(ctx: Context[dict[str, int]], key: str) -> int:
        """Look something up."""
        ctx.progress(f"looking for {key}")
        return ctx.value[key]

    runner = Scripted([call("look", key="x"), "done"])
    events = await events_of(Agent(runner, tools=[look]), "go", context={"x": 7})
    progress = [event.value for event in events if isinstance(event, ToolProgress)]
    results = [event.result.content for event in events if isinstance(event, ToolFinished)]
    assert (progress, results) == (["looking for x"], ["7"])


async def test_sampling_options_and_tool_choice_reach_the_runner() -> None:
    runner = Scripted([call("add", a=1, b=1), "2"])
    agent = Agent(runner, tools=[add], temperature=0.2, max_tokens=99, tool_choice="required")
    await agent.run("go")
    assert runner.requests[0].sampling.to_dict() == {"max_tokens": 99, "temperature": 0.2}
    assert [request.tool_choice for request in runner.requests] == ["required", "auto"]


@pytest.mark.parametrize(("tools", "second"), [([add], "add"), ([add, fail], "required")])
async def test_a_call_that_was_required_and_did_not_come_is_asked_for_once_more(tools: list[Any], second: str) -> None:
    with Scripted(["I would rather talk.", call("add", a=1, b=2), "It is 3."]) as runner:
        result = await Agent(runner, tools=tools, tool_choice="required").run("1 + 2?")
    assert [request.tool_choice for request in runner.requests] == ["required", second, "auto"]
    assert (result.response, result.stop_reason) == ("It is 3.", "final")


async def test_a_model_that_never_calls_is_not_asked_for_ever() -> None:
    with Scripted(["No.", "No, really."]) as runner:
        result = await Agent(runner, tools=[add], tool_choice="add").run("1 + 2?")
    assert [request.tool_choice for request in runner.requests] == ["add", "add"]
    assert result.response == "No, really."


async def test_an_unknown_option_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="'temprature'"):
        Agent(Scripted([]), temprature=1)  # type: ignore[call-arg]


async def test_sampling_options_of_a_run_take_the_place_of_the_agents() -> None:
    runner = Scripted(["ok", "ok"])
    agent = Agent(runner, temperature=1, seed=7)
    await agent.run("hi", temperature=0, max_tokens=5)
    await agent.run("hi")
    assert [request.sampling.to_dict() for request in runner.requests] == [
        {"max_tokens": 5, "temperature": 0, "seed": 7},
        {"max_tokens": 2048, "temperature": 1, "seed": 7},
    ]


@pytest.mark.parametrize("options", [{"temprature": 1}, {"tools": []}])
async def test_an_unknown_option_of_a_run_is_refused_by_name(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"unknown option '{next(iter(options))}'"):
        await Agent(Scripted(["ok"])).run("hi", **options)


async def test_a_tool_choice_that_names_no_tool_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'ad'"):
        Agent(Scripted([]), tools=[add], tool_choice="ad")


async def test_an_error_of_the_endpoint_carries_the_result_so_far() -> None:
    runner = Scripted([call("add", a=1, b=2), OverloadedError("busy", code=3040)])
    with pytest.raises(OverloadedError) as caught:
        await Agent(runner, tools=[add]).run("go")
    assert [message.role for message in caught.value.partial.messages] == ["user", "assistant", "tool"]


async def test_an_error_in_a_stream_is_raised_where_the_events_are_read() -> None:
    agent = Agent(Scripted([Reply("half an", error=RunnerError("broken"))]))
    with pytest.raises(RunnerError, match="broken") as caught:
        await events_of(agent, "go")
    assert caught.value.partial.messages[-1] == Message("assistant", "half an")


async def test_an_error_of_the_listener_is_not_wrapped() -> None:
    agent = Agent(Scripted([call("add", a=1, b=2), "done"]), tools=[add])
    with pytest.raises(ZeroDivisionError):
        async with agent.stream("go") as run:
            async for _ in run:
                1 / 0  # noqa: B018


async def test_usage_adds_up_over_the_turns() -> None:
    one = Usage(100, 10, 0, 0.0, 1)
    steps = [Reply(calls=(call("add", a=1, b=1),), usage=one), Reply("2", usage=one)]
    result = await Agent(Scripted(steps), tools=[add]).run("go")
    assert result.usage == one + one


async def test_the_same_agent_serves_many_runs_at_once() -> None:
    def reply(request: Request) -> str | ToolCall:
        last = request.messages[-1]
        return f"got {last.content}" if last.role == "tool" else call("add", a=int(last.content), b=1)

    agent = Agent(Scripted([reply] * 2, loop=True), tools=[add])
    answers: dict[int, str] = {}

    async def one(number: int) -> None:
        answers[number] = (await agent.run(str(number))).response

    async with anyio.create_task_group() as group:
        for number in range(50):
            group.start_soon(one, number)
    assert answers == {number: f"got {number + 1}" for number in range(50)}


async def test_an_agent_is_a_tool_of_another() -> None:
    usage = Usage(10, 5, 0, 0.0, 1)
    inner = Agent(Scripted([Reply("Paris", usage=usage)]))
    outer = Agent(
        Scripted(
            [
                Reply(calls=(call("geographer", request="Capital of France?"),), usage=usage),
                Reply("Paris!", usage=usage),
            ]
        ),
        tools=[inner.as_tool("geographer", "Knows capitals.")],
    )
    result = await outer.run("go")
    assert result.messages[2].content == "Paris"
    assert result.usage == usage + usage + usage


async def test_agentkit_errors_have_one_root() -> None:
    assert issubclass(RunnerError, AgentKitError)
    assert not issubclass(ToolError, AgentKitError)
