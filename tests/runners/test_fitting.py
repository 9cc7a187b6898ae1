"""Runners that fit their requests to what was found out of their server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentkit import Agent
from agentkit.errors import ContextOverflowError
from agentkit.generation import Request
from agentkit.messages import Message, ToolSpec
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.probing import probe, profile_of, target
from agentkit.runners.profiles import Profile, path_of, write_profile
from agentkit.runners.workers_ai import WorkersAIRunner

from .loopback import Loopback, serve
from .probing.able import Able

pytestmark = pytest.mark.anyio

ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {}})
SUB = ToolSpec("sub", "Subtract.", {"type": "object", "properties": {}})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that profiles are kept in here."""
    monkeypatch.setenv("AGENTKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def known(tokens: int | None = None, **findings: str) -> Profile:
    return Profile("openai:able", "", "2026-01-02T03:04:05+00:00", findings, tokens)


def body(profile: Profile | bool, request: Request) -> Any:
    """What a runner with a profile sends for a request."""
    import json

    runner = OpenAIRunner("able", base_url="http://127.0.0.1:9/v1", profile=profile)
    return json.loads(runner.sent(request).body)


def ask(choice: str = "auto", tools: tuple[ToolSpec, ...] = (ADD,)) -> Request:
    return Request([Message("system", "Be brief."), Message("user", "1 + 1?")], tools, choice)


def test_without_a_profile_nothing_changes() -> None:
    sent = body(True, ask("required"))
    assert sent == body(False, ask("required")) == body(known(), ask("required"))
    assert sent["stream"] is True
    assert sent["tool_choice"] == "required"


def test_what_was_not_found_out_changes_nothing() -> None:
    profile = known(required="unknown", streamed_calls="unknown", context="unknown")
    assert body(profile, ask("required")) == body(False, ask("required"))


def test_broken_streams_of_calls_are_avoided_where_tools_are_offered() -> None:
    profile = known(streamed_calls="no")
    assert "stream" not in body(profile, ask())
    assert body(profile, ask(tools=()))["stream"] is True


def test_one_tool_is_named_where_required_is_not_heeded() -> None:
    sent = body(known(required="no", named="yes"), ask("required"))
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "add"}}
    assert sent["messages"] == body(False, ask("required"))["messages"]


@pytest.mark.parametrize(("named", "tools"), [("yes", (ADD, SUB)), ("no", (ADD,)), ("unknown", (ADD,))])
def test_else_the_last_message_insists(named: str, tools: tuple[ToolSpec, ...]) -> None:
    sent = body(known(required="no", named=named), ask("required", tools))
    assert sent["tool_choice"] == "required"
    assert sent["messages"][-1]["content"].startswith("1 + 1?\n\nCall a tool now")
    assert sent["messages"][:-1] == body(False, ask("required", tools))["messages"][:-1]


def test_after_a_result_a_message_of_its_own_insists() -> None:
    conversation = [Message("user", "Hi"), Message("assistant", "Yes?")]
    request = Request(conversation, (ADD,), "required")
    sent = body(known(required="no"), request)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert len(conversation) == 2


@pytest.mark.parametrize("choice", ["auto", "none", "add"])
def test_other_choices_stay(choice: str) -> None:
    profile = known(required="no", named="yes")
    assert body(profile, ask(choice)) == body(False, ask(choice))


def asked(words: int, profile: Profile | bool) -> None:
    """Begin to ask a server that is not there."""
    runner = OpenAIRunner("able", base_url="http://127.0.0.1:9/v1", profile=profile)
    runner.generate(Request([Message("user", "word " * words)]))


def test_what_a_cutting_server_cannot_take_is_not_sent() -> None:
    with pytest.raises(ContextOverflowError, match=r"at least 1,001 tokens.*2026-01-02") as caught:
        asked(1_001, known(1_000, context="no"))
    assert (caught.value.tokens, caught.value.limit) == (1_001, 1_000)
    assert "agentkit doctor" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("words", "profile"),
    [(1_000, known(1_000, context="no")), (9_000, known(1_000, context="yes")), (9_000, False), (9_000, known())],
    ids=["it may fit", "the server refuses itself", "off", "nothing is known"],
)
def test_everything_else_is_sent(words: int, profile: Profile | bool) -> None:
    asked(words, profile)


