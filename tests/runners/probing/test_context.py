"""The context window, as the probe finds it out of servers that refuse, cut, or say nothing."""

from __future__ import annotations

import pytest

from agentkit.runners.probing import Finding, target
from agentkit.runners.probing.context import context

from ..loopback import reply, serve
from .able import Able

pytestmark = pytest.mark.anyio


async def found(able: Able, most: int = 8_000) -> Finding:
    async with serve(able) as server:
        subject = target("openai:able", base_url=f"{server.url}/v1")
        try:
            return await context(subject, most)
        finally:
            await subject.aclose()


async def test_what_the_server_states_costs_one_request() -> None:
    able = Able(window=4_096, overflow="limit")
    finding = await found(able)
    assert (finding.verdict, finding.tokens) == ("yes", 4_096)
    assert len(able.bodies) == 1


@pytest.mark.parametrize("window", [500, 1_500, 6_000])
async def test_a_refusal_tells_the_window(window: int) -> None:
    finding = await found(Able(window=window))
    assert (finding.verdict, finding.tokens) == ("yes", window)
    assert "are refused" in finding.evidence


async def test_a_refusal_without_numbers_is_searched_for() -> None:
    finding = await found(Able(window=3_000, overflow="dumb"))
    assert finding.verdict == "yes"
    assert 2_600 <= (finding.tokens or 0) <= 3_000


@pytest.mark.parametrize("window", [500, 1_500, 2_000, 6_000])
async def test_a_silent_cut_is_seen_by_the_tokens_that_are_counted(window: int) -> None:
    finding = await found(Able(window=window, overflow="cut"))
    assert (finding.verdict, finding.tokens) == ("no", window)
    assert "cut without a word" in finding.evidence


async def test_a_silent_cut_is_seen_without_any_count() -> None:
    finding = await found(Able(frozenset(("usage",)), window=3_000, overflow="cut"))
    assert finding.verdict == "no"
    assert 2_600 <= (finding.tokens or 0) <= 3_100


async def test_a_cut_that_is_counted_as_if_it_were_none_is_not_told_as_a_fact() -> None:
    finding = await found(Able(window=3_000, overflow="count"))
    assert finding.verdict == "unknown"
    assert "the beginning is no longer found" in finding.evidence


async def test_a_window_larger_than_what_is_tried_stays_open() -> None:
    able = Able()
    finding = await found(able, most=4_000)
    assert finding.verdict == "unknown"
    assert finding.tokens is not None
    assert finding.tokens > 4_000
    assert max(len(str(body)) for body in able.bodies) < 40_000


async def test_a_model_that_remembers_nothing_and_counts_nothing() -> None:
    async with serve(reply({"choices": [{"message": {"content": "Hm."}, "finish_reason": "stop"}]})) as server:
        subject = target("openai:able", base_url=f"{server.url}/v1")
        finding = await context(subject, 2_000)
        await subject.aclose()
    assert (finding.verdict, finding.tokens) == ("unknown", None)


async def test_it_is_bounded() -> None:
    able = Able(window=30_000, overflow="dumb")
    await found(able, most=32_000)
    words = sum(len(str(body).split()) for body in able.bodies)
    assert words < 6 * 32_000
