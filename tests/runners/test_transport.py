"""The lean transport against a real server that does what servers do."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from agentkit.runners.transport import LeanTransport

from .loopback import Loopback, chunk, reply, serve

pytestmark = pytest.mark.anyio

CERTIFICATE = Path(__file__).parent.parent / "data" / "loopback.pem"
OK = reply({"ok": 1})
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@asynccontextmanager
async def connected(
    *replies: Any, size: int = 100, **options: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Loopback]]:
    async with (
        serve(*replies, **options) as server,
        httpx.AsyncClient(transport=LeanTransport(max_connections=size), base_url=server.url, timeout=10) as client,
    ):
        yield client, server


async def test_requests_one_after_the_other_share_a_connection() -> None:
    async with connected(OK) as (client, server):
        for _ in range(5):
            assert (await client.post("/x", content=b"body")).json() == {"ok": 1}
        assert server.connections == 1
        assert [request.body for request in server.requests] == [b"body"] * 5


async def test_requests_at_the_same_time_have_their_own_and_keep_them() -> None:
    async with connected([0.05, *OK]) as (client, server):
        for _ in range(2):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.get, "/")
        assert server.connections == 20


async def test_no_more_connections_than_allowed() -> None:
    answers = []
    async with connected([0.01, *OK], size=2) as (client, server):

        async def ask(number: int) -> None:
            await client.get("/", headers={"number": str(number)})
            answers.append(number)

        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(ask, number)
        assert server.connections == 2
    assert sorted(answers) == list(range(10))


async def test_who_waits_longest_is_next() -> None:
    async with connected([0.5, *OK], OK, size=1) as (client, server):

        async def ask(number: int) -> None:
            await anyio.sleep(number / 25)
            await client.get(f"/{number}")

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(ask, number)
        assert [request.target for request in server.requests] == [f"/{number}" for number in range(8)]


async def test_a_cancelled_wait_in_the_queue_keeps_no_place() -> None:
    async with connected(["hang"], OK, size=1) as (client, server):
        async with anyio.create_task_group() as group:
            group.start_soon(client.get, "/first")
            await anyio.sleep(0.05)
            with anyio.move_on_after(0.05):
                await client.get("/second")
            group.cancel_scope.cancel()
        assert (await client.get("/third")).status_code == 200
        assert [request.target for request in server.requests] == ["/first", "/third"]


async def test_connection_close_is_obeyed() -> None:
    async with connected([*reply({}, connection="close"), "close"]) as (client, server):
        for _ in range(2):
            await client.get("/")
        assert server.connections == 2


async def test_http_1_0_without_a_length_is_read_to_its_end() -> None:
    async with connected([b"HTTP/1.0 200 OK\r\n\r\nhel", 0.01, b"lo", "close"]) as (client, server):
        for _ in range(2):
            assert (await client.get("/")).text == "hello"
        assert server.connections == 2


async def test_a_connection_that_the_server_closed_while_idle_is_not_used() -> None:
    async with connected([*OK, "close"], OK) as (client, server):
        await client.get("/")
        await anyio.sleep(0.05)
        assert (await client.get("/")).status_code == 200
        assert len(server.requests) == 2


async def test_a_connection_that_dies_as_it_is_used_again_is_replaced() -> None:
    async with connected(OK, ["close"], OK) as (client, server):
        await client.get("/")
        assert (await client.get("/")).status_code == 200
        assert server.connections == 2


async def test_it_is_replaced_once_only() -> None:
    async with connected(OK, ["close"]) as (client, server):
        await client.get("/")
        with pytest.raises(httpx.ReadError, match="without an answer"):
            await client.get("/")
        assert len(server.requests) == 3


async def test_what_the_server_says_unasked_is_not_taken_for_an_answer() -> None:
    async with connected([*OK, 0.01, b"HTTP/1.1 408 Timeout\r\ncontent-length: 0\r\n\r\n"], OK) as (client, _):
        await client.get("/")
        await anyio.sleep(0.05)
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_where_the_answer_is_cut_does_not_matter(size: int) -> None:
    stream = (
        CHUNKED + b"".join(chunk(part) for part in (b"hel", b"lo ", "wörld".encode())) + b"0\r\nx-trailer: 1\r\n\r\n"
    )
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    async with connected(pieces) as (client, server):
        for _ in range(2):
            assert (await client.get("/")).content.decode() == "hello wörld"
        assert server.connections == 1


async def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
    async with connected([interim, 0.01, *OK]) as (client, _):
        assert (await client.get("/")).json() == {"ok": 1}


async def test_compressed_bodies_are_unpacked() -> None:
    async with connected(reply(gzip.compress(b"hello"), content_encoding="gzip")) as (client, _):
        assert (await client.get("/")).text == "hello"


async def test_an_answer_without_a_body() -> None:
    async with connected([b"HTTP/1.1 204 No Content\r\n\r\n"]) as (client, server):
        for _ in range(2):
            assert (await client.get("/")).content == b""
        assert server.connections == 1


async def test_a_large_request() -> None:
    async with connected(OK) as (client, server):
        await client.post("/", content=b"x" * 5_000_000)
        assert len(server.requests[0].body) == 5_000_000


async def test_pieces_come_as_they_are_sent() -> None:
    async with connected([CHUNKED, chunk(b"a"), 0.2, chunk(b"b"), b"0\r\n\r\n"]) as (client, server):
        async with client.stream("GET", "/") as response:
            assert [piece async for piece in response.aiter_raw()] == [b"a", b"b"]
        await client.get("/")
        assert server.connections == 1


async def test_a_body_that_is_not_read_costs_its_connection() -> None:
    async with connected([CHUNKED, chunk(b"a"), "hang"], OK) as (client, server):
        async with client.stream("GET", "/"):
            pass
        await client.get("/")
        await anyio.sleep(0.02)
        assert (server.connections, server.left) == (2, 1)


async def test_a_cancelled_request_closes_its_connection() -> None:
    async with connected(["hang"], OK, size=1) as (client, server):
        with anyio.move_on_after(0.05):
            await client.get("/")
        assert (await client.get("/")).status_code == 200
        assert server.left == 1


async def test_a_cancelled_body_closes_its_connection() -> None:
    async with connected([CHUNKED, chunk(b"a"), "hang"], OK, size=1) as (client, server):
        with anyio.move_on_after(0.05):
            await client.get("/")
        assert (await client.get("/")).status_code == 200
        assert server.left == 1


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], "illegal status line"),
        ([b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n"], "illegal header"),
        ([b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 200_000 + b"\r\n\r\n"], "too long|max_incomplete|hint"),
        ([CHUNKED, b"zz\r\n"], "illegal chunk header"),
        ([b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"], "pending proposal"),
    ],
)
async def test_what_breaks_the_rules_is_refused(steps: list[Any], error: str) -> None:
    async with connected(steps, OK, size=1) as (client, _):
        with pytest.raises(httpx.RemoteProtocolError, match=error):
            await client.get("/")
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "steps",
    [
        [CHUNKED, chunk(b"a"), "close"],
        [b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "close"],
        [b"HTTP/1.1 200 OK\r\n", "close"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", "close"],
        ["close"],
    ],
)
async def test_an_answer_that_breaks_off(steps: list[Any]) -> None:
    async with connected(steps, OK, size=1) as (client, server):
        with pytest.raises(httpx.ReadError, match="closed the connection"):
            await client.get("/")
        assert (await client.get("/")).status_code == 200
        assert len(server.requests) == 2


async def test_a_line_break_cannot_be_smuggled_into_a_header() -> None:
    async with connected(OK, size=1) as (client, server):
        with pytest.raises(httpx.LocalProtocolError):
            await client.get("/", headers={"x": "a\r\ny: b"})
        await client.get("/")
        assert len(server.requests) == 1


def limits(**seconds: float) -> dict[str, Any]:
    return {"timeout": {"connect": 5.0, "read": 5.0, "idle": 5.0} | seconds}


async def test_an_answer_that_does_not_begin_in_time() -> None:
    async with connected(["hang"]) as (client, _):
        with pytest.raises(httpx.ReadTimeout, match=r"0\.1 s"):
            await client.get("/", extensions=limits(read=0.1))


async def test_a_body_that_does_not_begin_in_time() -> None:
    async with connected([CHUNKED, "hang"]) as (client, _):
        with pytest.raises(httpx.ReadTimeout, match=r"0\.1 s"):
            await client.get("/", extensions=limits(read=0.1))


async def test_a_gap_in_a_stream_that_is_too_long() -> None:
    async with connected([CHUNKED, chunk(b"a"), "hang"]) as (client, _):
        with pytest.raises(httpx.ReadTimeout, match=r"0\.1 s"):
            await client.get("/", extensions=limits(idle=0.1))


async def test_the_beginning_may_take_longer_than_a_gap() -> None:
    async with connected([CHUNKED, 0.2, chunk(b"a"), b"0\r\n\r\n"]) as (client, _):
        assert (await client.get("/", extensions=limits(idle=0.1))).text == "a"


async def test_a_handshake_that_takes_too_long() -> None:
    async with serve(["hang"]) as server, httpx.AsyncClient(transport=LeanTransport(max_connections=9)) as client:
        url = server.url.replace("http:", "https:")
        with pytest.raises(httpx.ConnectTimeout, match=r"0\.2 s"):
            await client.get(url, extensions=limits(connect=0.2))


async def test_nobody_there() -> None:
    async with serve(OK) as server:
        url = server.url
    async with httpx.AsyncClient(transport=LeanTransport(max_connections=9)) as client:
        with pytest.raises(httpx.ConnectError, match="refused"):
            await client.get(url)


async def test_no_such_host() -> None:
    async with httpx.AsyncClient(transport=LeanTransport(max_connections=9)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://nowhere.invalid")


async def test_ipv6() -> None:
    try:
        async with connected(OK, host="::1") as (client, server):
            await client.get("/")
            assert server.requests[0].headers["host"].startswith("[::1]:")
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS, trusted by the client."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


async def test_tls(tls: ssl.SSLContext) -> None:
    async with connected(OK, [*OK, "close"], [CHUNKED, chunk(b"a"), "close"], OK, tls=tls) as (client, server):
        for _ in range(2):
            assert (await client.get("/")).json() == {"ok": 1}
        assert server.connections == 1
        await anyio.sleep(0.05)
        with pytest.raises(httpx.ReadError):
            await client.get("/")
        assert (await client.get("/")).status_code == 200


async def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with connected(OK, tls=tls) as (client, server):
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            await client.get("/")
        assert not server.requests


async def test_a_certificate_of_another_host(tls: ssl.SSLContext) -> None:
    async with connected(OK, tls=tls, host="127.0.0.2") as (client, _):
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            await client.get("/")


async def test_closing_closes_what_is_idle_and_leaves_it_usable() -> None:
    transport = LeanTransport(max_connections=9)
    async with serve([*OK, "hang"]) as server:
        for _ in range(2):
            request = httpx.Request("GET", server.url)
            await (await transport.handle_async_request(request)).aread()
            await transport.aclose()
        await anyio.sleep(0.02)
        assert (server.connections, server.left) == (2, 2)


async def test_a_connection_that_ends_its_work_after_closing_is_closed_too() -> None:
    transport = LeanTransport(max_connections=9)
    async with serve([CHUNKED, chunk(b"a"), 0.05, b"0\r\n\r\n", "hang"]) as server:
        response = await transport.handle_async_request(httpx.Request("GET", server.url))
        await transport.aclose()
        assert await response.aread() == b"a"
        await anyio.sleep(0.02)
        assert server.left == 1
