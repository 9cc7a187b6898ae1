"""Threads for blocking work, kept a while for the next: starting one costs more than a short job itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

IDLE = 10.0
"""Seconds after which a thread without work ends."""

_idle: list[_Worker] = []
"""Those without work, the last one first in use; `append`, `pop` and `remove` are atomic."""


def work_in_thread(work: Callable[[], object]) -> None:
    """Do some work, which must not raise, in a thread; there is always one for it."""
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    worker.inbox.put(work)


class _Worker:
    def __init__(self) -> None:
        self.inbox: SimpleQueue[Callable[[], object]] = SimpleQueue()
        threading.Thread(target=self._run, name="agentkit-local", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self.inbox.get(timeout=IDLE)()
            except Empty:
                try:
                    _idle.remove(self)
                except ValueError:  # somebody has just taken it
                    continue
                return
            _idle.append(self)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # there these threads are gone
