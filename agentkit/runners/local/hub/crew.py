"""Pieces of blocking work in threads that nobody has to wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

WORKERS = 4
"""Pieces of work at a time."""
POLL = 0.1
"""Seconds between two looks."""
PATIENCE = 2.0
"""Seconds in which a thread that is told to stop ends, unless it waits for a server; then it is left behind."""


def work(pieces: Sequence[Callable[[threading.Event], None]], look: Callable[[], None]) -> None:
    """Do pieces of work, several at a time, and return when all are done.

    What a piece or `look` raises, and Ctrl-C, stops the others and is raised here. A piece that waits for a server
    then may still wait; it must do nothing more when it sees that it is stopped. The threads end with the process.

    Args:
        pieces: Each is called once, in a thread, with the event that stops it; it looks at that often.
        look: Called several times a second, in this thread.
    """
    stop = threading.Event()
    waiting: SimpleQueue[Callable[[threading.Event], None]] = SimpleQueue()
    for piece in pieces:
        waiting.put(piece)
    errors: list[BaseException] = []
    ended: SimpleQueue[None] = SimpleQueue()

    def labour() -> None:
        try:
            while not stop.is_set():
                waiting.get_nowait()(stop)
        except Empty:
            pass
        except BaseException as error:
            errors.append(error)
            stop.set()
        ended.put(None)

    threads = [
        threading.Thread(target=labour, name="agentkit-hub", daemon=True) for _ in range(min(WORKERS, len(pieces)))
    ]
    try:
        for thread in threads:
            thread.start()
        _watch(len(threads), ended, errors, look)
    finally:
        stop.set()
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    if errors:
        raise errors[0]


def _watch(count: int, ended: SimpleQueue[None], errors: list[BaseException], look: Callable[[], None]) -> None:
    while count and not errors:
        look()
        try:
            ended.get(timeout=POLL)
            count -= 1
        except Empty:
            continue
