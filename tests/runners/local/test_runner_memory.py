"""Runners of several models under a limit: each answers, and nobody notices anything but time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from agentkit.errors import WeightsError
from agentkit.generation import Finish, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.shared import loaded

pytestmark = [pytest.mark.anyio, pytest.mark.real]

CONTEXTS = (320, 384)
STORY = "Tell me a story about a fox."


@pytest.fixture
async def runners(weights: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[LocalRunner]]:
    """Two models, where there is room for one."""
    monkeypatch.setenv("AGENTKIT_MEMORY", "115MB")
    made = [LocalRunner(context=context, threads=1, device="cpu") for context in CONTEXTS]
    yield made
    for runner in made:
        await runner.aclose()
    await anyio.to_thread.run_sync(wait_until_none)  # a request that was cancelled ends in its thread


def wait_until_none() -> None:
    until = time.monotonic() + 60
    while mine():
        assert time.monotonic() < until
        time.sleep(0.05)


def mine() -> list[int | None]:
    """The contexts of those of this module that are loaded."""
    return [load.context for load in loaded() if load.context in CONTEXTS]


def request_of(most: int = 6) -> Request:
    return Request([Message("user", STORY)], sampling=Sampling(most, temperature=0))


async def answered(runner: LocalRunner, most: int = 6) -> str:
    async with aclosing(runner.generate(request_of(most))) as deltas:
        *pieces, finish = [delta async for delta in deltas]
    assert isinstance(finish, Finish)
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


async def test_each_is_loaded_again_for_its_next_request(runners: list[LocalRunner]) -> None:
    texts = []
    for runner, context in zip([*runners, *runners], CONTEXTS * 2, strict=True):
        texts.append(await answered(runner))
        assert mine() == [context]
    assert texts[:2] == texts[2:]
    assert texts[0]


async def test_at_the_same_time_each_waits_for_the_other(runners: list[LocalRunner]) -> None:
    texts: list[str] = []

    async def ask(runner: LocalRunner) -> None:
        texts.append(await answered(runner))

    async with anyio.create_task_group() as tasks:
        for runner in runners * 3:
            tasks.start_soon(ask, runner)
    assert len(texts) == 6
    assert all(texts)
    assert len(mine()) == 1


async def test_one_that_waits_for_memory_can_be_cancelled(runners: list[LocalRunner]) -> None:
    one, two = runners
    async with aclosing(one.generate(request_of(200))) as deltas:
        await anext(deltas)
        with anyio.move_on_after(0.5) as scope:
            await answered(two)
        assert scope.cancelled_caught
        assert isinstance(await anext(deltas), TextDelta)
        assert mine() == [CONTEXTS[0]]
    assert await answered(two)


async def test_closing_while_requests_wait_unloads_in_the_end(runners: list[LocalRunner]) -> None:
    """The fixture looks for what is left."""
    one, two = runners
    async with anyio.create_task_group() as tasks:
        for runner in (one, two, one, two):
            tasks.start_soon(answered, runner)
        for _ in range(5):
            await anyio.sleep(0.2)
            await one.aclose()
            await two.aclose()
    assert await answered(one)


async def test_a_model_that_can_never_fit_is_refused_with_the_limit(runners: list[LocalRunner]) -> None:
    large = LocalRunner(context=4096, threads=1, device="cpu")
    expected = r"193 MB: .*115 MB of RAM are what .*AGENTKIT_MEMORY.* context of at most 7\d\d"
    with pytest.raises(WeightsError, match=expected):
        await answered(large)
    assert await answered(runners[0])


async def test_a_runner_that_is_forgotten_leaves_a_model_that_makes_room(runners: list[LocalRunner]) -> None:
    assert await answered(LocalRunner(context=CONTEXTS[0], threads=1, device="cpu"))
    assert await answered(runners[1])
    assert mine() == [CONTEXTS[1]]
