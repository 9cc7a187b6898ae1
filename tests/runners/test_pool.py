"""Connections belong to an event loop, and end with it."""

from __future__ import annotations

import asyncio
import gc
import threading

import anyio
import httpx
import pytest

from agentkit.runners.transport import LeanTransport

from .loopback import reply, serve

OK = reply({"ok": 1})


async def ask(transport: LeanTransport, times: int = 2) -> tuple[int, int]:
    """Requests to a server of this event loop; how many connections it took, and how many were left."""
    async with serve(OK) as server:
        for _ in range(times):
            response = await transport.handle_async_request(httpx.Request("GET", server.url))
            assert await response.aread() == b'{"ok": 1}'
        return server.connections, server.left


def test_one_transport_serves_one_event_loop_after_the_other() -> None:
    transport = LeanTransport(max_connections=9)
    for backend in ("asyncio", "trio", "asyncio", "trio"):
        assert anyio.run(ask, transport, backend=backend) == (1, 0)
    gc.collect()


def test_one_transport_serves_several_event_loops_at_the_same_time() -> None:
    transport = LeanTransport(max_connections=9)
    results: list[tuple[int, int]] = []

    def work(backend: str) -> None:
        results.extend(anyio.run(ask, transport, 20, backend=backend) for _ in range(5))

    threads = [threading.Thread(target=work, args=(backend,)) for backend in ("asyncio", "trio", "asyncio")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(1, 0)] * 15


def test_connections_are_closed_as_their_event_loop_ends() -> None:
    """The server, on a loop of its own, sees them go; nobody has closed the transport."""
    transport = LeanTransport(max_connections=9)
    ready, done = threading.Event(), threading.Event()
    seen: dict[str, object] = {}

    async def serving() -> None:
        async with serve([*OK, "hang"]) as server:
            seen["url"] = server.url
            ready.set()
            await anyio.to_thread.run_sync(done.wait)
            await anyio.sleep(0.05)
            seen["left"] = server.left

    async def asking() -> None:
        response = await transport.handle_async_request(httpx.Request("GET", str(seen["url"])))
        await response.aread()

    thread = threading.Thread(target=anyio.run, args=(serving,))
    thread.start()
    ready.wait()
    anyio.run(asking)
    anyio.run(asking, backend="trio")
    done.set()
    thread.join()
    assert seen["left"] == 2


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # asyncio's own, about such a loop
def test_an_event_loop_that_was_closed_unfinished_is_forgotten() -> None:
    transport = LeanTransport(max_connections=9)
    for _ in range(3):
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(ask(transport)) == (1, 0)
        loop.close()
    del transport
    gc.collect()


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:Async generator")  # trio's, because aclose was not called
async def test_a_dropped_transport_closes_its_connections() -> None:
    async with serve([*OK, "hang"]) as server:
        transport = LeanTransport(max_connections=9)
        response = await transport.handle_async_request(httpx.Request("GET", server.url))
        await response.aread()
        del transport, response
        gc.collect()
        await anyio.sleep(0.05)
        assert server.left == 1
