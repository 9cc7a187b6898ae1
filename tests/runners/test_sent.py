"""What a run keeps of its requests and replies: byte for byte, without secrets."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from typing import Any

import anyio
import pytest

from agentkit import Agent, ConfigurationError, Message, tool
from agentkit.errors import ServerError
from agentkit.generation import Request
from agentkit.runners.base import Runner
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.scripted import Scripted
from agentkit.runners.secrets import shown
from agentkit.runners.workers_ai import WorkersAIRunner
from agentkit.sent import Sent

from .loopback import events, reply, serve

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret"
TURNS = 20


@tool
def look(number: int) -> str:
    """Look something up, with 'quotes' and Grüße."""
    return f"found {number}: $HOME `date` \"it\" 'is' \\ ✓"


def runners(url: str) -> list[Runner]:
    return [
        OpenAIRunner("m", base_url=url, api_key=KEY, headers={"X-Team": "blue $HOME"}, retries=0),
        WorkersAIRunner("@cf/a/b", base_url=url, account_id="acc0unt", api_token=KEY, retries=0),
    ]


def called(number: int) -> list[Any]:
    function = {"name": "look", "arguments": f'{{"number": {number}}}'}
    frame = {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "x", "function": function}]}}]}
    return events(frame, {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})


@pytest.mark.parametrize("which", [0, 1])
async def test_a_conversation_of_twenty_turns(which: int) -> None:
    done = events({"choices": [{"index": 0, "delta": {"content": "Done ✓"}, "finish_reason": "stop"}]})
    async with serve(*map(called, range(TURNS - 1)), done) as server:
        agent = Agent(runners(server.url)[which], tools=[look])
        result = await agent.run("Look")
        await agent.aclose()
    assert len(result.turns) == TURNS
    bodies = [turn.sent.body for turn in result.turns]
    assert bodies == [request.body for request in server.requests], "what is kept is what was sent"
    for body, following in pairwise(bodies):
        messages = body[: body.rindex(b'],"max_tokens"')]
        assert following.startswith(messages + b","), "the prefix stays the same up to the new messages"
    assert "Done ✓".encode() in result.turns[-1].received.replace(b"\\u2713", "✓".encode())
    assert [turn.message for turn in result.turns] == [m for m in result.messages if m.role == "assistant"]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="no curl here")
@pytest.mark.parametrize("which", [0, 1])
async def test_the_command_sends_the_same_again(which: int) -> None:
    secrets = {
        "OPENAI_API_KEY": KEY,
        "X_TEAM": "blue $HOME",
        "CLOUDFLARE_AUTH_TOKEN": KEY,
        "CLOUDFLARE_ACCOUNT_ID": "acc0unt",
    }
    async with serve(reply({"response": "Hi"})) as server:
        agent = Agent(runners(server.url)[which], tools=[look], instructions='It\'s $HOME `id` \\ "so" ✓')
        result = await agent.run("What\n$now?", conversation="one")
        await agent.aclose()
        command = result.turns[0].curl()
        assert KEY not in command
        assert "acc0unt" not in command
        await anyio.run_process(["sh", "-c", command], env=os.environ | secrets | {"X_TEAM": "blue $HOME"})
    first, second = server.requests
    assert (second.method, second.target, second.body) == (first.method, first.target, first.body)
    for name in ("authorization", "content-type", "user-agent", "x-team", "x-session-affinity"):
        assert second.headers.get(name) == first.headers.get(name)


async def test_a_turn_that_failed_is_kept_too() -> None:
    async with serve(called(1), reply({"error": "oh"}, 500)) as server:
        agent = Agent(runners(server.url)[0], tools=[look])
        with pytest.raises(ServerError) as caught:
            await agent.run("Look")
        await agent.aclose()
    turns = caught.value.partial.turns
    assert [turn.message is None for turn in turns] == [False, True]
    assert (turns[1].sent.body, turns[1].received) == (server.requests[1].body, b"")


async def test_without_a_server_nothing_was_sent() -> None:
    with Scripted(["Hello."]) as runner:
        result = await Agent(runner).run("Hi")
    assert result.turns[0].request == Request((Message("user", "Hi"),))
    assert result.turns[0].received == b""
    with pytest.raises(ConfigurationError, match="not sent to a server"):
        result.turns[0].curl()


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        ("http://a/b", {"authorization": f"Bearer {KEY}"}, ("http://a/b", {"authorization": "Bearer $KEY"})),
        ("http://a/b", {"authorization": "Bearer other"}, ("http://a/b", {"authorization": "$AUTHORIZATION"})),
        (
            "http://a/b",
            {"cf-aig-authorization": "x"},
            ("http://a/b", {"cf-aig-authorization": "$CF_AIG_AUTHORIZATION"}),
        ),
        ("http://a/b", {"user-agent": "mine"}, ("http://a/b", {"user-agent": "mine"})),
        ("http://me:pass@a/b", {}, ("http://$LOGIN@a/b", {})),
        (f"http://a/{KEY}/b", {}, ("http://a/$KEY/b", {})),
    ],
)
def test_secrets_are_hidden(url: str, headers: dict[str, str], expected: Any) -> None:
    assert shown(url, headers, {KEY: "KEY"}) == expected


def test_only_placeholders_are_filled_in_by_the_shell() -> None:
    command = Sent("http://a/$b`c`", {"x": '"$TOKEN" \\'}, b"it's").curl()
    assert r'"http://a/\$b\`c\`"' in command
    assert r'"x: \"$TOKEN\" \\"' in command
    assert "'it'\"'\"'s'" in command


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="no curl here")
async def test_a_command_may_be_longer_than_an_argument() -> None:
    async with serve(reply({"response": "Hi"})) as server:
        sent = Sent(server.url, {"content-type": "application/json"}, b'"%b"' % (b"x" * 1_000_000))
        await anyio.run_process(["sh"], input=sent.curl().encode())
    assert server.requests[0].body == sent.body
