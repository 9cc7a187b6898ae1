"""A probe of a real server: llama.cpp's own, with the embedded model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentkit.runners.probing import Finding, probe, target
from agentkit.runners.probing.context import context

from ..llama_server import llama_servers

pytestmark = [pytest.mark.anyio, pytest.mark.real]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the server, in a process of its own."""
    with llama_servers() as (server,):
        yield server.url


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough of something that takes its time."""
    return "asyncio"


async def test_what_llama_cpp_can_do(url: str) -> None:
    """Its template knows no tools, so that a small model makes no calls by itself: of those nothing is said here."""
    subject = target("openai:smollm2", base_url=f"{url}/v1")
    found: dict[str, Finding] = {finding.name: finding async for finding in probe(subject, quick=True)}
    await subject.aclose()
    certain = ("reachable", "access", "answers", "streams", "schema")
    assert {name: found[name].verdict for name in certain} == dict.fromkeys(certain, "yes")
    assert found["system"].verdict != "no"
    assert found["results"].verdict != "no"
    assert subject.usage.completion_tokens > 50


async def test_its_window_is_what_it_was_started_with(url: str) -> None:
    subject = target("openai:smollm2", base_url=f"{url}/v1")
    found = await context(subject)
    await subject.aclose()
    assert (found.verdict, found.tokens) == ("yes", 1024)
