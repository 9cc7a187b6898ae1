"""64 calls of 10 ms in one turn, async and sync, and what one call more costs."""

from __future__ import annotations

import asyncio
import time
from time import perf_counter, process_time

import anyio
from harness import Row, pace, report

from agentkit import Agent, tool
from agentkit.events import ToolFinished, ToolStarted
from agentkit.runners.scripted import Reply, Scripted, call


@tool
async def nap(number: int) -> int:
    """Wait for 10 ms."""
    await asyncio.sleep(0.01)
    return number


@tool
def block(number: int) -> int:
    """Block for 10 ms."""
    time.sleep(0.01)
    return number


@tool
async def same(number: int) -> int:
    """Give the number back."""
    return number


def agent(name: str, width: int) -> Agent[str]:
    calls = [tuple(call(name, number=number) for number in range(width)) for _ in range(8)]
    return Agent(Scripted([reply for item in calls for reply in (Reply(calls=item), "done")]), tools=[nap, block, same])


async def batch_seconds(name: str) -> float:
    """Wall seconds from the first start to the last end of 64 calls, the best of eight."""
    spans = []
    subject = agent(name, 64)
    for _ in range(8):
        async with subject.stream("go") as run:
            marks = [perf_counter() async for event in run if isinstance(event, ToolStarted | ToolFinished)]
        spans.append(marks[-1] - marks[0])
    return min(spans)


async def extra_call() -> float:
    """CPU microseconds of one call more in a turn."""

    async def cost(width: int) -> float:
        samples = []
        subject = agent("same", width)
        for _ in range(8):
            start = process_time()
            await subject.run("go")
            samples.append(process_time() - start)
        return min(samples)

    return (await cost(401) - await cost(1)) / 400 * 1e6


async def bare_task() -> float:
    """CPU microseconds of one more task in an anyio group, which every parallel call needs."""

    async def nothing() -> None:
        pass

    samples = []
    for _ in range(8):
        start = process_time()
        async with anyio.create_task_group() as group:
            for _ in range(400):
                group.start_soon(nothing)
        samples.append((process_time() - start) / 400 * 1e6)
    return min(samples)


def main() -> None:
    report(
        [
            Row("64 async tools of 10 ms", asyncio.run(batch_seconds("nap")) * 1e3, "ms", 14),
            Row("64 sync tools of 10 ms", asyncio.run(batch_seconds("block")) * 1e3, "ms", 25),
            Row("CPU of one call more in a turn", asyncio.run(extra_call()), "us", 40, pace=pace()),
            Row("of which the bare task in an anyio group", asyncio.run(bare_task()), "us"),
        ]
    )


if __name__ == "__main__":
    main()
