"""CPU of a streamed token: over a hand-written httpx loop, and of reading it alone; whether connections are kept."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from time import process_time
from typing import Any

import base
import httpx
from harness import Row, report, server

from agentkit import Agent
from agentkit.generation import TextDelta
from agentkit.runners.openai import OpenAIRunner
from agentkit.wire.replies import ReplyReader
from agentkit.wire.sse import EventSplitter

TOKENS = 1000
SHORT, LONG = 200, 20_000
"""Frames of a reply that is read alone."""
TOOLS = tuple(f"tool_{number}" for number in range(20))
HEAD = {"id": "chatcmpl-1f", "object": "chat.completion.chunk", "created": 1, "model": "m"}


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


def frame(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return b"data: %b\n\n" % json.dumps(HEAD | {"choices": [choice]}).encode()


def answer(count: int) -> list[bytes]:
    """A reply of words, in frames as vLLM sends them, each in a piece of its own."""
    return [*[frame({"content": " word"})] * count, frame({}, "stop"), b"data: [DONE]\n\n"]


def call(count: int) -> list[bytes]:
    """A reply that is one call, its arguments in fragments."""
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "tool_1", "arguments": '{"text": "'}}
    more, last = ({"index": 0, "function": {"arguments": text}} for text in ("word ", '"}'))
    pieces = [first, *[more] * count, last]
    return [*[frame({"tool_calls": [piece]}) for piece in pieces], frame({}, "tool_calls"), b"data: [DONE]\n\n"]


def read(pieces: list[bytes]) -> float:
    """Microseconds of CPU to read one frame of a reply, without HTTP."""
    samples = []
    for _ in range(max(5, 4_000 // len(pieces))):
        start = process_time()
        splitter, reader = EventSplitter(), ReplyReader(model="m", max_tokens=1_000_000, tools=TOOLS)
        for piece in pieces:
            for _, data in splitter.feed(piece):
                reader.feed(data)
        reader.finish()
        samples.append((process_time() - start) / len(pieces) * 1e6)
    return min(samples)


def reading() -> list[Row]:
    """What reading costs alone, and that it does not grow with the length of the reply."""
    rows = []
    for what, make in (("text", answer), ("a call", call)):
        short, long = read(make(SHORT)), read(make(LONG))
        rows.append(Row(f"reading a frame of {what}, without HTTP", long, "us", 10))
        rows.append(Row(f"a frame of {what} of {LONG:,}, over one of {SHORT}", long / short, "x", 1.2))
    return rows


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
            Row("CPU of a streamed token, in a burst", (many - one) / (TOKENS - 1) * 1e6, "us", 20),
            Row("1,000 tokens in a burst, over a hand-written httpx loop", many / many_base, "x", 1.1),
            Row("1,000 tokens 1 ms apart, over a hand-written httpx loop", apart / apart_base, "x", 1.1),
            Row("a stream of one token, over a hand-written httpx loop", one / one_base, "x", 1.1),
            Row("connections for 16 streams of 2 runners", opened - 1, "", 2),
            *reading(),
        ]
    )


if __name__ == "__main__":
    main()
