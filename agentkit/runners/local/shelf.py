"""Loaded models that share a memory: each once, and no more of them than fit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .engine import Engine, Load
from .machine import Memory
from .needs import FREE, Need, need_of, too_large, usable
from .threads import Stopped

POLL = 0.1
"""Seconds between two looks at whether a claim that waits is stopped."""
TOGETHER = "of {} are what all models together may take (AGENTKIT_MEMORY)"


@dataclass(slots=True, eq=False)
class _Place:
    size: int
    """Bytes that the model takes."""
    is_gpu: bool
    engine: Engine | None = None
    """None while it is loaded or unloaded."""
    users: int = 0


class Shelf:
    """Models that are loaded when they are claimed.

    One that nobody uses is unloaded where another needs its memory, the least recently used first. One that is used
    never is: who needs its memory waits. Whoever waits longest is next; others do not use a model that stands in the
    way of that before it is loaded. So a thread must not claim a second model while it has one.

    Args:
        load: Loads a model.
        memory: Tells where a model is loaded, and what is free there.
        limit: Bytes of such a memory that all models may take together; None: what is free.
    """

    def __init__(
        self, load: Callable[[Load], Engine], memory: Callable[[Load], Memory], limit: Callable[[Memory], int | None]
    ) -> None:
        self._load, self._memory, self._limit = load, memory, limit
        self._changed = threading.Condition()
        self._places: dict[Load, _Place] = {}
        """The least recently used first."""
        self._waiting: dict[Load, int] = {}
        """Who has to wait: model -> claims, the oldest first."""
        self._keepers: Counter[Load] = Counter()

    def loaded(self) -> tuple[Load, ...]:
        """The models that are loaded, the least recently used first."""
        with self._changed:
            return tuple(load for load, place in self._places.items() if place.engine is not None)

    def claim(self, load: Load, stopped: Callable[[], bool]) -> Engine:
        """The loaded model, to be used until `release`. Blocks; loads it where nobody has, or it was unloaded.

        Raises:
            Stopped: `stopped` while it had to wait.
            WeightsError: It does not fit even alone, or cannot be loaded.
            AgentKitError: Further ones of the engine.
        """
        with self._queue(load) as join:
            place = self._place(load, stopped, join)
        if place.engine is not None:
            return place.engine
        try:
            engine = self._load(load)
        except BaseException:
            self._remove(load)
            raise
        with self._changed:
            place.engine = engine
            self._changed.notify_all()
        return engine

    def release(self, load: Load, *, unload: bool = True) -> None:
        """Give a claim back. With the last one a model that nobody keeps is unloaded.

        Args:
            load: What was claimed.
            unload: False: it stays until its memory is needed.
        """
        with self._changed:
            place = self._places[load] = self._places.pop(load)
            place.users -= 1
            self._changed.notify_all()
        if unload:
            self._unload_unwanted(load)

    def keep(self, load: Load) -> None:
        """Let a model stay after the last claim, until `let_go`, or until its memory is needed."""
        with self._changed:
            self._keepers[load] += 1

    def let_go(self, load: Load, *, unload: bool = True) -> None:
        """Take back a `keep`. With `unload`, a model that nobody keeps or uses is unloaded.

        Without it, this may be called from a finalizer.
        """
        with self._changed:
            self._keepers[load] -= 1
            if self._keepers[load] <= 0:
                del self._keepers[load]
        if unload:
            self._unload_unwanted(load)

    def close(self) -> None:
        """Unload everything; for the end of the process."""
        with self._changed:
            engines = [place.engine for place in self._places.values() if place.engine is not None]
            self._places.clear()
        for engine in engines:
            engine.close()

    def after_fork(self) -> None:
        """In a child process there are no threads that wait, load or use."""
        self._changed = threading.Condition()
        self._waiting.clear()
        self._places = {load: place for load, place in self._places.items() if place.engine is not None}
        for place in self._places.values():
            place.users = 0

    @contextmanager
    def _queue(self, load: Load) -> Iterator[Callable[[], None]]:
        """Gives what joins the queue, for a claim that has to wait; leaves it at the end."""
        joined = False

        def join() -> None:
            nonlocal joined
            if not joined:
                joined = True
                self._waiting[load] = self._waiting.get(load, 0) + 1

        try:
            yield join
        finally:
            if joined:
                with self._changed:
                    self._waiting[load] -= 1
                    if not self._waiting[load]:
                        del self._waiting[load]
                    self._changed.notify_all()

    def _place(self, load: Load, stopped: Callable[[], bool], join: Callable[[], None]) -> _Place:
        """The place of the model, with this claim as a user; without an engine where this claim has to load it."""
        plan: tuple[Need, Memory] | None = None
        while True:
            if plan is None and load not in self._places:
                memory = self._memory(load)
                plan = need_of(load, memory), memory
            with self._changed:
                victim = None
                place = self._places.get(load)
                if not self._is_behind(load):
                    if place is not None and place.engine is not None:
                        place.users += 1
                        return place
                    if place is None and plan is not None:
                        place, victim = self._room(load, *plan)
                        if place is not None:
                            return place
                if victim is None:
                    join()
                    if stopped():
                        raise Stopped
                    self._changed.wait(POLL)
            if victim is not None:
                self._unload(*victim)

    def _is_behind(self, load: Load) -> bool:
        """Whether another model is to be loaded first."""
        for other in self._waiting:
            if other == load:
                return False
            if other not in self._places:
                return True
        return False

    def _room(self, load: Load, need: Need, memory: Memory) -> tuple[_Place | None, tuple[Load, Engine] | None]:
        """A new place for the model, or what to unload first, or neither: then others use what it needs.

        Raises:
            WeightsError: It does not fit even alone.
        """
        others = [place for place in self._places.values() if place.is_gpu == memory.is_gpu]
        taken = sum(place.size for place in others)
        moving = sum(place.size for place in others if place.engine is None)
        limit, free = self._limit(memory), self._memory(load).free
        if limit is not None and need.total > limit:
            raise too_large(load, need, limit, TOGETHER, memory)
        in_limit = limit is None or taken + need.total <= limit
        if in_limit and (free is None or need.total <= usable(free - moving)):
            place = self._places[load] = _Place(need.total, memory.is_gpu, users=1)
            return place, None
        if free is not None and (not others or need.total > usable(free + taken)):
            raise too_large(load, need, usable(free + taken), FREE, memory)
        for other, place in self._places.items():
            if place.is_gpu == memory.is_gpu and place.engine is not None and not place.users:
                engine, place.engine = place.engine, None
                return None, (other, engine)
        return None, None

    def _unload_unwanted(self, load: Load) -> None:
        with self._changed:
            place = self._places.get(load)
            if place is None or place.engine is None or place.users or self._keepers[load]:
                return
            engine, place.engine = place.engine, None
        self._unload(load, engine)

    def _unload(self, load: Load, engine: Engine) -> None:
        try:
            engine.close()
        finally:
            self._remove(load)

    def _remove(self, load: Load) -> None:
        with self._changed:
            self._places.pop(load, None)
            self._changed.notify_all()
