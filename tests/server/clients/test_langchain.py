"""LangChain's models of Workers AI (`langchain-cloudflare`), by their `base_url`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from agentkit.errors import OverloadedError
from agentkit.runners.scripted import call

from .site import LONG, Player, Site

Script = Callable[..., Site]
BOTH = [["get_weather", {"city": "Paris"}], ["get_weather", {"city": "Oslo"}]]
WEATHER = '{"city": "Paris", "degrees": 12}'


def calls() -> list[object]:
    """Two calls in one turn, as a script has them."""
    return [call(name, **arguments) for name, arguments in BOTH]


@pytest.fixture(scope="module")
def langchain(python: Path) -> Iterator[Player]:
    where = "Scripts" if sys.platform == "win32" else "bin"
    player = Player([python / "venv" / where / "python", python / "play.py", "chain"], LANGSMITH_TRACING="false")
    yield player
    player.close()


@pytest.mark.parametrize("conversation", ["invoke", "invoke_chat"])
def test_it_is_answered(scripted: Script, langchain: Player, conversation: str) -> None:
    site = scripted("Hello there.")
    made = langchain.play(conversation, site)
    assert made["text"] == "Hello there."
    assert made["usage"]["total_tokens"] >= 0
    assert site.asked.requests[0].sampling.max_tokens == 64


def test_its_asynchronous_side_is_answered(scripted: Script, langchain: Player) -> None:
    assert langchain.play("ainvoke", scripted("Hello there.")) == "Hello there."


@pytest.mark.parametrize("conversation", ["stream", "astream", "stream_chat"])
def test_it_streams(scripted: Script, langchain: Player, conversation: str) -> None:
    pieces = langchain.play(conversation, scripted("One two three."))
    assert "".join(pieces) == "One two three."
    assert len([piece for piece in pieces if piece]) > 1


@pytest.mark.parametrize("conversation", ["tools", "tools_chat"])
def test_its_tools_are_called_and_their_results_go_back(scripted: Script, langchain: Player, conversation: str) -> None:
    site = scripted(calls(), "12 degrees in both.")
    made = langchain.play(conversation, site)
    assert made == {"calls": BOTH, "text": "12 degrees in both."}
    _, turn, *results = site.asked.requests[1].messages
    assert [result.tool_call_id for result in results] == [item.id for item in turn.tool_calls]


def test_its_streams_have_tool_calls(scripted: Script, langchain: Player) -> None:
    """From one frame, of the native shape, and not asynchronously; from other streams it takes none."""
    assert langchain.play("streamed_tools", scripted(call("get_weather", city="Paris"))) == BOTH[:1]


@pytest.mark.parametrize("conversation", ["typed", "typed_by_tool"])
def test_its_answers_have_a_type(scripted: Script, langchain: Player, conversation: str) -> None:
    answer = WEATHER if conversation == "typed" else call("Weather", city="Paris", degrees=12)
    assert langchain.play(conversation, scripted(answer)) == {"city": "Paris", "degrees": 12}


def test_it_tells_errors_with_their_status(scripted: Script, langchain: Player) -> None:
    made = langchain.play("error", Site(scripted().url, "@cf/nobody/nothing"))
    assert (made["status"], made["body"]["errors"][0]["code"]) == (400, 5007)
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
    made = langchain.play("error", scripted(busy))
    assert (made["status"], made["body"]["errors"][0]["code"]) == (429, 3040)


def test_it_need_not_wait_for_its_turn(scripted: Script, langchain: Player) -> None:
    site = scripted(LONG, most_running=1)
    body = {"prompt": "Count.", "stream": True}
    with httpx.stream("POST", f"{site.account}/run/{site.model}", json=body) as busy:
        lines = busy.iter_lines()  # whose end would close the connection
        next(lines)
        made = langchain.play("in_a_hurry", site)
    assert (made["status"], made["body"]["errors"][0]["code"]) == (429, 3040)


@pytest.mark.real
@pytest.mark.parametrize("conversation", ["stream", "astream", "stream_chat"])
def test_a_real_model_streams_to_it(embedded: Site, langchain: Player, conversation: str) -> None:
    assert "".join(langchain.play(conversation, embedded))


@pytest.mark.real
def test_a_real_model_answers_it_and_calls_its_tool(embedded: Site, langchain: Player) -> None:
    assert langchain.play("invoke", embedded)["text"]
    made = langchain.play("forced_tool", embedded)
    assert made
    assert all(name == "get_weather" and isinstance(arguments["city"], str) for name, arguments in made)
