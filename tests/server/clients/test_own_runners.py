"""agentkit's own runners, whose other side this server is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import BaseModel

from agentkit import Agent, tool
from agentkit.errors import AuthenticationError, ModelNotFoundError, OverloadedError, RunnerError
from agentkit.generation import Delta, Finish, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.scripted import Reply, call
from agentkit.runners.workers_ai import WorkersAIRunner

from .conftest import PROGRAM
from .site import ACCOUNT, LONG, MODEL, Site

Script = Callable[..., Site]
Connect = Callable[..., Any]

pytestmark = pytest.mark.anyio


class Weather(BaseModel):
    """The weather of a city."""

    city: str
    degrees: int


@tool
async def get_weather(city: str) -> dict[str, Any]:
    """Tell the weather of a city.

    Args:
        city: Its name.
    """
    return {"city": city, "degrees": 12}


@pytest.fixture(params=["workers-ai", "openai", "openai below an account"])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Make a runner of a site."""

    def make(site: Site, model: str = MODEL, key: str = "any", **options: Any) -> Any:
        options = {"retries": 0, "profile": False} | options
        if request.param == "workers-ai":
            return WorkersAIRunner(model, account_id=ACCOUNT, api_token=key, base_url=site.url, **options)
        base = f"{site.url}/v1" if request.param == "openai" else f"{site.account}/v1"
        return OpenAIRunner(model, base_url=base, api_key=key, **options)

    return make


async def deltas_of(runner: Any, request: Request | None = None) -> list[Delta]:
    """Everything that a runner says."""
    async with aclosing(runner):
        return [delta async for delta in runner.generate(request or Request((Message("user", "Count."),)))]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_an_agent_runs_with_its_tools(scripted: Script, connect: Connect, stream: bool) -> None:
    site = scripted([call("get_weather", city="Paris"), call("get_weather", city="Oslo")], "12 degrees in both.")
    async with Agent(connect(site, stream=stream), tools=[get_weather]) as agent:
        result = await agent.run("How warm is it in Paris and in Oslo?")
    assert result.response == "12 degrees in both."
    _, turn, *results = site.asked.requests[1].messages[-4:]
    assert [json.loads(item.arguments) for item in turn.tool_calls] == [{"city": "Paris"}, {"city": "Oslo"}]
    assert [item.tool_call_id for item in results] == [item.id for item in turn.tool_calls]


async def test_what_is_asked_arrives_unchanged(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello.")
    sampling = Sampling(77, temperature=0.25, top_p=0.5, seed=7, frequency_penalty=0.5, presence_penalty=0.25)
    messages = (Message("system", "Be brief."), Message("user", "Grüß dich — 你好 🙂"))
    await deltas_of(connect(site), Request(messages, sampling=sampling))
    (asked,) = site.asked.requests
    assert tuple(asked.messages) == messages
    assert asked.sampling == sampling


async def test_a_stream_arrives_as_it_is_made(scripted: Script, connect: Connect) -> None:
    deltas = await deltas_of(connect(scripted("One two three.")))
    assert [delta.text for delta in deltas if isinstance(delta, TextDelta)] == ["One", " two", " three."]
    assert isinstance(deltas[-1], Finish)
    assert deltas[-1].reason == "stop"


async def test_a_cut_chat_completion_says_so(scripted: Script) -> None:
    """Of Workers AI's own shape there is nothing to say it with."""
    runner = OpenAIRunner(MODEL, base_url=f"{scripted(Reply('Hello', finish_reason='length')).url}/v1", profile=False)
    finish = (await deltas_of(runner))[-1]
    assert isinstance(finish, Finish)
    assert finish.reason == "length"


async def test_an_answer_has_the_type_that_was_asked_for(scripted: Script, connect: Connect) -> None:
    site = scripted('{"city": "Paris", "degrees": 12}')
    async with Agent(connect(site), output=Weather) as agent:
        assert (await agent.run("Paris?")).output == Weather(city="Paris", degrees=12)
    assert site.asked.requests[0].output_schema is not None


async def test_a_full_queue_is_tried_again(scripted: Script, connect: Connect) -> None:
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
    async with Agent(connect(scripted(busy, "Hello."), retries=1)) as agent:
        assert (await agent.run("Hello?")).response == "Hello."
    with pytest.raises(OverloadedError):
        async with Agent(connect(scripted(busy))) as agent:
            await agent.run("Hello?")


async def test_an_unknown_model_is_told(scripted: Script, connect: Connect) -> None:
    async with Agent(connect(scripted(), "@cf/nobody/nothing")) as agent:
        with pytest.raises(ModelNotFoundError, match="@cf/nobody/nothing"):
            await agent.run("Hello?")


async def test_a_wrong_token_is_no_authentication(scripted: Script, connect: Connect) -> None:
    async with Agent(connect(scripted(token="right"), key="wrong")) as agent:
        with pytest.raises(AuthenticationError):
            await agent.run("Hello?")


async def test_a_stream_that_breaks_off_is_an_error(scripted: Script, connect: Connect) -> None:
    site = scripted(Reply("One two", error=OverloadedError("the engine is gone.")))
    with pytest.raises(RunnerError):
        await deltas_of(connect(site))


async def test_the_model_stops_when_the_agent_is_cancelled(scripted: Script, connect: Connect) -> None:
    site = scripted(LONG, "Still here.")
    runner = connect(site)
    async with anyio.create_task_group() as group:
        async for delta in runner.generate(Request((Message("user", "Count."),))):
            if isinstance(delta, TextDelta):
                group.cancel_scope.cancel()
    await anyio.to_thread.run_sync(site.wait_until_left)
    async with Agent(runner) as agent:
        assert (await agent.run("Hello?")).response == "Still here."


@pytest.mark.real
async def test_a_real_model_serves_an_agent(embedded: Site, connect: Connect) -> None:
    async with Agent(connect(embedded), tools=[get_weather], max_tokens=64) as agent:
        result = await agent.run("How warm is it in Paris?", tool_choice="required")
    assert any(message.role == "tool" for message in result.messages)


@pytest.mark.real
async def test_a_real_model_writes_the_type_that_was_asked_for(embedded: Site, connect: Connect) -> None:
    async with Agent(connect(embedded), output=Weather, max_tokens=64) as agent:
        assert isinstance((await agent.run("It is 12 degrees in Paris.")).output, Weather)


@pytest.mark.real
@pytest.mark.parametrize("kind", ["workers-ai", "openai"])
def test_the_doctor_finds_a_server_that_does_everything(embedded: Site, kind: str, tmp_path: Path) -> None:
    runner, base = (MODEL, embedded.url) if kind == "workers-ai" else (f"openai:{MODEL}", f"{embedded.url}/v1")
    settings = {"CLOUDFLARE_ACCOUNT_ID": ACCOUNT, "CLOUDFLARE_AUTH_TOKEN": "any", "AGENTKIT_CACHE": str(tmp_path)}
    command = [PROGRAM, "doctor", runner, "--base-url", base, "--quick", "--no-save", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, env=os.environ | settings, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    verdicts = {item["name"]: item["verdict"] for item in json.loads(ended.stdout)["findings"]}
    able = {"reachable", "access", "answers", "streams", "tools", "streamed_calls", "required", "named", "schema"}
    assert {name: verdicts[name] for name in able} == dict.fromkeys(able, "yes")
