"""The few questions that xllamacpp answers only on its own HTTP interface: a private socket, never a network."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ...errors import BadRequestError, ServerError

UNIX = "unix://"
_PIECE = 65_536


class Loopback:
    """A client of the engine in this process, for every prompt: so it does only what that one server needs.

    Args:
        address: `unix://` and the path of a socket, or `http://127.0.0.1:PORT`.
        key: What tells us from others.
    """

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._key = key

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Ask once.

        Raises:
            BadRequestError: It refuses, for example a template that does not take these messages.
            ServerError: It does not answer.
        """
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._key}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        try:
            with self._connection() as connection:
                connection.sendall(head.encode() + content)
                received = b"".join(iter(lambda: connection.recv(_PIECE), b""))
            start, _, text = received.partition(b"\r\n\r\n")
            status, answer = int(start.split(b" ", 2)[1]), json.loads(text)
        except (OSError, IndexError, ValueError) as error:
            raise ServerError(f"llama.cpp does not answer {path!r}: {error!r}.") from error
        if status != 200:
            message = str(answer.get("error", {}).get("message", answer))[:300]
            raise BadRequestError(f"llama.cpp refuses {path!r}: {message}", status=status)
        return dict(answer)

    def _connection(self) -> socket.socket:
        if not self._address.startswith(UNIX):
            parts = urlsplit(self._address)
            return socket.create_connection((parts.hostname, parts.port))
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(self._address.removeprefix(UNIX))
        except OSError:
            connection.close()
            raise
        return connection
