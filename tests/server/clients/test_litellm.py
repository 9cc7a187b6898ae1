"""litellm, by its provider for Workers AI and by its provider for servers like OpenAI's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentkit.errors import OverloadedError
from agentkit.runners.scripted import call

from .site import Player, Site

Script = Callable[..., Site]
BOTH = [["get_weather", {"city": "Paris"}], ["get_weather", {"city": "Oslo"}]]
PROVIDERS = pytest.mark.parametrize("provider", ["cloudflare", "openai"])


def calls() -> list[object]:
    """Two calls in one turn, as a script has them."""
    return [call(name, **arguments) for name, arguments in BOTH]


@pytest.fixture(scope="module")
def litellm(python: Path) -> Iterator[Player]:
    where = "Scripts" if sys.platform == "win32" else "bin"
    command = [python / "venv" / where / "python", python / "play.py", "lite"]
    player = Player(command, LITELLM_LOCAL_MODEL_COST_MAP="True")  # it would fetch one while it is imported
    yield player
    player.close()


@PROVIDERS
def test_it_is_answered(scripted: Script, litellm: Player, provider: str) -> None:
    site = scripted("Hello there.")
    made = litellm.play(f"{provider}_complete", site)
    assert (made["text"], made["finish"]) == ("Hello there.", "stop")
    assert site.asked.requests[0].sampling.max_tokens == 12


def test_a_base_that_was_documented_earlier_is_answered(scripted: Script, litellm: Player) -> None:
    """It once posted to `/ai/run/`; now it mends such a base itself."""
    made = litellm.play("cloudflare_complete_by_the_old_base", scripted("Hello there."))
    assert made["text"] == "Hello there."


def test_its_asynchronous_side_is_answered(scripted: Script, litellm: Player) -> None:
    assert litellm.play("cloudflare_acomplete", scripted("Hello there.")) == "Hello there."


@PROVIDERS
def test_it_streams(scripted: Script, litellm: Player, provider: str) -> None:
    pieces = litellm.play(f"{provider}_stream", scripted("One two three."))
    assert "".join(pieces) == "One two three."
    assert len([piece for piece in pieces if piece]) > 1


@PROVIDERS
def test_its_tools_are_called_and_their_results_go_back(scripted: Script, litellm: Player, provider: str) -> None:
    site = scripted(calls(), "12 degrees in both.")
    made = litellm.play(f"{provider}_tools", site)
    assert made == {"calls": BOTH, "finish": "tool_calls", "text": "12 degrees in both."}
    _, turn, *results = site.asked.requests[1].messages
    assert [result.tool_call_id for result in results] == [item.id for item in turn.tool_calls]


@PROVIDERS
def test_its_streams_have_tool_calls(scripted: Script, litellm: Player, provider: str) -> None:
    made = litellm.play(f"{provider}_streamed_tools", scripted(calls()))
    assert made == {"calls": BOTH, "finish": "tool_calls"}


@PROVIDERS
def test_it_tells_errors_by_their_kind(scripted: Script, litellm: Player, provider: str) -> None:
    made = litellm.play(f"{provider}_error", Site(scripted().url, "@cf/nobody/nothing"))
    assert made["status"] in (400, 404)
    assert made["kind"] in ("BadRequestError", "NotFoundError")
    assert "@cf/nobody/nothing" in made["message"]
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
    assert litellm.play(f"{provider}_error", scripted(busy))["kind"] == "RateLimitError"


@pytest.mark.real
@PROVIDERS
def test_a_real_model_answers_it_whole_and_streamed(embedded: Site, litellm: Player, provider: str) -> None:
    made = litellm.play(f"{provider}_complete", embedded)
    assert made["text"]
    assert 0 < made["usage"]["completion"] <= 12
    assert "".join(litellm.play(f"{provider}_stream", embedded))


@pytest.mark.real
@PROVIDERS
def test_a_real_model_calls_its_tool_and_takes_the_result(embedded: Site, litellm: Player, provider: str) -> None:
    made = litellm.play(f"{provider}_forced_tool", embedded)
    assert made["calls"]
    assert all(name == "get_weather" and isinstance(arguments["city"], str) for name, arguments in made["calls"])
