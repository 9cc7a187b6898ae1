"""A client that costs little: streams of chat completions over bare sockets, side by side."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

_COMPLETION = re.compile(rb'"completion_tokens": ?(\d+)')


@dataclass
class Answer:
    """What came of one request."""

    status: int = 0
    first: float = 0.0
    """Seconds to the first frame that has text."""
    total: float = 0.0
    tokens: int = 0
    """As the server counts them."""
    whole: bool = False
    """The stream ended with `[DONE]`, or the body was complete."""
    marks: list[float] = field(default_factory=list)


def body_of(prompt: str, *, stream: bool = True, max_tokens: int = 64, model: str = "bench", **more: Any) -> bytes:
    """A request that every server understands in the same way: the likeliest token, nothing penalised."""
    fields = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": max_tokens,
        "temperature": 0,
        "repetition_penalty": 1,
        "stream": stream,
    }
    return json.dumps(fields | ({"stream_options": {"include_usage": True}} if stream else {}) | more).encode()


class Connection:
    """One kept connection.

    Args:
        url: Of the routes.
        window: Bytes that the system takes in while nobody reads; None: as many as it likes.
    """

    def __init__(self, url: str, window: int | None = None) -> None:
        self._parts = urlsplit(url)
        self._path = self._parts.path.rstrip("/")
        self._socket = socket.socket()
        self._socket.setblocking(False)
        if window is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)

    async def __aenter__(self) -> Connection:
        await asyncio.get_running_loop().sock_connect(self._socket, (self._parts.hostname, self._parts.port))
        limit = 2**20 if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > 2**16 else 2**12
        self.reader, self.writer = await asyncio.open_connection(sock=self._socket, limit=limit)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def send(self, body: bytes, path: str = "/chat/completions") -> None:
        """Send a request and wait for nothing."""
        head = (
            f"POST {self._path}{path} HTTP/1.1\r\nhost: {self._parts.netloc}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        await self.writer.drain()

    async def ask(self, body: bytes, path: str = "/chat/completions") -> Answer:
        """Send a request and read the whole answer."""
        start = perf_counter()
        await self.send(body, path)
        answer, data = Answer(), b""
        head = await self.reader.readuntil(b"\r\n\r\n")
        answer.status = int(head.split(b" ", 2)[1])
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if length:
            data = await self.reader.readexactly(int(length[1]))
            answer.first, answer.whole = perf_counter() - start, True
        else:
            while (size := int((await self.reader.readuntil(b"\r\n")).partition(b";")[0], 16)) > 0:
                piece = (await self.reader.readexactly(size + 2))[:-2]
                data += piece
                if not answer.first and b'"content":"' in piece.replace(b'": "', b'":"').replace(b'"content":""', b""):
                    answer.first = perf_counter() - start
            await self.reader.readexactly(2)
            answer.whole = b"data: [DONE]" in data[-64:]
        answer.total = perf_counter() - start
        counts = _COMPLETION.findall(data)
        answer.tokens = int(counts[-1]) if counts else 0
        return answer


async def together(url: str, bodies: Iterable[bytes]) -> tuple[list[Answer], float]:
    """All requests at once, each on a connection of its own; the answers, and the seconds for all of them."""

    async def one(body: bytes) -> Answer:
        async with Connection(url) as connection:
            return await connection.ask(body)

    start = perf_counter()
    answers = await asyncio.gather(*map(one, bodies))
    return list(answers), perf_counter() - start
