"""CPU of a streamed token, over a hand-written httpx loop; whether connections are kept."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from time import process_time

import base
import httpx
from harness import Row, pace, report, server

from agentkit import Agent
from agentkit.generation import TextDelta
from agentkit.runners.openai import OpenAIRunner

TOKENS = 1000


async def ours(url: str, model: str) -> float:
    agent = Agent(OpenAIRunner(model, base_url=url, api_key="x"))
    samples = []
    for _ in range(8):
        start = process_time()
        async with agent.stream("go") as run:
            count = sum([1 async for event in run if isinstance(event, TextDelta)])
        samples.append(process_time() - start)
        assert count >= TOKENS or "tokens=1," in model
    await agent.aclose()
    return min(samples)


async def theirs(url: str, model: str) -> float:
    samples = []
    async with httpx.AsyncClient(timeout=60) as client:
        for _ in range(8):
            start = process_time()
            await base.stream(client, url, model, "go")
            samples.append(process_time() - start)
    return min(samples)


def main() -> None:
    with server() as url:
        many = asyncio.run(ours(url, f"tokens={TOKENS},x=1"))
        one = asyncio.run(ours(url, "tokens=1,x=1"))
        opened = json.loads(urllib.request.urlopen(url.replace("/v1", "/connections")).read())
        many_base = asyncio.run(theirs(url, f"tokens={TOKENS},x=1"))
        one_base = asyncio.run(theirs(url, "tokens=1,x=1"))
        apart = asyncio.run(ours(url, f"tokens={TOKENS},gap=0.001"))
        apart_base = asyncio.run(theirs(url, f"tokens={TOKENS},gap=0.001"))
    report(
        [
            Row("CPU of a streamed token, in a burst", (many - one) / (TOKENS - 1) * 1e6, "us", 20, pace=pace()),
            Row("1,000 tokens in a burst, over a hand-written httpx loop", many / many_base, "x", 1.1),
            Row("CPU of a streamed token, 1 ms apart", apart / TOKENS * 1e6, "us", 110, pace=pace()),
            Row("1,000 tokens 1 ms apart, over a hand-written httpx loop", apart / apart_base, "x"),
            Row("a stream of one token, over a hand-written httpx loop", one / one_base, "x", 1.1),
            Row("connections for 16 streams of 2 runners", opened - 1, "", 2),
        ]
    )


if __name__ == "__main__":
    main()
