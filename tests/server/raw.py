"""A client that is as impolite as it is told to be: bytes in, bytes out."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        """The documented code of an error."""
        return int(self.json["errors"][0]["code"])


class Wire:
    """One connection."""

    def __init__(self, address: tuple[str, int], timeout: float = 20.0) -> None:
        self.socket = socket.create_connection(address, timeout)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next answer."""
        line = self.file.readline()
        if not line:
            raise EOFError("the server has closed the connection")
        headers: dict[str, str] = {}
        while (field := self.file.readline().strip()) != b"":
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers

    def chunk(self) -> bytes:
        """The next chunk of a stream; empty for the last one."""
        size = self.file.readline()
        if not size:
            raise EOFError("the stream was broken off")
        data = self.file.read(int(size, 16))
        self.file.readline()
        return data

    def answer(self) -> Answer:
        """The next answer."""
        status, headers = self.head()
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(iter(self.chunk, b"")))
        return Answer(status, headers, self.file.read(int(headers.get("content-length", 0))))

    def is_closed(self) -> bool:
        """Whether the server closes the connection."""
        try:
            return self.file.read(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        """Go away."""
        self.file.close()
        self.socket.close()


@contextmanager
def wire(address: tuple[str, int], timeout: float = 20.0) -> Iterator[Wire]:
    """A connection, closed at the end."""
    it = Wire(address, timeout)
    try:
        yield it
    finally:
        it.close()


def request(
    path: str = "/ai/run/@cf/test/model",
    body: Any = None,
    method: str = "POST",
    host: str = "localhost",
    **headers: str,
) -> bytes:
    """The bytes of a request; a body that is no bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    fields = {"host": host, "content-length": str(len(data))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + data


def ask(address: tuple[str, int], *given: Any, **more: Any) -> Answer:
    """One request on a connection of its own; takes what `request` takes."""
    with wire(address) as connection:
        connection.send(request(*given, **more))
        return connection.answer()


def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.005)