async def probed(server: Loopback, **options: Any) -> Profile:
    """Probe a server and keep its profile, as `agentkit doctor` does."""
    subject = target("openai:able", base_url=f"{server.url}/v1")
    found = [finding async for finding in probe(subject, **options)]
    await subject.aclose()
    profile = profile_of(subject, found)
    assert profile is not None
    write_profile(profile)
    return profile


def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"sunny in {city}"


async def test_a_run_needs_no_second_try_after_the_probe() -> None:
    able = Able(frozenset(("required",)))
    async with serve(able) as server:

        async def turns(**options: Any) -> int:
            runner = OpenAIRunner("able", base_url=f"{server.url}/v1", **options)
            result = await Agent(runner, tools=[get_weather], tool_choice="required").run("Hello!")
            await runner.aclose()
            assert "sunny in Rome" in result.response
            return len(result.turns)

        assert await turns() == 3
        await probed(server, quick=True)
        assert await turns() == 2
        assert await turns(profile=False) == 3


async def test_calls_that_streams_lose_are_made_after_the_probe() -> None:
    able = Able(frozenset(("streamed_calls",)))
    async with serve(able) as server:

        async def calls(**options: Any) -> int:
            runner = OpenAIRunner("able", base_url=f"{server.url}/v1", **options)
            result = await Agent(runner, tools=[get_weather]).run("How is the weather in Paris?")
            await runner.aclose()
            return sum(len(message.tool_calls) for message in result.messages)

        assert await calls() == 0
        await probed(server, quick=True)
        assert await calls() == 1


async def test_a_quick_probe_keeps_what_a_whole_one_found_out() -> None:
    able = Able(window=2_000, overflow="cut")
    async with serve(able) as server:
        whole = await probed(server, most_context=4_000)
        able.lacks = frozenset(("required",))
        quick = await probed(server, quick=True)
    assert (whole.context, whole.findings["context"], whole.findings["required"]) == (2_000, "no", "yes")
    assert (quick.context, quick.findings["context"], quick.findings["required"]) == (2_000, "no", "no")


async def test_the_probe_itself_does_not_see_the_profile() -> None:
    able = Able(frozenset(("required", "streamed_calls")))
    async with serve(able) as server:
        first = await probed(server, quick=True)
        assert (await probed(server, quick=True)).findings == first.findings


async def test_a_server_that_does_not_answer_gets_no_profile() -> None:
    subject = target("openai:able", base_url="http://127.0.0.1:9/v1")
    found = [finding async for finding in probe(subject)]
    assert profile_of(subject, found) is None


def test_an_address_has_no_secrets_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "a" * 32)
    monkeypatch.setenv("CLOUDFLARE_AUTH_TOKEN", "hush")
    subject = target("@cf/meta/llama-3.3-70b-instruct-fp8-fast")
    assert "$CLOUDFLARE_ACCOUNT_ID" in subject.address
    assert "aaaa" not in subject.address
    assert "hunter2" not in target("openai:able", base_url="http://me:hunter2@127.0.0.1:9/v1").address


def test_the_runner_of_workers_ai_fits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    model = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
    given = {"account_id": "a" * 32, "api_token": "hush"}
    address = target(model, **given).address
    made = Profile(f"workers-ai:{model}", address, "2026-01-02T03:04:05+00:00", {"required": "no", "named": "yes"})
    write_profile(made)
    sent = WorkersAIRunner(model, **given).sent(ask("required")).body  # type: ignore[arg-type]
    assert b'"tool_choice":{"type":"function"' in sent
    off = WorkersAIRunner(model, profile=False, **given)  # type: ignore[arg-type]
    assert b'"tool_choice":"required"' in off.sent(ask("required")).body


def test_the_profile_is_read_once(cache: Path) -> None:
    runner = OpenAIRunner("able", base_url="http://127.0.0.1:9/v1")
    address = runner.sent(Request([])).url
    before = runner.sent(ask("required")).body
    write_profile(Profile(runner.name, address, "now", {"streamed_calls": "no"}))
    assert path_of(runner.name, address).is_relative_to(cache)
    assert runner.sent(ask("required")).body == before
