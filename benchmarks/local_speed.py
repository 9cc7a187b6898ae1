"""The embedded model's tokens per second through agentkit, against xllamacpp called bare with the same settings.

Also: what a second turn of a conversation computes again.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import aclosing
from statistics import median
from time import perf_counter
from typing import Any

import anyio
import xllamacpp
from harness import Row, report

from agentkit.generation import Finish, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.llama_cpp import default_threads
from agentkit.runners.local.weights import pull

TOKENS = 128
ROUNDS = 7
QUESTION = "Write a long story about a lighthouse keeper and the sea."


def bare_server() -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(pull(DEFAULT))
    parameters.n_ctx, parameters.n_parallel, parameters.warmup, parameters.verbosity = DEFAULT.context, 4, False, -1
    parameters.kv_unified = True
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = default_threads()
    parameters.hostnames = [os.path.join(tempfile.mkdtemp(), "bare.sock")]
    return xllamacpp.Server(parameters)


def bare(server: Any) -> float:
    """Tokens a second, from the first token to the last."""
    marks: list[float] = []
    body = {
        "messages": [{"role": "user", "content": QUESTION}],
        "max_tokens": TOKENS,
        "temperature": 0,
        "stream": True,
    }
    server.handle_chat_completions(body, lambda chunk: marks.append(perf_counter()) and False)
    return (len(marks) - 1) / (marks[-1] - marks[0])


async def ours(runner: LocalRunner) -> float:
    request = Request([Message("user", QUESTION)], sampling=Sampling(max_tokens=TOKENS, temperature=0))
    marks = []
    async with aclosing(runner.generate(request)) as deltas:
        marks = [perf_counter() async for delta in deltas if isinstance(delta, TextDelta)]
    return (len(marks) - 1) / (marks[-1] - marks[0])


async def second_turn(runner: LocalRunner) -> tuple[int, int]:
    """Prompt tokens of a second turn, and how many of them were not computed again."""
    messages = [Message("system", "You are a helpful assistant. " * 20), Message("user", "Name a colour.")]
    for _ in range(2):
        pieces = []
        async with aclosing(runner.generate(Request(messages, sampling=Sampling(max_tokens=16)))) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    pieces.append(delta.text)
                elif isinstance(delta, Finish):
                    usage = delta.usage
        messages = [*messages, Message("assistant", "".join(pieces)), Message("user", "Another one.")]
    return usage.prompt_tokens, usage.cached_tokens


async def main() -> None:
    runner = LocalRunner()
    server = bare_server()
    bare(server), await ours(runner)
    ratios, speeds = [], []
    for _ in range(ROUNDS):
        speed, reference = await ours(runner), bare(server)
        ratios.append(speed / reference)
        speeds.append(speed)
    prompt, cached = await second_turn(runner)
    await runner.aclose()
    report(
        [
            Row("decoding speed through agentkit, over bare xllamacpp", median(ratios), "x", 0.95, least=True),
            Row("decoding speed", median(speeds), "tok/s"),
            Row("prompt tokens of a second turn", prompt, ""),
            Row("of which computed again", prompt - cached, "", 40),
        ]
    )


if __name__ == "__main__":
    anyio.run(main)
