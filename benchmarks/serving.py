"""`agentkit serve` against llama.cpp's own HTTP server with the same model, and under load.

Both servers run in processes of their own with the same weights, context, threads and number of sequences, and are
asked in turns by the same client, in the chat-completions shape, for the likeliest tokens.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from typing import Any

import psutil
from harness import HERE, Row, pace, report
from http_load import Answer, Connection, body_of, together

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.llama_cpp import BATCH, HOST_CACHE, SLOTS, default_threads
from agentkit.runners.local.weights import pull

ROUNDS = 3
STREAMS, LENGTH = 32, 32
ALONE = 60
PREFIX = "The lighthouse stood on a rock, and its keeper wrote down every ship that passed. " * 40
TALE = "Tell a long story about the sea."
LOAD = 10_000
LLAMA_CPP = """
import json, os, sys, xllamacpp
options = json.loads(sys.argv[1])
parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.hostnames, parameters.port = options["weights"], ["127.0.0.1"], 0
parameters.n_ctx, parameters.n_parallel, parameters.kv_unified = options["context"], options["slots"], True
parameters.n_batch = parameters.n_ubatch = options["batch"]
parameters.cache_ram_mib, parameters.warmup, parameters.verbosity = options["cache"], False, -1
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = options["threads"]
server = xllamacpp.Server(parameters)
print(json.dumps({"url": server.listening_address}), flush=True)
sys.stdin.read()
os._exit(0)
"""


@contextmanager
def process(*command: str) -> Iterator[tuple[str, int]]:
    """A server that prints its address as JSON; the URL of its chat routes, and its process id."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield json.loads(started.stdout.readline())["url"] + "/v1", started.pid
        finally:
            started.terminate()


def llama_cpp() -> Any:
    """llama.cpp's server, with the settings that agentkit gives its engine."""
    options = {"weights": str(pull(DEFAULT)), "context": DEFAULT.context, "slots": SLOTS, "batch": BATCH}
    options |= {"cache": HOST_CACHE, "threads": default_threads()}
    return process(sys.executable, "-c", LLAMA_CPP, json.dumps(options))


def agentkit(*models: str) -> Any:
    """`agentkit serve`."""
    program = str(Path(sys.executable).with_name("agentkit"))
    options = ("--port", "0", "--json", "--quiet", "--no-playground", "--access-log", "off", "--max-running", "256")
    return process(program, "serve", *models, *options)


def check(answers: list[Answer]) -> None:
    """No benchmark counts answers that failed."""
    bad = [answer for answer in answers if answer.status != 200 or not answer.whole]
    if bad:
        sys.exit(f"error: {len(bad)} of {len(answers)} requests failed, the first with {bad[0].status}")


async def throughput(url: str, round: int) -> float:
    """Tokens a second of many streams."""
    prompts = [f"Write a long story about ship number {round * STREAMS + each} and the sea." for each in range(STREAMS)]
    answers, seconds = await together(url, [body_of(prompt, max_tokens=LENGTH) for prompt in prompts])
    check(answers)
    return sum(answer.tokens for answer in answers) / seconds


async def alone(url: str, prompt: str, tokens: int, *, stream: bool) -> Answer:
    """One request, on a connection of its own: llama.cpp's server ends one after a while."""
    async with Connection(url) as connection:
        answer = await connection.ask(body_of(prompt, max_tokens=tokens, stream=stream))
    check([answer])
    return answer


async def against_llama_cpp(ours: str, theirs: str) -> list[Row]:
    ratios, delays, speeds, firsts = [], [], [], []
    for round in range(-1, ROUNDS):
        rates = await throughput(ours, round), await throughput(theirs, round)
        if round >= 0:
            ratios.append(rates[0] / rates[1])
    for number in range(ALONE + 5):
        pair = [await alone(each, "Say hello.", 1, stream=False) for each in (ours, theirs)]
        pairs = [await alone(each, PREFIX, 1, stream=True) for each in (ours, theirs)]
        if number >= 5:
            delays.append((pair[0].total - pair[1].total) * 1000)
            firsts.append(pairs[0].first / pairs[1].first)
    for _ in range(2 * ROUNDS):
        streams = [await alone(each, TALE, 100, stream=True) for each in (ours, theirs)]
        speeds.append(streams[1].total / streams[0].total)
    return [
        Row(f"throughput of {STREAMS} streams, over llama.cpp's server", median(ratios), "x", 0.95, least=True),
        Row("speed of one stream, over llama.cpp's server", median(speeds), "x", 0.95, least=True),
        Row("one request of one token, more than llama.cpp's server", median(delays), "ms", 1.0),
        Row("first token after a prefix that was there, over llama.cpp's", median(firsts), "x", 1.2),
    ]


