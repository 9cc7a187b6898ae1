"""What goes to other servers and comes back, kept in a file, or answered from one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync

from ..errors import ConfigurationError
from ..runners import as_runner
from ..runners.base import Runner
from ..testing.cassette import Cassette, stand_ins_of

PAUSE = 1.0
"""Seconds between two looks at whether there is something new to write."""
_log = logging.getLogger("agentkit.server")


class Recording:
    """A cassette of `agentkit.testing` beneath the runners of a server.

    Args:
        path: The file.
        replay: Answer from it, without key or network: the same request gets the same reply, as often as it comes.
            Otherwise it is written anew while the server runs, without secrets.

    Raises:
        ConfigurationError: It cannot be written, or is no recording.
    """

    def __init__(self, path: Path, *, replay: bool = False) -> None:
        self._cassette = Cassette(path, record=not replay, again=True)
        self._replay = replay
        self._saved = 0
        if not replay:
            if path.exists() and path.stat().st_size:
                raise ConfigurationError(
                    f"{str(path)!r} is there already.", hint="Name another file, or remove it: nothing is overwritten."
                )
            self._save()

    def runner(self, string: str, **options: Any) -> Runner:
        """The runner of a string; one that asks no server is what it always is.

        Raises:
            ConfigurationError: The string names none, or an option is wrong.
        """
        if stand_ins_of(string) is None:
            return as_runner(string, **options)
        return self._cassette.runner(string, **options)

    async def keep_saving(self) -> None:
        """Write what is new, until cancelled, and then once more."""
        try:
            while True:
                await anyio.sleep(PAUSE)
                await run_sync(self._save_new)
        finally:
            with anyio.CancelScope(shield=True):
                await self._cassette.client.aclose()
            self._save_new()

    def _save_new(self) -> None:
        if self._replay or len(self._cassette) == self._saved:
            return
        try:
            self._save()
        except ConfigurationError as error:
            _log.error("%s", error)

    def _save(self) -> None:
        count = len(self._cassette)
        try:
            self._cassette.save()
        except OSError as error:
            raise ConfigurationError(f"{str(self._cassette.path)!r} cannot be written: {error.strerror}.") from error
        self._saved = count
