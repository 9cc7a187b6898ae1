"""Ctrl-C and other ends, heard by the main thread."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUDGES = 40
"""How often the main thread is woken until it has seen that Ctrl-C was pressed."""
PAUSE = 0.05
"""Seconds in between."""


@contextmanager
def heard() -> Iterator[None]:
    """Make sure that Ctrl-C ends whatever the main thread waits for, and that being ended means to clean up.

    Python handles signals in the main thread, between two of its own instructions. A signal that comes right before
    that thread starts to wait, for a line or for a run, or that the system gives to another thread, is not noticed
    before the wait is over. So another signal, which does nothing, wakes the main thread until it has noticed.

    A closed terminal, or a request to end, raises `SystemExit`: commands that tools have started end as well.
    """
    if os.name == "nt" or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # on Windows waits are short; elsewhere, whoever started us does not want Ctrl-C to be handled
        return
    noticed = threading.Event()

    def notice(number: int, frame: FrameType | None) -> None:
        noticed.set()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    reading, writing = socket.socketpair()
    writing.setblocking(False)
    thread = threading.Thread(target=_wake, args=(reading, noticed), name="signals", daemon=True)
    earlier = {number: signal.signal(number, notice) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    earlier[signal.SIGURG] = signal.signal(signal.SIGURG, _do_nothing)
    descriptor = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in earlier.items():
            signal.signal(number, handler)
        writing.close()
        thread.join()
        reading.close()


def _wake(numbers: socket.socket, noticed: threading.Event) -> None:
    """Wait for numbers of signals, and wake the main thread for each of them."""
    main = threading.main_thread().ident
    assert main is not None
    while received := numbers.recv(64):
        if not {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} & set(received):
            continue
        for _ in range(NUDGES):
            signal.pthread_kill(main, signal.SIGURG)
            if noticed.wait(PAUSE):
                break
        noticed.clear()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """What it interrupts goes on, once Python has looked for other signals."""
