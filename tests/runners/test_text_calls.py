"""Calls that a model wrote as text, through real servers: the tool is called, and the run goes on."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit import Agent, tool
from agentkit.generation import Repaired, TextDelta
from agentkit.messages import ToolCall
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.workers_ai import WorkersAIRunner

from .http_cases import said
from .loopback import events, reply, serve

pytestmark = pytest.mark.anyio

CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Köln", "days": "3",}}\n</tool_call>'
XML = """<tool_call>
<function=get_weather>
<parameter=city>
Köln
</parameter>
<parameter=days>
3
</parameter>
</function>
</tool_call>"""


@tool
def get_weather(city: str, days: int) -> str:
    """Weather of a city.

    Args:
        city: Its name.
        days: How many.
    """
    return f"{days} days of rain in {city}"


def whole(content: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}


@pytest.mark.parametrize("written", [CALL, XML])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_written_call_is_made(written: str, stream: bool) -> None:
    pieces = ["I will look.\n", *(written[at : at + 4] for at in range(0, len(written), 4))]
    first = events(*map(said, pieces), said("", "stop")) if stream else reply(whole("".join(pieces)))
    last = events(said("Rain.", "stop")) if stream else reply(whole("Rain."))
    shown: list[str] = []
    repairs: list[Repaired] = []
    async with serve(first, last) as server:
        agent = Agent(OpenAIRunner("m", base_url=server.url, stream=stream), tools=[get_weather])
        async with agent.stream("Weather in Köln?") as run:
            async for event in run:
                if isinstance(event, TextDelta):
                    shown.append(event.text)
                elif isinstance(event, Repaired):
                    repairs.append(event)
        result = run.result
        await agent.aclose()
    assert result is not None
    assert "".join(shown) == "I will look.\nRain."
    assert [message.content for message in result.messages if message.role == "tool"] == ["3 days of rain in Köln"]
    assert repairs[0].before == written
    turn = server.requests[1].json["messages"][1]
    assert turn["content"] == "I will look.\n"
    assert turn["tool_calls"][0]["function"]["name"] == "get_weather"


async def test_a_call_that_was_cut_is_not_made() -> None:
    async with serve(events(*map(said, CALL), said("", "length"))) as server:
        agent = Agent(OpenAIRunner("m", base_url=server.url), tools=[get_weather])
        result = await agent.run("Weather?")
        await agent.aclose()
    assert not [message for message in result.messages if message.role == "tool"]
    assert result.response == CALL


async def test_a_written_call_of_workers_ai_is_made() -> None:
    """Quirk Q28: `response` has the JSON of the call."""
    native = {"response": '{"name": "get_weather", "parameters": {"city": "Oslo", "days": 1}}', "tool_calls": []}
    async with serve(events(native), events({"response": "Rain."})) as server:
        runner = WorkersAIRunner("@cf/x/y", account_id="a" * 32, api_token="t", base_url=server.url)
        agent = Agent(runner, tools=[get_weather])
        result = await agent.run("Weather?")
        await agent.aclose()
    assert result.response == "Rain."
    calls = [call for message in result.messages for call in message.tool_calls]
    assert [(call.name, call.arguments) for call in calls] == [("get_weather", '{"city": "Oslo", "days": 1}')]
    assert all(isinstance(call, ToolCall) and len(call.id) == 9 for call in calls)


async def test_without_tools_it_is_text() -> None:
    async with serve(events(*map(said, CALL), said("", "stop"))) as server:
        agent = Agent(OpenAIRunner("m", base_url=server.url))
        result = await agent.run("What does Hermes write?")
        await agent.aclose()
    assert result.response == CALL
