"""Blocking work in a thread, its results in an event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import aclosing

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.runners.local.threads import MOST_THREADS, Job, Stopped, stop_all

GUARD = 30.0
"""Seconds after which something counts as stuck."""


def counting(ended: threading.Event) -> Callable[[Job[int]], None]:
    """Work without an end, that looks at `stopped`."""

    def work(job: Job[int]) -> None:
        try:
            number = 0
            while not job.stopped:
                job.put(number)
                number += 1
                ended.wait(0.001)
        finally:
            ended.set()

    return work


async def heard(event: threading.Event) -> None:
    assert await anyio.to_thread.run_sync(event.wait, GUARD)


@pytest.mark.anyio
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 300), st.sampled_from([0, 1, 7]))
async def test_items_come_in_order_and_none_is_lost(count: int, pause_every: int) -> None:
    def work(job: Job[int]) -> None:
        for number in range(count):
            job.put(number)

    got = []
    async for item in Job(work).items():
        got.append(item)
        if pause_every and item % pause_every == 0:
            await anyio.lowlevel.checkpoint()
    assert got == list(range(count))


@pytest.mark.anyio
async def test_an_item_comes_before_the_work_is_done() -> None:
    go_on = threading.Event()

    def work(job: Job[str]) -> None:
        job.put("first")
        assert go_on.wait(GUARD)
        job.put("second")

    async with aclosing(Job(work).items()) as items:
        assert await anext(items) == "first"
        go_on.set()
        assert [item async for item in items] == ["second"]


@pytest.mark.anyio
@pytest.mark.parametrize("error", [ValueError("no"), Stopped(), KeyboardInterrupt()])
async def test_an_error_reaches_the_reader_after_the_items(error: BaseException) -> None:
    def work(job: Job[int]) -> None:
        job.put(1)
        raise error

    got: list[int] = []
    with pytest.raises(type(error)) as caught:
        async for item in Job(work).items():
            got += [item]
    assert caught.value is error
    assert got == [1]


@pytest.mark.anyio
async def test_closing_the_reader_stops_the_work() -> None:
    ended = threading.Event()
    job = Job(counting(ended))
    async with aclosing(job.items()) as items:
        assert [await anext(items), await anext(items)] == [0, 1]
    assert job.stopped
    await heard(ended)


@pytest.mark.anyio
async def test_cancelling_the_reader_stops_the_work() -> None:
    ended = threading.Event()
    job = Job(counting(ended))
    with anyio.CancelScope() as scope:
        async for item in job.items():
            if item == 3:
                scope.cancel()
    assert scope.cancelled_caught
    await heard(ended)


@pytest.mark.anyio
async def test_an_error_of_work_that_nobody_reads_any_more_harms_nobody() -> None:
    ended = threading.Event()

    def work(job: Job[int]) -> None:
        job.put(1)
        try:
            while not job.stopped:
                ended.wait(0.001)
            raise ValueError("too late")
        finally:
            ended.set()

    job = Job(work)
    async with aclosing(job.items()) as items:
        await anext(items)
    await heard(ended)
    assert job.ended.wait(GUARD)


@pytest.mark.anyio
async def test_more_jobs_than_threads_wait_their_turn() -> None:
    full, go_on, lock = threading.Event(), threading.Event(), threading.Lock()
    running, most = 0, 0

    def work(job: Job[int]) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == MOST_THREADS:
                full.set()
        assert go_on.wait(GUARD)
        with lock:
            running -= 1
        job.put(1)

    got: list[int] = []

    async def read() -> None:
        got.extend([item async for item in Job(work).items()])

    async with anyio.create_task_group() as tasks:
        for _ in range(MOST_THREADS + 8):
            tasks.start_soon(read)
        await heard(full)
        go_on.set()
    assert (len(got), most) == (MOST_THREADS + 8, MOST_THREADS)


def test_work_ends_when_its_event_loop_has_gone_without_a_word() -> None:
    """Such as an asyncio loop that is closed without its asynchronous generators."""
    closed, ended = threading.Event(), threading.Event()

    def work(job: Job[int]) -> None:
        job.put(0)
        assert closed.wait(GUARD)
        while not job.stopped:
            job.put(1)
        ended.set()

    items = Job(work).items()
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(anext(items)) == 0
    loop.close()
    closed.set()
    assert ended.wait(GUARD)


@pytest.mark.anyio
async def test_stop_all_stops_what_runs_and_waits_for_it() -> None:
    ended = threading.Event()
    job = Job(counting(ended))
    async with aclosing(job.items()) as items:
        await anext(items)
        assert await anyio.to_thread.run_sync(stop_all)
        assert ended.is_set()
        assert job.ended.is_set()


STUCK = """
import time, anyio
from agentkit.runners.local import threads
threads.PATIENCE = 0.2
async def main():
    async for item in threads.Job(lambda job: (job.put(1), time.sleep(60))).items():
        print(threads.stop_all())
        break
anyio.run(main)
"""


def test_stop_all_does_not_wait_for_ever() -> None:
    run = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=GUARD, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "False\n", "")
