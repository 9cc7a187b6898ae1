"""Cost of 1, 50 and 500 concurrent runs of three tool turns, on a server that takes 200 ms to answer."""

from __future__ import annotations

import json
import resource
import sys
import urllib.request
from time import process_time

import anyio
from harness import Row, pace, report, server

from agentkit import Agent, tool
from agentkit.runners.openai import OpenAIRunner


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def together(url: str, runs: int) -> tuple[float, int]:
    """CPU milliseconds a run, and the number of runs that failed."""
    agent = Agent(OpenAIRunner("turns=3,delay=0.2", base_url=url, api_key="x", stream=False), tools=[add])
    failures = 0

    async def one() -> None:
        nonlocal failures
        try:
            result = await agent.run("Add 1 and 2.")
            failures += result.stop_reason != "final"
        except Exception as error:
            print(repr(error), file=sys.stderr)
            failures += 1

    await agent.run("Add 1 and 2.")
    start = process_time()
    async with anyio.create_task_group() as group:
        for _ in range(runs):
            group.start_soon(one)
    spent = (process_time() - start) / runs * 1e3
    await agent.aclose()
    return spent, failures


def main() -> None:
    rows = []
    for runs, target in ((1, None), (50, 3.2), (500, 4.0)):
        with server() as url:
            samples = [anyio.run(together, url, runs) for _ in range(2)]
            opened = json.loads(urllib.request.urlopen(url.replace("/v1", "/connections")).read())
        rows.append(Row(f"CPU a run, {runs} at once", min(spent for spent, _ in samples), "ms", target, pace=pace()))
        rows.append(Row(f"runs that failed, {runs} at once", sum(failed for _, failed in samples), "", 0))
        rows.append(Row(f"connections a call, {runs} at once", opened / (runs * 8), "", None if runs == 1 else 0.3))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    rows.append(Row("peak memory with 500 runs at once", memory, "MB", 60))
    report(rows)


if __name__ == "__main__":
    main()
