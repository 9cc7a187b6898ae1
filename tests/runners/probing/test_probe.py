"""What the probes find out of servers with differing abilities, over HTTP on loopback."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import pytest

from agentkit.runners.probing import TITLES, Finding, probe, target

from ..loopback import Loopback, events, reply, serve
from .able import Able

pytestmark = pytest.mark.anyio

CONTEXT_ONLY_OF = 8_000
"""Tokens up to which these tests look for the window."""


async def probed(server: Loopback, **options: Any) -> dict[str, Finding]:
    subject = target("openai:able", base_url=f"{server.url}/v1", timeout=options.pop("timeout", 10.0))
    try:
        return {found.name: found async for found in probe(subject, **{"most_context": CONTEXT_ONLY_OF} | options)}
    finally:
        await subject.aclose()


def posted(server: Loopback) -> int:
    """How many questions came."""
    return sum(request.method == "POST" for request in server.requests)


async def test_a_server_that_can_do_everything() -> None:
    async with serve(Able(window=3_000)) as server:
        found = await probed(server)
    assert {name: finding.verdict for name, finding in found.items()} == dict.fromkeys(TITLES, "yes")
    assert "get_weather" in found["tools"].evidence
    assert found["context"].tokens == 3_000


LACKING = {name: name for name in "streams streamed_calls stop seed schema tools parallel_calls required named".split()}


@pytest.mark.parametrize("ability", LACKING)
async def test_what_is_lacking_is_found_and_nothing_else(ability: str) -> None:
    async with serve(Able(frozenset((ability,)))) as server:
        found = await probed(server, most_context=0)
    others = {"tools": {"streamed_calls", "parallel_calls", "required", "named"}}.get(ability, set())
    assert found[ability].verdict == "no"
    wrong = {name for name, finding in found.items() if finding.verdict != "yes"} - {ability} - others
    assert wrong == set()


@pytest.mark.parametrize(("ability", "told"), [("system", "taken, but not followed"), ("results", "taken, but not us")])
async def test_what_a_model_does_not_heed_may_be_its_weakness(ability: str, told: str) -> None:
    async with serve(Able(frozenset((ability,)))) as server:
        found = await probed(server, most_context=0)
    assert found[ability].verdict == "unknown"
    assert told in found[ability].evidence


async def test_calls_as_text_are_told_with_their_format() -> None:
    async with serve(Able(frozenset(("tools",)))) as server:
        found = await probed(server, quick=True)
    assert found["tools"].evidence == "a call was written as text (json)"
    assert found["required"].verdict == "yes"


async def test_calls_that_come_only_when_they_are_forced() -> None:
    async with serve(Able(frozenset(("auto",)))) as server:
        found = await probed(server, most_context=0)
    assert found["tools"].verdict == "yes"
    assert "only when it is forced" in found["tools"].evidence
    assert (found["streamed_calls"].verdict, found["parallel_calls"].verdict) == ("yes", "yes")


async def test_without_any_call_the_rest_is_not_guessed() -> None:
    async with serve(Able(frozenset(("auto", "named", "required")))) as server:
        found = await probed(server, most_context=0)
    verdicts = [found[name].verdict for name in ("tools", "streamed_calls", "parallel_calls", "required", "named")]
    assert verdicts == ["no", "unknown", "unknown", "no", "no"]


async def test_a_server_that_refuses_tools() -> None:
    able = Able()

    def answer(seen: Any) -> Any:
        refused = reply({"error": {"message": "tools are not supported"}}, 400)
        return refused if b'"tools"' in seen.body else able(seen)

    async with serve(answer) as server:
        found = await probed(server, most_context=0)
    assert found["tools"].verdict == "no"
    assert "tools are not supported" in found["tools"].evidence
    assert found["schema"].verdict == "yes"


async def test_a_quick_probe_asks_little() -> None:
    async with serve(Able()) as server:
        found = await probed(server, quick=True)
        assert posted(server) <= 10
    assert found.keys() == TITLES.keys() - {"parallel_calls", "stop", "seed", "context"}


async def test_a_wrong_key_ends_it_after_one_request() -> None:
    async with serve(reply({"error": {"message": "Incorrect API key provided"}}, 401)) as server:
        found = await probed(server)
        assert posted(server) == 1
    assert {name: finding.verdict for name, finding in found.items()} == {"reachable": "yes", "access": "no"}
    assert "Incorrect API key" in found["access"].evidence
    assert found["access"].hint


async def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Loopback((), url=f"http://127.0.0.1:{free.getsockname()[1]}")
    [finding] = (await probed(server)).values()
    assert (finding.name, finding.verdict) == ("reachable", "no")
    assert "Is the server running" in (finding.hint or "")


async def test_a_server_that_hangs_is_not_waited_for() -> None:
    async with serve(["hang"]) as server:
        [finding] = (await probed(server, timeout=0.3)).values()
    assert (finding.name, finding.verdict) == ("reachable", "unknown")
    assert "0.3 s" in finding.evidence
    assert "--timeout" in (finding.hint or "")


async def test_a_server_that_is_too_slow_is_told_with_what_came() -> None:
    head, first, *_ = events({"choices": [{"delta": {"content": "Hel"}}]})
    async with serve([head, first, "hang"]) as server:
        found = await probed(server, timeout=0.5)
    assert [finding.verdict for finding in found.values()] == ["yes", "yes", "unknown"]
    assert "as far as 'Hel'" in found["answers"].evidence


async def test_a_slow_server_is_waited_for() -> None:
    able = Able()
    async with serve(lambda seen: [0.1, *able(seen)]) as server:
        found = await probed(server, quick=True)
    assert {finding.verdict for finding in found.values()} == {"yes"}


async def test_a_model_that_is_not_there() -> None:
    async with serve(reply({"error": {"message": "model 'able' not found"}}, 404)) as server:
        found = await probed(server)
    assert [finding.verdict for finding in found.values()] == ["yes", "yes", "no"]
    assert "not found" in found["answers"].evidence


async def test_an_empty_answer_is_none() -> None:
    async with serve(events({"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]})) as server:
        found = await probed(server)
    assert found["answers"].verdict == "no"


async def test_a_server_that_dies_in_between_leaves_the_rest_unknown() -> None:
    able = Able()
    async with serve(*[able] * 6, ["close"]) as server:
        found = await probed(server, timeout=30)
    assert found["answers"].verdict == "yes"
    assert found["seed"].verdict == "unknown"
    assert "not asked" in found["seed"].evidence
    assert found.keys() == TITLES.keys()


async def test_a_model_that_thinks_gets_more_room() -> None:
    able = Able()

    def answer(seen: Any) -> Any:
        if seen.body and seen.json["max_tokens"] < 200:
            thinks = {"choices": [{"message": {"reasoning": "Hm ..."}, "finish_reason": "length"}]}
            return reply(thinks)
        return able(seen)

    async with serve(answer) as server:
        found = await probed(server, quick=True)
    assert {finding.verdict for finding in found.values()} == {"yes"}


async def test_a_model_that_takes_no_temperature() -> None:
    able = Able()

    def answer(seen: Any) -> Any:
        refused = reply({"error": {"message": "Unsupported value: 'temperature' does not support 0"}}, 400)
        return refused if seen.body and seen.json.get("temperature", 1) != 1 else able(seen)

    async with serve(answer) as server:
        found = await probed(server)
    verdicts = {name: finding.verdict for name, finding in found.items() if name != "context"}
    assert set(verdicts.values()) == {"yes"}


async def test_costs_are_counted() -> None:
    async with serve(Able()) as server:
        subject = target("openai:able", base_url=f"{server.url}/v1")
        [_ async for _ in probe(subject, quick=True)]
        await subject.aclose()
        assert subject.requests == posted(server)
    assert subject.usage.requests == subject.requests
    assert subject.usage.prompt_tokens > 50


async def test_it_can_be_cancelled_at_any_time() -> None:
    async with serve(Able(), ["hang"]) as server:
        subject = target("openai:able", base_url=f"{server.url}/v1")
        with anyio.move_on_after(1.0) as scope:
            [_ async for _ in probe(subject)]
        await subject.aclose()
    assert scope.cancelled_caught


async def test_the_start_of_each_probe_is_told() -> None:
    names: list[str] = []
    async with serve(Able()) as server:
        found = await probed(server, quick=True, on_start=names.append)
    assert names == [name for name in found if name not in ("reachable", "access")]
