"""Many machines, played on loopback: sglang-router in front of llama.cpp servers, one of which is killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from agentkit import Agent, Result, tool
from agentkit.errors import TruncatedStreamError
from agentkit.generation import Delta, Request, TextDelta
from agentkit.runners.openai import OpenAIRunner

from .llama_server import Server, llama_servers

pytestmark = [pytest.mark.anyio, pytest.mark.real]

RUNS = 6
PATIENCE = 120.0
"""Seconds after which a test gives up; nothing takes that long."""


@dataclass(frozen=True)
class Cluster:
    """A router, and the servers behind it."""

    url: str
    servers: list[Server]

    @property
    def alive(self) -> list[Server]:
        """Those that have not been killed."""
        return [server for server in self.servers if server.process.poll() is None]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Four servers with two slots each, of which each test kills one, and a router that asks them in turn."""
    program = shutil.which(
        "sglang-router", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    )
    if program is None:
        pytest.skip("sglang-router is not installed")
    with llama_servers(4, context=1024, slots=2) as servers, router(program, servers) as url:
        yield Cluster(url, servers)


@contextmanager
def router(program: str, servers: list[Server]) -> Iterator[str]:
    """A router that is ready; its address."""
    port, metrics = free_ports()
    options = ["--host", "127.0.0.1", "--port", str(port), "--policy", "round_robin", "--log-level", "error"]
    options += ["--prometheus-host", "127.0.0.1", "--prometheus-port", str(metrics)]
    options += ["--worker-startup-check-interval", "1", "--health-check-interval-secs", "1"]
    command = [program, "launch", *options, "--worker-urls", *(server.url for server in servers)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            transport = httpx.HTTPTransport(retries=8)  # waits for 0.5, 1, 2, ... s until the port is open
            with httpx.Client(transport=transport, base_url=url, timeout=PATIENCE) as client:
                while client.get("/readiness").json().get("healthy_workers") != len(servers):
                    assert process.poll() is None
            yield url
        finally:
            process.kill()


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@dataclass
class Guided:
    """The model is too small to do this by itself: each request has a grammar that only its right answer fits.

    So an answer that is wrong, or somebody else's, was mixed up on its way.
    """

    runner: OpenAIRunner
    name: str = "guided"

    async def generate(self, request: Request) -> AsyncIterator[Delta]:
        number = int(re.findall(r"\d+", request.messages[-1].content)[0])
        call = {"name": "add_one", "arguments": {"number": number}}
        schema = exactly({"sum": number} if request.messages[-1].role == "tool" else call)
        form = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
        guided = replace(request, extra={"response_format": form})
        async with aclosing(self.runner.generate(guided)) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        await self.runner.aclose()


def exactly(value: Any) -> dict[str, Any]:
    """A schema that only this value fits."""
    if not isinstance(value, dict):
        return {"const": value}
    properties = {name: exactly(item) for name, item in value.items()}
    return {"type": "object", "properties": properties, "required": list(value), "additionalProperties": False}


async def busy(server: Server) -> bool:
    """Whether a server works on a request."""
    async with httpx.AsyncClient() as client:
        return any(slot["is_processing"] for slot in (await client.get(f"{server.url}/slots")).json())


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_server_dies_under_load_and_no_run_is_lost(cluster: Cluster, stream: bool) -> None:
    under_load = anyio.Event()
    called: list[int] = []

    @tool
    async def add_one(number: int) -> str:
        """Add one to a number.

        Args:
            number: The number.
        """
        called.append(number)
        under_load.set()
        return f"It is {number + 1}."

    numbers = [10 * index for index in range(RUNS)]
    runner = OpenAIRunner("smollm2", base_url=f"{cluster.url}/v1", stream=stream)
    agent = Agent(Guided(runner), tools=[add_one], temperature=0, max_tokens=100)
    results: dict[int, Result] = {}

    async def one(number: int) -> None:
        try:
            results[number] = await agent.run(f"Add one to {number}.")
        except TruncatedStreamError as error:  # in the middle of the answer: the run goes on from the tool's result
            results[number] = await agent.run(None, history=error.partial.messages[:3])

    with anyio.fail_after(PATIENCE):
        async with agent, anyio.create_task_group() as group:
            for number in numbers:
                group.start_soon(one, number)
            await under_load.wait()
            while not await busy(cluster.alive[0]):
                pass
            cluster.alive[0].process.kill()
    for number in numbers:
        assert json.loads(results[number].response) == {"sum": number + 1}
        assert [message.role for message in results[number].messages] == ["user", "assistant", "tool", "assistant"]
    assert sorted(called) == numbers, "each tool was called once"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_stream_that_a_dying_server_cuts_keeps_what_had_come(cluster: Cluster) -> None:
    runner = OpenAIRunner("smollm2", base_url=f"{cluster.url}/v1")
    with anyio.fail_after(PATIENCE):
        async with Agent(runner, max_tokens=700) as agent:
            seen = ""
            with pytest.raises(TruncatedStreamError) as caught:
                async with agent.stream("Tell me a long story.") as run:
                    async for event in run:
                        text = event.text if isinstance(event, TextDelta) else ""
                        if text and not seen:
                            [worker] = [server for server in cluster.alive if await busy(server)]
                            worker.process.kill()
                        seen += text
            partial = caught.value.partial
            assert seen == caught.value.text == partial.response != ""
            assert [message.role for message in partial.messages] == ["user", "assistant"]
            again = await agent.run(None, history=partial.messages[:1], max_tokens=5)
    assert again.response
