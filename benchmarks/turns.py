"""Framework cost of a tool turn at 1, 50 and 400 turns, over a hand-written httpx loop in the same run."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from statistics import median
from time import process_time

import base
import httpx
from harness import Row, report, server

from agentkit import Agent, tool
from agentkit.runners.openai import OpenAIRunner

ROUNDS = 5


@tool
def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return a + b


async def ours(url: str, turns: int, marks: list[float]) -> None:
    class Marked(OpenAIRunner):
        def generate(self, request):  # type: ignore[no-untyped-def]
            marks.append(process_time())
            return super().generate(request)

    runner = Marked(f"turns={turns}", base_url=url, api_key="x", stream=False)
    agent = Agent(runner, tools=[add], max_turns=turns + 1)
    for _ in range(3):
        marks.clear()
        result = await agent.run("Add 1 and 2.")
        assert result.stop_reason == "final", result
        assert len(result.turns) == turns + 1
    await agent.aclose()


async def theirs(url: str, turns: int, marks: list[float]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        for _ in range(3):
            marks.clear()
            await base.run(client, url, f"turns={turns}", "Add 1 and 2.", marks)


def steps(marks: list[float]) -> list[float]:
    return [(after - before) * 1e6 for before, after in pairwise(marks)]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    rows = []
    early = late = 0.0
    with server() as url:
        for turns, target in ((10, 1.1), (50, 1.0), (400, None)):
            ratios, costs = [], []
            growth = []
            for _ in range(ROUNDS):
                mine: list[float] = []
                other: list[float] = []
                asyncio.run(ours(url, turns, mine))
                asyncio.run(theirs(url, turns, other))
                ratios.append(mean(steps(mine)) / mean(steps(other)))
                costs.append(mean(steps(mine)))
                if turns == 50:
                    early, late = median(steps(mine)[2:8]), median(steps(mine)[-6:])
                    growth.append(late / early)
                if turns == 400:
                    growth.append(median(steps(mine)[-20:]) / median(steps(mine)[40:60]))
            rows.append(
                Row(f"a tool turn at {turns} turns, over a hand-written httpx loop", median(ratios), "x", target)
            )
            rows.append(Row(f"a tool turn at {turns} turns", median(costs), "us"))
            if growth:
                what = "from the first turns to the 50th" if turns == 50 else "from the 50th turn to the 400th"
                rows.append(Row(f"growth of a turn's cost {what}", median(growth), "x", 1.3))
    report(rows)


if __name__ == "__main__":
    main()
