"""The few questions that xllamacpp answers only on its own HTTP interface: a private socket, never a network."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ...errors import BadRequestError, ServerError

UNIX = "unix://"


class Loopback:
    """A client of the engine in this process.

    Args:
        address: `unix://` and the path of a socket, or `http://127.0.0.1:PORT`.
        key: What tells us from others.
    """

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Ask once.

        Raises:
            BadRequestError: It refuses, for example a template that does not take these messages.
            ServerError: It does not answer.
        """
        connection = http.client.HTTPConnection("localhost")
        try:
            self._connect(connection)
            connection.request("POST", path, json.dumps(body), self._headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServerError(f"llama.cpp does not answer {path!r}: {error!r}.") from error
        finally:
            connection.close()
        if response.status != 200:
            message = str(answer.get("error", {}).get("message", answer))[:300]
            raise BadRequestError(f"llama.cpp refuses {path!r}: {message}", status=response.status)
        return dict(answer)

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        if self._address.startswith(UNIX):
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(self._address.removeprefix(UNIX))
        else:
            parts = urlsplit(self._address)
            connection.sock = socket.create_connection((parts.hostname, parts.port))
