"""Ctrl-C, heard by the main thread."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard() -> Iterator[None]:
    """Let Ctrl-C reach the main thread also when the system gives the signal to another one.

    Python handles signals in the main thread, between two of its own instructions. While that thread waits for a line
    or for a run, only a signal to itself wakes it; but the system may choose any thread. So another signal, which
    does nothing, is passed on to it.
    """
    if os.name == "nt":  # there waits end by themselves, and Ctrl-C is no signal to a thread
        yield
        return
    main = threading.main_thread().ident
    assert main is not None
    reading, writing = socket.socketpair()
    writing.setblocking(False)

    def pass_on() -> None:
        while numbers := reading.recv(64):
            if signal.SIGINT in numbers:
                signal.pthread_kill(main, signal.SIGURG)

    thread = threading.Thread(target=pass_on, name="Ctrl-C", daemon=True)
    earlier = signal.signal(signal.SIGURG, _do_nothing)
    descriptor = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        writing.close()
        thread.join()
        reading.close()
        signal.signal(signal.SIGURG, earlier)


def _do_nothing(number: int, frame: object) -> None:
    """What it interrupts goes on, after Python has looked for other signals."""
