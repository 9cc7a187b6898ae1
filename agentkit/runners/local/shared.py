"""Loaded models, each once in this process, for all runs and runners that want the same one."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .engine import Engine, Load
from .engines import opened
from .threads import Stopped, stop_all


@dataclass(slots=True)
class _Place:
    loading: threading.Lock = field(default_factory=threading.Lock)
    engine: Engine | None = None
    users: int = 0


_places: dict[Load, _Place] = {}
_guard = threading.Lock()


def claim(load: Load, stopped: Callable[[], bool]) -> Engine:
    """The loaded model; loads it when nobody has yet. Every claim must be given back with `release`.

    Blocks. Raises what `opened` raises, and `Stopped` when `stopped` while another one loads.
    """
    with _guard:
        place = _places.setdefault(load, _Place())
        place.users += 1
    try:
        with _held(place.loading, stopped):
            if place.engine is None:
                place.engine = opened(load)
            return place.engine
    except BaseException:
        release(load)
        raise


def release(load: Load, *, unload: bool = True) -> None:
    """Give a claim back. With the last one the model is unloaded, unless it shall be kept for others to come."""
    with _guard:
        place = _places[load]
        place.users -= 1
        if place.users or not unload:
            return
        del _places[load]
    if place.engine is not None:
        place.engine.close()


@contextmanager
def _held(lock: threading.Lock, stopped: Callable[[], bool]) -> Iterator[None]:
    while not lock.acquire(timeout=0.1):
        if stopped():
            raise Stopped
    try:
        yield
    finally:
        lock.release()


@atexit.register
def _close_all() -> None:
    """Free the models before Python goes: a thread that came back from llama.cpp after that would crash."""
    if stop_all():
        for place in _places.values():
            if place.engine is not None:
                place.engine.close()
