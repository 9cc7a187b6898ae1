"""The server's life: where it listens, and how it ends."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from types import FrameType
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp

from ..errors import ConfigurationError
from .access import check_settings
from .connections import Connection
from .settings import Settings
from .state import State

BACKLOG = 2048
KEEP_ALIVE = 65
"""Seconds that a connection is kept between two requests; longer than most clients and proxies keep theirs."""
CLOSING = 5
"""Seconds after the end of all work in which its last bytes may reach their clients."""
_ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def listen(settings: Settings) -> socket.socket:
    """A socket where the settings want it.

    Raises:
        ConfigurationError: The address is taken, or not one of this machine, or not allowed; or others than this
            machine would reach a server that has no token.
    """
    check_settings(settings)
    place = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = _address(settings.host, settings.port)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigurationError(f"{settings.host!r} is no address to listen on: {error.strerror or error}.") from error
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        hint = "Another --port may be free; --port 0 takes one that is." if settings.port else None
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot listen on {place}: {reason}.", hint=hint) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The address of a server that listens there, as a browser takes it."""
    host, port = listener.getsockname()[:2]
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


class Server(uvicorn.Server):
    """A server that finishes what runs when it is told to end, and then breaks off the rest.

    The first SIGINT, SIGTERM or SIGHUP ends it within the grace of its settings; another one at once.

    Args:
        app: From `make_app`.
        state: Of the application.
        ready: Called when requests are answered.
        ending: Called when it is told to end while requests run, with their number.
    """

    def __init__(
        self,
        app: ASGIApp,
        state: State,
        ready: Callable[[], None] | None = None,
        ending: Callable[[int], None] | None = None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=Connection.with_patience(state.settings.patience),
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=round(state.settings.grace) + CLOSING,
        )
        super().__init__(config)
        self._state = state
        self._ready = ready
        self._ending = ending
        self.ended_by: int | None = None
        """The signal that ended it."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None and self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        admission = self._state.admission
        admission.close()
        if self._ending is not None and admission.running:
            self._ending(admission.running + admission.waiting)
        async with anyio.create_task_group() as group:
            group.start_soon(self._stop_later)
            await super().shutdown(sockets)
            group.cancel_scope.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        heard = [number for number in _ENDS if signal.getsignal(number) is not signal.SIG_IGN]
        earlier: dict[int, Any] = {number: signal.signal(number, self.handle_exit) for number in heard}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.ended_by is not None:
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):
                    stream.flush()
            os._exit(128 + sig)
        self.ended_by = sig
        self.should_exit = True

    async def _stop_later(self) -> None:
        await anyio.sleep(self._state.settings.grace)
        self._state.admission.stop()


def serve(
    app: ASGIApp,
    state: State,
    listener: socket.socket,
    ready: Callable[[], None] | None = None,
    ending: Callable[[int], None] | None = None,
) -> int:
    """Serve until a signal comes; blocks.

    Args:
        app: From `make_app`.
        state: Of the application.
        listener: From `listen`.
        ready: Called when requests are answered.
        ending: Called when it is told to end while requests run, with their number.

    Returns:
        The exit code: 130 after Ctrl-C, else 0.
    """
    server = Server(app, state, ready, ending)
    gc.freeze()  # what is loaded now stays; looking through it again and again would hold up requests
    server.run([listener])
    return 128 + signal.SIGINT if server.ended_by == signal.SIGINT else 0


def _address(host: str, port: int) -> tuple[Any, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return min(found, key=lambda item: item[0] != socket.AF_INET)  # of `localhost`, the address that everyone tries
