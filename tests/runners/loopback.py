"""A real HTTP/1.1 server on loopback that plays what a test has written down."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc
from anyio.streams.tls import TLSListener

PATIENCE = 20.0
"""Seconds after which a test gives up; nothing takes that long."""

Step = bytes | float | str
"""Bytes are sent as they are, a number is a pause, `hang` waits until the client goes, `close` ends the connection."""


@dataclass
class Seen:
    """A request that came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = Sequence[Step] | Callable[[Seen], Sequence[Step]]


@dataclass
class Loopback:
    """Plays one reply for each request; the last one is played again and again."""

    replies: Sequence[Reply]
    url: str = ""
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    left: int = 0
    """Connections that the client has closed while it was waited for."""

    async def serve(self, stream: anyio.abc.ByteStream) -> None:
        self.connections += 1
        try:
            async with stream:
                rest = b""
                while True:
                    request, rest = await _read(stream, rest)
                    reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
                    self.requests.append(request)
                    if not await self._play(stream, reply(request) if callable(reply) else reply):
                        return
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError):
            pass

    async def _play(self, stream: anyio.abc.ByteStream, steps: Sequence[Step]) -> bool:
        for step in steps:
            if isinstance(step, bytes):
                await stream.send(step)
            elif isinstance(step, int | float):
                await anyio.sleep(step)
            elif step == "hang":
                try:
                    await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    self.left += 1
                return False
            else:
                return False
        return True


async def _read(stream: anyio.abc.ByteStream, rest: bytes) -> tuple[Seen, bytes]:
    while b"\r\n\r\n" not in rest:
        rest += await stream.receive()
    head, _, rest = rest.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    while len(rest) < length:
        rest += await stream.receive()
    return Seen(method, target, headers, rest[:length]), rest[length:]


def reply(body: Any, status: int = 200, *, kind: str = "application/json", **headers: str) -> list[Step]:
    """A whole reply."""
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    fields = {"content-type": kind, "content-length": str(len(data))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return [_head(status, fields) + data]


def events(*frames: Any, done: bool = True, **headers: str) -> list[Step]:
    """A stream of events in chunked encoding, one chunk a frame."""
    fields = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    steps: list[Step] = [_head(200, fields)]
    for frame in [*frames, *(["[DONE]"] if done else [])]:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        steps.append(chunk(f"data: {text}\n\n".encode()))
    return [*steps, b"0\r\n\r\n"]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _head(status: int, fields: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@asynccontextmanager
async def serve(*replies: Reply, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    """The server, on a free port of `host`, until the block is left."""
    server = Loopback(replies)
    listeners = await anyio.create_tcp_listener(local_host=host)
    port = listeners.extra(anyio.abc.SocketAttribute.local_port)
    server.url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    listener = TLSListener(listeners, tls, standard_compatible=False) if tls else listeners
    with anyio.fail_after(PATIENCE):
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, server.serve)
            yield server
            group.cancel_scope.cancel()
