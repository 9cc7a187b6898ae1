"""Agents over HTTP: answers for every client, events and approval for those that ask."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from agentkit import Agent, as_runner, tool
from agentkit.runners.scripted import Reply, Scripted, call
from agentkit.server.agent_naming import card_of_agent
from agentkit.server.agents import AgentRunner
from agentkit.server.assembly import assemble
from agentkit.server.models import Served

from .conftest import Running, Serve
from .raw import Wire, ask, request, until, wire

CHAT, RUN = "/v1/chat/completions", "/ai/run/@agentkit/test"
ASKED = {"model": "@agentkit/test", "messages": [{"role": "user", "content": "1 + 2?"}]}
SECRET = "the password is hunter2"


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
def fail() -> str:
    """Fail."""
    raise RuntimeError(SECRET)


@tool(approve=True)
def delete(path: str) -> str:
    """Delete."""
    return f"deleted {path}"


@dataclass
class Event:
    """One server-sent event."""

    name: str
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


def events_of(body: bytes) -> list[Event]:
    found = []
    for frame in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        if fields:
            found.append(Event(fields.get("event", ""), fields["data"]))
    return found


def content_of(events: list[Event]) -> str:
    plain = [event.json for event in events if not event.name and event.data != "[DONE]"]
    return "".join(choice["delta"].get("content") or "" for data in plain for choice in data["choices"])


def agent_of(steps: Any, **options: Any) -> Served:
    agent: Agent[Any] = Agent(Scripted(steps, loop=True), tools=[add, fail, delete], **options)
    runner = AgentRunner(agent, "test")
    return Served(card_of_agent(runner), runner)


def sums() -> Served:
    return agent_of([Reply("Let me see.", (call("add", a=1, b=2),)), "It is 3."], instructions="Keep it to yourself.")


def deletes(**options: Any) -> Served:
    """Wants to delete, and tells what came of it."""
    return agent_of([call("delete", path="a.txt"), lambda request: request.messages[-1].content], **options)


@pytest.mark.parametrize("path", [CHAT, f"/client/v4/accounts/me/ai{CHAT}"])
def test_the_answer_of_a_chat_is_the_final_text(serve: Serve, path: str) -> None:
    answer = ask(serve(sums()).address, path, ASKED)
    [choice] = answer.json["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("It is 3.", "stop")
    assert answer.json["model"] == "@agentkit/test"


def test_workers_ai_s_own_route_answers_as_well(serve: Serve) -> None:
    answer = ask(serve(sums()).address, RUN, {"prompt": "1 + 2?"})
    assert answer.json["result"]["response"] == "It is 3."


def test_a_stream_has_no_events_unless_they_are_asked_for(serve: Serve) -> None:
    events = events_of(ask(serve(sums()).address, CHAT, ASKED | {"stream": True}).body)
    assert {event.name for event in events} == {""}
    assert content_of(events) == "Let me see.\n\nIt is 3."
    assert events[-1].data == "[DONE]"


def test_events_stand_between_the_frames_of_the_answer(serve: Serve) -> None:
    events = events_of(ask(serve(sums()).address, CHAT, ASKED | {"stream": True, "events": True}).body)
    assert content_of(events) == "Let me see.\n\nIt is 3."
    assert [event.name for event in events if event.name] == [
        "turn_started",
        "turn_finished",
        "tool_started",
        "tool_finished",
        "turn_started",
        "turn_finished",
        "run_finished",
    ]
    finished = next(event.json for event in events if event.name == "tool_finished")
    assert finished["result"] == {"call_id": finished["call"]["id"], "status": "ok", "content": "3"}
    assert all(event.json["event"] == event.name for event in events if event.name)
    assert [event.data for event in events if not event.name][-1] == "[DONE]"


def test_workers_ai_s_own_stream_has_events_too(serve: Serve) -> None:
    body = {"prompt": "1 + 2?", "stream": True, "events": True}
    events = events_of(ask(serve(sums()).address, RUN, body).body)
    assert "tool_finished" in [event.name for event in events]
    texts = [event.json.get("response") or "" for event in events if not event.name and event.data != "[DONE]"]
    assert "".join(texts) == "Let me see.\n\nIt is 3."


def test_events_of_a_plain_model_are_none(serve: Serve) -> None:
    body = ASKED | {"model": "@cf/test/model", "stream": True, "events": True}
    events = events_of(ask(serve(Scripted(["Hi."])).address, CHAT, body).body)
    assert {event.name for event in events} == {""}


def test_a_client_learns_neither_instructions_nor_what_tools_raised(serve: Serve) -> None:
    served = agent_of([call("fail"), "It failed."], instructions="Keep it to yourself.")
    body = ask(serve(served).address, CHAT, ASKED | {"stream": True, "events": True}).body
    assert b"RuntimeError" in body
    assert SECRET.encode() not in body
    assert b"Keep it to yourself" not in body


def test_tools_of_a_request_are_refused(serve: Serve) -> None:
    offer = {"type": "function", "function": {"name": "x", "description": "x", "parameters": {"type": "object"}}}
    answer = ask(serve(sums()).address, f"/ai{CHAT}", ASKED | {"tools": [offer]})
    assert (answer.status, answer.code) == (400, 8001)
    assert "an agent brings its own tools" in answer.json["errors"][0]["message"]


def test_an_agent_is_among_the_models(serve: Serve) -> None:
    running = serve(sums(), assemble)
    listed = ask(running.address, "/v1/models", method="GET").json["data"]
    assert [model["id"] for model in listed] == ["@agentkit/test"]


def test_a_client_that_goes_away_stops_the_tools(serve: Serve) -> None:
    stopped: list[str] = []

    @tool
    async def wait() -> str:
        """Wait for ever."""
        try:
            await anyio.sleep_forever()
        finally:
            stopped.append("stopped")
        return ""

    runner = AgentRunner(Agent(Scripted([call("wait")]), tools=[wait]), "test")
    running = serve(Served(card_of_agent(runner), runner))
    with wire(running.address) as connection:
        connection.send(request(CHAT, ASKED | {"stream": True, "events": True}))
        connection.head()
        while b"tool_started" not in connection.chunk():
            pass
    until(lambda: stopped)
    until(lambda: running.state.admission.running == 0)


@pytest.mark.parametrize("stream", [False, True])
def test_the_servers_deadline_stops_the_run(serve: Serve, stream: bool) -> None:
    stopped: list[str] = []

    @tool
    async def wait() -> str:
        """Wait for ever."""
        try:
            await anyio.sleep_forever()
        finally:
            stopped.append("stopped")
        return ""

    runner = AgentRunner(Agent(Scripted([call("wait")]), tools=[wait]), "test")
    running = serve(Served(card_of_agent(runner), runner), deadline=0.3)
    answer = ask(running.address, f"/ai{CHAT}", ASKED | {"stream": stream})
    assert (answer.status, answer.code) == (408, 3046)
    assert stopped == ["stopped"]


def test_many_runs_at_once_do_not_mix(serve: Serve) -> None:
    served = agent_of([lambda request: request.messages[-1].content])
    address = serve(served).address

    def one(number: int) -> str:
        body = ASKED | {"messages": [{"role": "user", "content": f"number {number}"}], "stream": True, "events": True}
        return content_of(events_of(ask(address, CHAT, body).body))

    with ThreadPoolExecutor(32) as threads:
        assert list(threads.map(one, range(200))) == [f"number {number}" for number in range(200)]


# Approval.


def asked_of(connection: Wire) -> dict[str, Any]:
    """Read a stream until it asks for approval."""
    while True:
        for event in events_of(connection.chunk()):
            if event.name == "approval_asked":
                return dict(event.json)


def decided(running: Running, **verdict: Any) -> list[Event]:
    """Ask, decide, and read on to the end."""
    with wire(running.address) as connection:
        connection.send(request(CHAT, ASKED | {"stream": True, "events": True}))
        connection.head()
        asked = asked_of(connection)
        assert json.loads(asked["call"]["function"]["arguments"]) == {"path": "a.txt"}
        answer = ask(running.address, f"/ai/approvals/{asked['id']}", verdict)
        assert answer.json["result"] == {"approved": verdict["approve"]}
        again = ask(running.address, f"/ai/approvals/{asked['id']}", {"approve": True})
        assert again.status == 404
        return events_of(b"".join(iter(connection.chunk, b"")))


def test_a_client_approves_a_call(serve: Serve) -> None:
    assert content_of(decided(serve(deletes()), approve=True)) == "deleted a.txt"


def test_a_client_refuses_a_call_and_says_why(serve: Serve) -> None:
    assert content_of(decided(serve(deletes()), approve=False, reason="not that one")).endswith("not that one")


def test_without_events_nobody_can_approve(serve: Serve) -> None:
    answer = ask(serve(deletes()).address, CHAT, ASKED)
    assert "nobody here can give it" in answer.json["choices"][0]["message"]["content"]


def test_an_answer_that_does_not_come_is_a_no(serve: Serve) -> None:
    running = serve(deletes(), approval=0.1)
    events = events_of(ask(running.address, CHAT, ASKED | {"stream": True, "events": True}).body)
    assert content_of(events).endswith("nobody answered in time")


def test_a_client_that_goes_away_takes_its_question_with_it(serve: Serve) -> None:
    running = serve(deletes())
    with wire(running.address) as connection:
        connection.send(request(CHAT, ASKED | {"stream": True, "events": True}))
        connection.head()
        asked = asked_of(connection)
    until(lambda: running.state.admission.running == 0)
    assert ask(running.address, f"/ai/approvals/{asked['id']}", {"approve": True}).status == 404


def test_the_agents_own_approver_is_not_replaced(serve: Serve) -> None:
    running = serve(deletes(approve=lambda call: "never"))
    events = events_of(ask(running.address, CHAT, ASKED | {"stream": True, "events": True}).body)
    [asked] = [event.json for event in events if event.name == "approval_asked"]
    assert "id" not in asked
    assert content_of(events).endswith("They say: never")


@pytest.mark.parametrize(
    ("body", "code"), [({}, 5006), ({"approve": "yes"}, 5006), ([], 5006), ({"approve": True}, 7003), (b"{", 3003)]
)
def test_what_is_no_answer_is_refused(serve: Serve, body: Any, code: int) -> None:
    assert ask(serve(deletes()).address, "/ai/approvals/guessed", body).code == code


# Clients that know nothing of agents.


def test_the_openai_sdk_streams_and_awaits_an_agent(serve: Serve) -> None:
    openai = pytest.importorskip("openai")
    messages: Any = ASKED["messages"]
    with openai.OpenAI(base_url=f"{serve(sums()).url}/v1", api_key="none", max_retries=0) as client:
        whole = client.chat.completions.create(model="@agentkit/test", messages=messages)
        assert whole.choices[0].message.content == "It is 3."
        stream = client.chat.completions.create(model="@agentkit/test", messages=messages, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Let me see.\n\nIt is 3."


def test_agentkit_s_own_runner_can_be_an_agent_elsewhere(serve: Serve) -> None:
    runner = as_runner("openai:@agentkit/test", base_url=f"{serve(sums()).url}/v1")
    result = Agent(runner).run_sync("1 + 2?")
    assert (result.response, result.stop_reason) == ("Let me see.\n\nIt is 3.", "final")
