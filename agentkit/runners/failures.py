"""What an HTTP client raises, as our errors: by the names of its classes, so that httpx, httpx2 and others fit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import (
    AgentKitError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidReplyError,
    TimedOutError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A class of exceptions, and what it means."""

    name: str
    """Name of the class or of one of its bases."""
    error: type[AgentKitError]
    message: str
    """With `{where}` (host and port) and `{text}` (what the exception says)."""
    hint: str | None = None
    text: str = ""
    """A regular expression for the exception's text."""


ROWS = (
    Row("TimeoutException", TimedOutError, "No answer from {where} in time: {text}"),
    Row("TimeoutError", TimedOutError, "No answer from {where} in time: {text}"),
    Row("InvalidURL", ConfigurationError, "{where} cannot be asked: {text}", "Is base_url right?"),
    Row("UnsupportedProtocol", ConfigurationError, "{where} cannot be asked: {text}", "base_url begins with https://."),
    Row("LocalProtocolError", ConfigurationError, "The request for {where} is no HTTP: {text}", "See the headers."),
    Row("UnicodeEncodeError", ConfigurationError, "A header for {where} is no ASCII: {text}"),
    Row("RuntimeError", ConfigurationError, "The client that was given is closed.", text="client has been closed"),
    Row("DecodingError", InvalidReplyError, "The reply of {where} cannot be decompressed: {text}"),
    Row(
        "RemoteProtocolError",
        ConnectionFailedError,
        "{where} broke the connection off: {text}",
        text="closed|disconnected|reset",
    ),
    Row("RemoteProtocolError", InvalidReplyError, "{where} does not speak HTTP: {text}", "Is base_url right?"),
    Row(
        "ConnectError",
        ConnectionFailedError,
        "No trust in {where}: {text}",
        "SSL_CERT_FILE names further certificates.",
        text="certificate|CERTIFICATE",
    ),
    Row(
        "ConnectError",
        ConnectionFailedError,
        "No host of {where} is known: {text}",
        "Is base_url right, and the network there?",
        text="getaddrinfo|[Nn]ame or service|nodename|[Nn]ame resolution|No address",
    ),
    Row(
        "ConnectError",
        ConnectionFailedError,
        "No connection to {where}: {text}",
        "Raise the limit on open files (ulimit -n), or lower max_connections.",
        text="[Tt]oo many open files",
    ),
    Row(
        "ConnectError",
        ConnectionFailedError,
        "No connection to {where}: {text}",
        "Is the server running there, and base_url right?",
    ),
    Row("TransportError", ConnectionFailedError, "The connection to {where} broke: {text}"),
    Row("OSError", ConnectionFailedError, "The connection to {where} broke: {text}"),
)
"""Read from the top, the first row that fits."""


def failed(error: Exception, where: str) -> AgentKitError | None:
    """Our error for one of a client's; None where it is none of a client's.

    Args:
        error: What the client raised.
        where: Host and port of the server.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    text = str(error) or type(error).__name__
    for row in ROWS:
        if row.name in names and re.search(row.text, text):
            ours = row.error(row.message.format(where=where, text=text).rstrip(".") + ".", hint=row.hint)
            ours.__cause__ = error
            return ours
    return None
