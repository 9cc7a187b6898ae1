"""What the operator decides."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server behaves; the defaults are safe."""

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    """Required of every request where it is set; it must be set where `host` is no loopback address."""
    origins: tuple[str, ...] = ()
    """Web origins that may call from a browser, beside the server's own page."""
    strict: bool = False
    """Validate by real JSON Schema, and refuse what is otherwise ignored."""
    faithful: bool = False
    """Have no list of models in the shape of chat completions, as the service has none: 405 and code 7001."""
    playground: bool = True
    most_running: int = 64
    """Requests that are worked on at a time."""
    most_waiting: int = 256
    """Further ones that wait; all others are refused with 429 and code 3040."""
    deadline: float = 600.0
    """Seconds for one request, waiting included; then 408 and code 3046."""
    approval: float = 300.0
    """Seconds in which a client may approve a call of an agent; then it is refused."""
    idle: float | None = 900.0
    """Seconds without a request after which a model is unloaded; None: never."""
    patience: float = 30.0
    """Seconds in which a connection must tell the head of a request."""
    stalled: float = 60.0
    """Seconds after which a client is given up that reads nothing, while an answer waits for it."""
    grace: float = 30.0
    """Seconds that running requests get to finish when the server is told to stop."""
    most_bytes: int = 10 * MEGABYTE
    """Of a body; then 413 and code 3006."""
    most_messages: int = 10_000
    most_tools: int = 128
    most_tokens: int = 100_000
    """Of one reply: a larger `max_tokens` is refused."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
