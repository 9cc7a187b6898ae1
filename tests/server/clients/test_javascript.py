"""Cloudflare's provider for the AI SDK, and OpenAI's package, on Node.

The provider knows only Cloudflare's address, but takes a `fetch`; the one it gets here changes the host and nothing
else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentkit.errors import OverloadedError
from agentkit.runners.scripted import Reply, call

from .site import LONG, MODEL, Player, Site

Script = Callable[..., Site]
BUSY = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
BOTH = [["get_weather", {"city": "Paris"}], ["get_weather", {"city": "Oslo"}]]


def calls() -> list[object]:
    """Two calls in one turn, as a script has them."""
    return [call(name, **arguments) for name, arguments in BOTH]


@pytest.fixture(scope="module")
def provider(javascript: Path) -> Iterator[Player]:
    player = Player(["node", javascript / "play.mjs", "./provider.mjs"])
    yield player
    player.close()


@pytest.fixture(scope="module")
def openai(javascript: Path) -> Iterator[Player]:
    player = Player(["node", javascript / "play.mjs", "./openai.mjs"])
    yield player
    player.close()


def test_the_provider_generates_text(scripted: Script, provider: Player) -> None:
    site = scripted("Hello there.")
    made = provider.play("generate", site)
    assert (made["text"], made["finish"]) == ("Hello there.", "stop")
    (request,) = site.asked.requests
    assert request.sampling.max_tokens == 12
    assert [message.content for message in request.messages] == ["Be brief.", "Say hello."]


def test_the_provider_streams_text(scripted: Script, provider: Player) -> None:
    made = provider.play("stream", scripted("One two three."))
    assert (made["text"], made["finish"]) == ("One two three.", "stop")
    assert len(made["pieces"]) > 1


@pytest.mark.parametrize("conversation", ["tools", "streamedTools"])
def test_the_provider_runs_every_call_and_sends_its_result_back(
    scripted: Script, provider: Player, conversation: str
) -> None:
    site = scripted(calls(), "12 degrees in both.")
    made = provider.play(conversation, site)
    assert made["calls"] == [BOTH, []]
    assert made["ran"] == ["Paris", "Oslo"]
    assert made["text"] == "12 degrees in both."
    _, turn, *results = site.asked.requests[1].messages
    assert [json.loads(item.arguments) for item in turn.tool_calls] == [arguments for _, arguments in BOTH]
    assert [result.tool_call_id for result in results] == [item.id for item in turn.tool_calls]
    assert [result.name for result in results] == ["get_weather", "get_weather"]


def test_text_before_a_call_arrives_in_a_stream(scripted: Script, provider: Player) -> None:
    first = Reply("I will look.", calls=(call("get_weather", city="Paris"),))
    made = provider.play("streamedTools", scripted(first, "12 degrees."))
    assert made["pieces"][0] == "I"
    assert "".join(made["pieces"]) == "I will look.12 degrees."
    assert made["ran"] == ["Paris"]


def test_the_provider_gets_an_object(scripted: Script, provider: Player) -> None:
    site = scripted('{"city": "Paris", "degrees": 12}')
    assert provider.play("object", site) == {"city": "Paris", "degrees": 12}
    assert (site.asked.requests[0].output_schema or {})["required"] == ["city", "degrees"]


def test_the_provider_knows_a_lasting_error(scripted: Script, provider: Player) -> None:
    made = provider.play("error", Site(scripted().url, "@cf/nobody/nothing"))
    assert (made["status"], made["retryable"]) == (400, False)
    assert json.loads(made["body"])["errors"][0]["code"] == 5007


def test_the_provider_knows_a_passing_error_and_tries_again(scripted: Script, provider: Player) -> None:
    made = provider.play("error", scripted(BUSY))
    assert (made["status"], made["retryable"]) == (429, True)
    assert provider.play("retried", scripted(BUSY, "Hello."))["text"] == "Hello."


def test_the_provider_sees_that_a_stream_broke_off(scripted: Script, provider: Player) -> None:
    made = provider.play("brokenStream", scripted(Reply("One two", error=OverloadedError("the engine is gone."))))
    assert "".join(made["texts"]) == "One two"
    assert made["ends"] == [["error", "stream-truncated"]]


def test_the_generation_ends_when_the_provider_leaves(scripted: Script, provider: Player) -> None:
    site = scripted(LONG)
    assert provider.play("leave", site) >= 3
    site.wait_until_left()


def test_openai_chats(scripted: Script, openai: Player) -> None:
    made = openai.play("create", scripted("Hello there."))
    assert (made["text"], made["finish"]) == ("Hello there.", "stop")


def test_openai_streams(scripted: Script, openai: Player) -> None:
    made = openai.play("stream", scripted("One two three."))
    assert (made["text"], made["finish"]) == ("One two three.", "stop")
    assert len(made["pieces"]) > 1
    assert made["usage"]["total_tokens"] >= 0


@pytest.mark.parametrize("conversation", ["tools", "streamedTools"])
def test_openai_runs_every_call_and_sends_its_result_back(scripted: Script, openai: Player, conversation: str) -> None:
    site = scripted(calls(), "12 degrees in both.")
    made = openai.play(conversation, site)
    assert made["ran"] == ["Paris", "Oslo"]
    assert made["text"] == "12 degrees in both."
    _, turn, *results = site.asked.requests[1].messages
    assert [result.tool_call_id for result in results] == [item.id for item in turn.tool_calls]


def test_openai_gets_an_error_in_its_own_shape(scripted: Script, openai: Player) -> None:
    made = openai.play("error", Site(scripted().url, "@cf/nobody/nothing"))
    assert made["kind"] in ("BadRequestError", "NotFoundError")
    assert "@cf/nobody/nothing" in made["message"]


def test_openai_lists_the_models(scripted: Script, openai: Player) -> None:
    assert MODEL in openai.play("models", scripted())


@pytest.mark.real
@pytest.mark.parametrize("conversation", ["generate", "stream"])
def test_a_real_model_answers_the_provider(embedded: Site, provider: Player, conversation: str) -> None:
    made = provider.play(conversation, embedded)
    assert made["text"]
    assert 0 < made["usage"][1] <= 12


@pytest.mark.real
@pytest.mark.parametrize("conversation", ["forcedTool", "streamedForcedTool"])
def test_a_real_model_calls_the_tool_that_the_provider_demands(
    embedded: Site, provider: Player, conversation: str
) -> None:
    made = provider.play(conversation, embedded)
    names = [name for step in made["calls"] for name, _ in step]
    assert names
    assert set(names) == {"get_weather"}
    assert len(made["ran"]) == len(names)


@pytest.mark.real
def test_a_real_model_writes_the_object_that_the_provider_wants(embedded: Site, provider: Player) -> None:
    made = provider.play("object", embedded)
    assert isinstance(made["city"], str)
    assert isinstance(made["degrees"], int | float)


@pytest.mark.real
@pytest.mark.parametrize("conversation", ["create", "stream"])
def test_a_real_model_answers_openai(embedded: Site, openai: Player, conversation: str) -> None:
    made = openai.play(conversation, embedded)
    assert made["text"]
    assert 0 < made["usage"]["completion_tokens"] <= 12
