"""Servers that tests ask over real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import ASGIApp

from agentkit.runners.base import Runner
from agentkit.server.app import make_app
from agentkit.server.models import Served
from agentkit.server.serving import Server, listen, url_of
from agentkit.server.settings import Settings
from agentkit.server.state import State, make_state
from agentkit.wire.serving.card import Card


@dataclass
class Running:
    """A server that runs in a thread."""

    url: str
    state: State
    server: Server

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, for a socket."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host.strip("[]"), int(port)


Application = Callable[[State], ASGIApp]
Serve = Callable[..., Running]


def served(runner: Runner, name: str = "@cf/test/model", **card: Any) -> Served:
    """A model for a test."""
    return Served(Card(name, **card), runner)


@contextmanager
def running(
    models: Iterable[Served | Runner], make: Application = make_app, settings: Settings | None = None, **options: Any
) -> Iterator[Running]:
    """A server on a free port of this machine; at the end it must end, whatever still runs.

    Args:
        models: What is served; a runner is named `@cf/test/model`.
        make: Makes the application of a state.
        settings: Of the server; None: `options`, on a free port.
        options: Fields of `Settings`.
    """
    settings = settings or Settings(**({"port": 0, "grace": 0.5} | options))
    state = make_state(settings, [item if isinstance(item, Served) else served(item) for item in models])
    listener = listen(settings)
    url, ready = url_of(listener), threading.Event()
    server = Server(make(state), state, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    try:
        assert ready.wait(20), "the server does not start"
        yield Running(url, state, server)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server does not end"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that end with the test; takes what `running` takes, or one model alone."""
    with ExitStack() as stack:

        def start(models: Sequence[Served | Runner] | Served | Runner, *more: Any, **options: Any) -> Running:
            several: Any = models if isinstance(models, list | tuple) else [models]
            return stack.enter_context(running(several, *more, **options))

        yield start
