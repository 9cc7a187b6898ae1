"""Replies over a real connection: whatever the server does, deltas come or a clear error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import anyio
import httpx
import pytest

from agentkit.errors import (
    AgentKitError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidReplyError,
    TimedOutError,
    TruncatedStreamError,
)
from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Message
from agentkit.runners.http import Endpoint
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.reply import MAX_BODY

from .http_cases import BROKEN, HEAD, REPLIES, STREAM, frame
from .loopback import chunk, reply, serve

pytestmark = pytest.mark.anyio

REQUEST = Request([Message("user", "Hi")])


async def ask(url: str, **options: Any) -> list[Delta]:
    runner = OpenAIRunner("m", base_url=url, retries=options.pop("retries", 0), **options)
    try:
        return [delta async for delta in runner.generate(REQUEST)]
    finally:
        await runner.aclose()


def text(deltas: Sequence[Delta]) -> str:
    assert isinstance(deltas[-1], Finish)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("stream", [True, False])
async def test_the_answer_is_read_whatever_the_server_chose_to_send(name: str, stream: bool) -> None:
    async with serve(REPLIES[name]) as server:
        assert text(await ask(server.url, stream=stream)) == "Hello"
        assert server.requests[0].json.get("stream", False) is stream


async def test_text_comes_as_it_is_sent() -> None:
    async with serve([HEAD, frame("a"), 0.3, frame("b"), chunk(b"data: [DONE]\n\n"), b"0\r\n\r\n"]) as server:
        runner = OpenAIRunner("m", base_url=server.url)
        async with aclosing(runner.generate(REQUEST)) as deltas:
            with anyio.fail_after(0.25):
                assert await anext(deltas) == TextDelta("a")
            assert await anext(deltas) == TextDelta("b")
        await runner.aclose()


async def test_a_character_cut_by_the_network_is_whole() -> None:
    data = 'data: {"response": "é€😀"}\n\ndata: [DONE]\n\n'.encode()
    async with serve([HEAD, *(chunk(data[i : i + 1]) for i in range(len(data))), b"0\r\n\r\n"]) as server:
        assert text(await ask(server.url)) == "é€😀"


@pytest.mark.parametrize("last", [b"0\r\n\r\n", b"0\r\nx-trailer: 1\r\n\r\n"])
async def test_a_finished_stream_keeps_its_connection(last: bytes) -> None:
    steps = [HEAD, frame("a"), chunk(b"data: [DONE]\n\n"), 0.02, last]
    async with serve(steps) as server:
        runner = OpenAIRunner("m", base_url=server.url)
        for _ in range(5):
            assert text([delta async for delta in runner.generate(REQUEST)]) == "a"
        assert server.connections == 1
        await runner.aclose()


async def test_a_stream_that_never_ends_after_done_is_ended() -> None:
    async with serve([HEAD, frame("a"), chunk(b"data: [DONE]\n\n"), "hang"]) as server:
        with anyio.fail_after(10):
            assert text(await ask(server.url)) == "a"
        await anyio.sleep(0.02)
        assert server.left == 1


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.filterwarnings("ignore:Async generator")  # of httpx, on trio, about a body that it cannot decompress
async def test_what_is_no_answer_is_a_clear_error(name: str) -> None:
    steps, kind, message = BROKEN[name]
    async with serve(steps) as server:
        with pytest.raises(AgentKitError, match=message) as caught:
            await ask(server.url)
        assert type(caught.value) is kind
        if name.endswith(("in the stream", "event", "without done")) and "before" not in name:
            assert getattr(caught.value, "text", None) == "Hello"


async def test_an_answer_that_is_too_long_is_refused() -> None:
    head = b'HTTP/1.1 200 OK\r\n\r\n{"response": "'
    async with serve([head, *[b"x" * 1_000_000] * (MAX_BODY // 1_000_000 + 1), "close"]) as server:
        with pytest.raises(InvalidReplyError, match="longer than"):
            await ask(server.url)


async def test_a_server_that_is_not_there() -> None:
    async with serve(STREAM) as server:
        url = server.url
    with pytest.raises(ConnectionFailedError) as caught:
        await ask(url)
    assert url.removeprefix("http://") in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert "Is the server running" in str(caught.value)


async def test_a_host_that_is_not_there() -> None:
    with pytest.raises(ConnectionFailedError, match=r"No host of nowhere\.invalid is known"):
        await ask("http://nowhere.invalid/v1")


async def test_a_server_that_hangs() -> None:
    async with serve(["hang"]) as server:
        with pytest.raises(TimedOutError, match=r"No answer from 127\.0\.0\.1:\d+ in time"):
            await ask(server.url, timeout=0.1)


async def test_a_stream_that_hangs() -> None:
    async with serve([HEAD, frame("Hel"), "hang"]) as server:
        with pytest.raises(TimedOutError) as caught:
            await ask(server.url, timeout=1.0)
        assert caught.value.text == "Hel"


async def test_a_stream_that_hangs_after_its_finish_reason_is_over() -> None:
    last = chunk(b'data: {"response": "Hello", "finish_reason": "stop"}\n\n')
    async with serve([HEAD, last, "hang"]) as server:
        assert text(await ask(server.url, timeout=0.1)) == "Hello"


async def test_a_stream_that_has_delivered_something_is_not_tried_again() -> None:
    async with serve([HEAD, frame("Hel"), "close"], STREAM) as server:
        with pytest.raises(TruncatedStreamError):
            await ask(server.url, retries=2)
        assert len(server.requests) == 1


async def test_a_stream_that_has_delivered_nothing_is() -> None:
    nothing = [HEAD, chunk(b'data: {"response": "", "p": "abd"}\n\n')]
    error = chunk(b'data: {"errors": [{"code": 3040, "message": "x"}]}\n\n')
    async with serve([*nothing, error, b"0\r\n\r\n"], [*nothing, "close"], STREAM) as server:
        assert text(await ask(server.url, retries=2)) == "Hello"
        assert len(server.requests) == 3


async def test_closing_the_stream_stops_the_request_at_once() -> None:
    async with serve([HEAD, frame("a"), "hang"]) as server:
        runner = OpenAIRunner("m", base_url=server.url)
        async with aclosing(runner.generate(REQUEST)) as deltas:
            await anext(deltas)
        await anyio.sleep(0.02)
        assert server.left == 1
        await runner.aclose()


@pytest.mark.parametrize("steps", [["hang"], [HEAD, "hang"], [HEAD, frame("a"), "hang"]])
async def test_cancelling_stops_the_request_at_once(steps: Sequence[Any]) -> None:
    async with serve(steps) as server:
        with anyio.move_on_after(0.1) as scope:
            await ask(server.url)
        await anyio.sleep(0.02)
        assert scope.cancelled_caught
        assert server.left == 1


async def test_a_wait_between_tries_can_be_cancelled() -> None:
    async with serve(reply({}, 500, retry_after="60")) as server:
        with anyio.move_on_after(0.1) as scope:
            await ask(server.url, retries=2)
        assert scope.cancelled_caught


async def test_nothing_is_held_open_while_the_caller_has_a_delta() -> None:
    """A cancel scope across a yield would be left in another task than it was entered in."""
    async with serve([HEAD, frame("a"), 0.01, frame("b"), chunk(b"data: [DONE]\n\n"), b"0\r\n\r\n"]) as server:
        runner = OpenAIRunner("m", base_url=server.url)
        deltas = runner.generate(REQUEST)
        came = []

        async def step() -> None:
            came.append(await anext(deltas))

        for _ in range(3):
            async with anyio.create_task_group() as group:
                group.start_soon(step)
        await deltas.aclose()
        await runner.aclose()
        assert came[:2] == [TextDelta("a"), TextDelta("b")]


async def test_many_at_once() -> None:
    texts = []
    async with serve([0.2, *STREAM]) as server:
        runner = OpenAIRunner("m", base_url=server.url, retries=0)

        async def one() -> None:
            texts.append(text([delta async for delta in runner.generate(REQUEST)]))

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(one)
        await runner.aclose()
        assert texts == ["Hello"] * 200
        assert server.connections <= 200


async def test_a_client_of_the_user_is_used_and_left_open() -> None:
    async with serve(STREAM) as server, httpx.AsyncClient(headers={"x-mine": "1"}) as client:
        for _ in range(2):
            assert text(await ask(server.url, client=client)) == "Hello"
        assert not client.is_closed
        assert server.requests[1].headers["x-mine"] == "1"
        assert server.connections == 1


async def test_an_httpx2_client_will_do() -> None:
    httpx2 = pytest.importorskip("httpx2", reason="httpx2 is not installed")
    async with serve(STREAM, ["close"]) as server, httpx2.AsyncClient() as client:
        assert text(await ask(server.url, client=client)) == "Hello"
        with pytest.raises(ConnectionFailedError):
            await ask(server.url, client=client)


async def test_a_client_that_is_closed() -> None:
    async with httpx.AsyncClient() as client:
        pass
    with pytest.raises(ConfigurationError, match="closed"):
        await ask("http://127.0.0.1:1", client=client)


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(STREAM) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert text(await ask("http://models.test/v1")) == "Hello"
        assert proxy.requests[0].target == "http://models.test/v1/chat/completions"


async def test_a_host_that_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(STREAM) as server:
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert text(await ask(server.url)) == "Hello"


@pytest.mark.parametrize(
    "url", ["", "models.test/v1", "ftp://models.test", "http://", "/v1", "http://[::1", "http://x:99999"]
)
async def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="no URL"):
        Endpoint(url, {})


@pytest.mark.parametrize("option", [{"timeout": 0}, {"timeout": -1.0}, {"retries": -1}, {"max_connections": 0}])
async def test_what_cannot_be_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="cannot be"):
        Endpoint("http://models.test", {}, **option)


async def test_a_header_that_cannot_be_sent() -> None:
    async with serve(STREAM) as server:
        for value in ("a\r\nb: c", "ä"):
            with pytest.raises(ConfigurationError, match="header"):
                await ask(server.url, headers={"x": value})
        assert not server.requests


async def test_a_runner_works_again_after_it_was_closed() -> None:
    async with serve(STREAM) as server:
        runner = OpenAIRunner("m", base_url=server.url)
        for _ in range(2):
            assert text([delta async for delta in runner.generate(REQUEST)]) == "Hello"
            await runner.aclose()
        assert server.connections == 2


def test_making_a_runner_imports_no_http_client() -> None:
    code = """
import sys
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.workers_ai import WorkersAIRunner
OpenAIRunner("m"  , base_url="http://x")
WorkersAIRunner("@cf/a/b", account_id="a", api_token="b")
print([name for name in ("httpx", "h11", "ssl", "tenacity") if name in sys.modules])
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