async def under_load(url: str, pid: int) -> list[Row]:
    """Many requests to a runner that costs nothing: what the server itself takes, and whether it keeps any of it."""
    server = psutil.Process(pid)
    frames, streams = 200, 200
    await together(url, [body_of("x", max_tokens=frames)] * streams)
    before = cpu(server)
    answers, _ = await together(url, [body_of("x", max_tokens=frames)] * streams)
    per_frame = (cpu(server) - before) / (frames * streams) * 1e6
    check(answers)
    await many(url, LOAD // 10)
    memory, files, before = server.memory_info().rss, server.num_fds(), cpu(server)
    await many(url, LOAD)
    per_request = (cpu(server) - before) / LOAD * 1e3
    await asyncio.sleep(1)
    slow = pace()
    return [
        Row(f"CPU of a frame, {streams} streams at once", per_frame, "us"),
        Row("CPU of a request in one piece", per_request, "ms", 1.0, pace=slow),
        Row(f"growth of memory over {LOAD:,} requests", (server.memory_info().rss - memory) / 1e6, "MB", 5.0),
        Row("connections left", server.num_fds() - files, "", 0.0),
    ]


async def many(url: str, count: int) -> None:
    """Requests in one piece, 50 at a time."""

    async def some() -> None:
        async with Connection(url) as connection:
            check([await connection.ask(body_of("x", max_tokens=5, stream=False)) for _ in range(count // 50)])

    await asyncio.gather(*(some() for _ in range(50)))


async def beside_bad_clients(url: str, pid: int) -> list[Row]:
    """Time of good streams while others do not read theirs, or leave in the middle."""
    server, bodies = psutil.Process(pid), [body_of("x", max_tokens=400)] * 20
    stalled = [await Connection(url, window=4096).__aenter__() for _ in range(100)]
    memory = server.memory_info().rss
    for connection in stalled:
        await connection.send(body_of("x", max_tokens=100_000))
    while await is_busy(server):
        pass
    taken = (server.memory_info().rss - memory) / len(stalled) / 1e3
    alone, beside = [], []
    for _ in range(10):
        leaving = asyncio.create_task(vanish(url))
        beside.append((await together(url, bodies))[1])
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        alone.append((await together(url, bodies))[1])
    for connection in stalled:
        connection.writer.close()
    return [
        Row("memory for a client that does not read", taken, "KB", 2000.0),
        Row("streams beside clients that vanish, over those without", median(beside) / median(alone), "x"),
    ]


async def is_busy(server: psutil.Process) -> bool:
    """Whether it computes."""
    before = cpu(server)
    await asyncio.sleep(1)
    return cpu(server) - before > 0.1


async def vanish(url: str) -> None:
    """Clients that leave after the first words, twenty a second."""
    while True:
        async with Connection(url) as connection:
            await connection.send(body_of("x", max_tokens=400))
            await connection.reader.readuntil(b"word0")
        await asyncio.sleep(0.05)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> None:
    with ExitStack() as stack:
        theirs, _ = stack.enter_context(llama_cpp())
        ours, _ = stack.enter_context(agentkit("bench=local"))
        report(asyncio.run(against_llama_cpp(ours, theirs)))
    with agentkit(f"bench={HERE / 'written.py'}:runner") as (url, pid):
        sleep(1)
        report(asyncio.run(under_load(url, pid)))
        report(asyncio.run(beside_bad_clients(url, pid)))


if __name__ == "__main__":
    main()
