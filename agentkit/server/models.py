"""The models of a server, and which of them are in use."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from ..errors import ConfigurationError, ModelNotFoundError
from ..runners.base import Runner
from ..wire.serving.card import Card

_log = logging.getLogger("agentkit.server")


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """One model: what clients see of it, and what answers."""

    card: Card
    runner: Runner


class _Use:
    """How a model is used."""

    def __init__(self) -> None:
        self.requests = 0
        self.since: float | None = None
        """When the last request ended; None: there was none since it was unloaded."""
        self.unloading: anyio.Event | None = None


class Models:
    """All models of a server.

    A runner loads its model on the first request. It is unloaded after `idle` seconds without one, never while it is
    in use; the next request loads it again.

    Args:
        served: The models; the first one is the default.
        idle: Seconds; None: never unload.

    Raises:
        ConfigurationError: Two models have one name.
    """

    def __init__(self, served: Iterable[Served], idle: float | None = None) -> None:
        self._served: dict[str, Served] = {}
        self._aliases: dict[str, Served] = {}
        self._uses: dict[Served, _Use] = {}
        self._idle = idle
        for item in served:
            self.add(item)

    def add(self, served: Served) -> None:
        """Serve one more model.

        Raises:
            ConfigurationError: Its name is taken. An alias that is taken stays with the earlier model.
        """
        name = served.card.name
        if name in self._served:
            raise ConfigurationError(f"two models are named {name!r}.", hint="Give one another name: NAME=RUNNER.")
        self._served[name] = served
        self._uses[served] = _Use()
        for alias in (name, *served.card.aliases):
            self._aliases.setdefault(alias.casefold(), served)

    def all(self) -> Sequence[Served]:
        """Every model, in the order in which they were given."""
        return tuple(self._served.values())

    def find(self, name: str) -> Served:
        """The model of a name: exactly, else by its name or an alias in any case.

        Raises:
            ModelNotFoundError: There is none (400, code 5007).
        """
        found = self._served.get(name) or self._aliases.get(name.casefold())
        if found is None:
            raise ModelNotFoundError(f"No such model {name} or task", status=400, code=5007)
        return found

    @asynccontextmanager
    async def using(self, served: Served) -> AsyncIterator[Runner]:
        """The runner of a model, which is not unloaded meanwhile."""
        use = self._uses[served]
        while use.unloading is not None:
            await use.unloading.wait()
        use.requests += 1
        try:
            yield served.runner
        finally:
            use.requests -= 1
            use.since = anyio.current_time()

    async def unload_idle(self) -> None:
        """Unload models that nobody uses, until cancelled."""
        if self._idle is None:
            return
        while True:
            await anyio.sleep(max(0.05, min(self._idle / 4, 10.0)))
            for served, use in tuple(self._uses.items()):
                if not use.requests and use.since is not None and anyio.current_time() - use.since >= self._idle:
                    await self._unload(served, use)

    async def aclose(self) -> None:
        """Unload everything."""
        for served, use in tuple(self._uses.items()):
            await self._unload(served, use)

    async def _unload(self, served: Served, use: _Use) -> None:
        use.since, use.unloading = None, anyio.Event()
        try:
            await served.runner.aclose()
        except Exception:
            _log.exception("the model %r could not be unloaded", served.card.name)
        finally:
            use.unloading.set()
            use.unloading = None
