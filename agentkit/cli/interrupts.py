"""Ctrl-C, heard by the main thread."""

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
    """Make sure that Ctrl-C ends whatever the main thread waits for.

    Python handles signals in the main thread, between two of its own instructions. A signal that comes right before
    that thread starts to wait, for a line or for a run, or that the system gives to another thread, is not noticed
    before the wait is over. So another signal, which does nothing, wakes the main thread until it has noticed.
    """
    if os.name == "nt" or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # on Windows waits are short; elsewhere, whoever started us does not want Ctrl-C to be handled
        return
    noticed = threading.Event()

    def notice(number: int, frame: FrameType | None) -> None:
        noticed.set()
        signal.default_int_handler(number, frame)

    reading, writing = socket.socketpair()
    writing.setblocking(False)
    thread = threading.Thread(target=_wake, args=(reading, noticed), name="Ctrl-C", daemon=True)
    handlers = signal.signal(signal.SIGURG, _do_nothing), signal.signal(signal.SIGINT, notice)
    descriptor = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        signal.signal(signal.SIGURG, handlers[0])
        signal.signal(signal.SIGINT, handlers[1])
        writing.close()
        thread.join()
        reading.close()


def _wake(numbers: socket.socket, noticed: threading.Event) -> None:
    """Wait for numbers of signals, and wake the main thread for each Ctrl-C."""
    main = threading.main_thread().ident
    assert main is not None
    while received := numbers.recv(64):
        if signal.SIGINT not in received:
            continue
        for _ in range(NUDGES):
            signal.pthread_kill(main, signal.SIGURG)
            if noticed.wait(PAUSE):
                break
        noticed.clear()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """What it interrupts goes on, once Python has looked for other signals."""
