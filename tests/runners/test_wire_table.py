"""The whole table of wire cases over real HTTP, through both remote runners, asked to stream and not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from typing import Any

import anyio
import pytest

from agentkit.errors import ConnectionFailedError, InvalidReplyError, RunnerError, TruncatedStreamError
from agentkit.generation import Delta, Request, Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.workers_ai import WorkersAIRunner

from ..wire.cases.table import CASES, STREAMS, streamed, written
from ..wire.error_cases import ERRORS
from ..wire.outcome import Outcome, differences, outcome
from ..wire.reply_cases import Case
from .loopback import Reply, Seen, Step, chunk, reply, serve

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
RUNNERS = {
    "openai": lambda url, stream: OpenAIRunner("asked", base_url=url, stream=stream, retries=0),
    "workers-ai": lambda url, stream: WorkersAIRunner(
        "@cf/asked", account_id="acc", api_token="secret", base_url=url, stream=stream, retries=0
    ),
}


def play(request: Seen) -> Sequence[Step]:
    """The case whose name is the prompt."""
    name = request.json["messages"][-1]["content"]
    if name in ERRORS:
        status, body, _ = ERRORS[name]
        return reply(body, status)
    stream = streamed(CASES[name])
    if stream is None:
        return reply(written(CASES[name].came))
    size = 97 if len(stream) < 20_000 else 60_000
    return [HEAD + b"".join(chunk(stream[at : at + size]) for at in range(0, len(stream), size)) + b"0\r\n\r\n"]


@asynccontextmanager
async def asking(kind: str, stream: bool, how: Reply = play) -> Any:
    async with serve(how) as server:
        runner: Any = RUNNERS[kind](server.url, stream)
        yield runner
        await runner.aclose()


async def ask(runner: Any, name: str, case: Case) -> Outcome:
    tools = tuple(ToolSpec(each, f"The tool {each}.", {"type": "object", "properties": {}}) for each in case.tools)
    request = Request([Message("user", name)], tools, sampling=Sampling(max_tokens=case.max_tokens))
    deltas: list[Delta] = []
    try:
        async for delta in runner.generate(request):
            deltas.append(delta)  # noqa: PERF401  # those before an error count
    except RunnerError as error:
        return outcome(deltas, error)
    return outcome(deltas)


@pytest.mark.parametrize("kind", RUNNERS)
@pytest.mark.parametrize("stream", [True, False])
async def test_every_case_over_http(kind: str, stream: bool) -> None:
    wrong: dict[str, list[str]] = {}
    with anyio.fail_after(60):
        async with asking(kind, stream) as runner:
            for name, case in CASES.items():
                found = await ask(runner, name, case)
                stated = replace(case, model="@cf/asked") if (kind, case.model) == ("workers-ai", "asked") else case
                if told := differences(stated, found):
                    wrong[name] = told
    assert wrong == {}


@pytest.mark.parametrize("kind", RUNNERS)
@pytest.mark.parametrize("stream", [True, False])
async def test_every_error_over_http(kind: str, stream: bool) -> None:
    wrong = {}
    with anyio.fail_after(60):
        async with asking(kind, stream) as runner:
            for name, (status, _, wanted) in ERRORS.items():
                with pytest.raises(RunnerError) as caught:
                    [delta async for delta in runner.generate(Request([Message("user", name)]))]
                if (type(caught.value), caught.value.status) != (wanted, status):
                    wrong[name] = repr(caught.value)
    assert wrong == {}


NOTHING = re.compile("is empty|neither an answer")
BEGUN = {name: case for name, case in STREAMS.items() if case.error is None and len(streamed(case) or b"") < 3_000}


def play_in_part(request: Seen) -> Sequence[Step]:
    """The first bytes of a stream, which then ends, or whose connection breaks."""
    name, cut, ending = json.loads(request.json["messages"][-1]["content"])
    stream = (streamed(BEGUN[name]) or b"")[:cut]
    return [HEAD + (chunk(stream) if stream else b""), b"0\r\n\r\n" if ending == "clean" else "close"]


@pytest.mark.parametrize("ending", ["clean", "broken"])
async def test_a_stream_that_ends_too_early_is_told_with_its_text(ending: str) -> None:
    """Or as a broken connection, or as no answer, where nothing of one had come."""
    random, wrong = Random(ending), {}
    with anyio.fail_after(60):
        async with asking("openai", True, play_in_part) as runner:
            for name, case in BEGUN.items():
                for cut in random.sample(range(len(streamed(case) or b"")), 3):
                    found = await ask(runner, json.dumps([name, cut, ending]), case)
                    empty = found.error is ConnectionFailedError and not found.text
                    empty = empty or (found.error is InvalidReplyError and NOTHING.search(found.says) is not None)
                    if not (empty or found.error in (None, TruncatedStreamError)):
                        wrong[name, cut] = found
                    if not case.text.startswith(found.text.rstrip("\ufffd")) and not case.calls:
                        wrong[name, cut] = found
    assert wrong == {}
