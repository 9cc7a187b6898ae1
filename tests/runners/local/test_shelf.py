"""Models that share a memory: the embedded one in several contexts, each of which is a model of its own."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.engine import Engine, Load
from agentkit.runners.local.engines import opened
from agentkit.runners.local.machine import Memory
from agentkit.runners.local.needs import need_of
from agentkit.runners.local.shelf import Shelf
from agentkit.runners.local.threads import Stopped

pytestmark = pytest.mark.real

PATIENCE = 120.0
"""Seconds after which a test gives up."""
PLENTY = 10**12


@dataclass
class World:
    """A machine with a memory, of which every loaded model takes what it needs."""

    limit: int | None = None
    size: int = PLENTY
    alive: list[Load] = field(default_factory=list)
    most: int = 0
    """Bytes of all models that were there at the same time."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.load, self.memory, lambda memory: self.limit)

    def memory(self, load: Load) -> Memory:
        with self.lock:
            return Memory("RAM", self.size, free=self.size - self.taken())

    def taken(self) -> int:
        return sum(size_of(load) for load in self.alive)

    def load(self, load: Load) -> Engine:
        with self.lock:
            self.alive.append(load)
            self.most = max(self.most, self.taken())
        try:
            return Watched(opened(load), lambda: self.gone(load))  # type: ignore[return-value]
        except BaseException:
            self.gone(load)
            raise

    def gone(self, load: Load) -> None:
        with self.lock:
            self.alive.remove(load)


class Watched:
    """An engine that tells when it is closed."""

    def __init__(self, engine: Any, closed: Callable[[], None]) -> None:
        self.engine, self.closed = engine, closed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def close(self) -> None:
        self.engine.close()
        self.closed()


def size_of(load: Load) -> int:
    return need_of(load, Memory("RAM", PLENTY)).total


@pytest.fixture(scope="module")
def models(weights: Path) -> list[Load]:
    """Three models of about the same size."""
    return [Load(weights, context, 1, "cpu") for context in (256, 257, 258)]


@pytest.fixture
def world(models: list[Load]) -> Any:
    """A machine with room for two of them."""
    made = World(limit=2 * size_of(models[2]) + 1000)
    yield made
    made.shelf.close()


@contextmanager
def used(world: World, load: Load) -> Any:
    engine = world.shelf.claim(load, lambda: False)
    try:
        yield engine
    finally:
        world.shelf.release(load)


def use(world: World, *loads: Load) -> None:
    """One request for each, whose runner keeps the model."""
    for load in loads:
        with used(world, load) as engine:
            world.shelf.keep(load)
            assert engine.tokens("Hello")


class Claim(threading.Thread):
    """A claim in a thread of its own."""

    def __init__(self, world: World, load: Load) -> None:
        super().__init__(daemon=True)
        self.world, self.wanted = world, load
        self.is_stopped = False
        self.engine: Engine | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.engine = self.world.shelf.claim(self.wanted, lambda: self.is_stopped)
        except BaseException as error:
            self.error = error

    def waits(self) -> bool:
        """After it had time not to."""
        self.join(0.5)
        return self.is_alive()

    def ended(self) -> Claim:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self


def test_the_least_recently_used_goes_first(world: World, models: list[Load]) -> None:
    one, two, three = models
    use(world, one, two, one)
    use(world, three)
    assert world.shelf.loaded() == (one, three)
    assert sorted(world.alive, key=models.index) == [one, three]


def test_what_was_unloaded_is_loaded_again_when_it_is_claimed(world: World, models: list[Load]) -> None:
    use(world, *models, *models)
    assert world.shelf.loaded() == tuple(models[1:])
    assert world.most <= (world.limit or 0)


def test_a_model_that_is_used_is_never_unloaded_and_the_claim_waits_for_its_end(
    world: World, models: list[Load]
) -> None:
    one, two, three = models
    engines = [world.shelf.claim(load, lambda: False) for load in (one, two)]
    claim = Claim(world, three)
    assert claim.waits()
    assert all(engine.tokens("Hello") for engine in engines)
    world.shelf.release(one, unload=False)
    assert claim.ended().engine is not None
    assert engines[1].tokens("Hello")
    assert world.shelf.loaded() == (two, three)
    world.shelf.release(two)
    world.shelf.release(three)


def test_a_claim_that_waits_can_be_stopped_and_leaves_nothing_behind(world: World, models: list[Load]) -> None:
    world.limit = size_of(models[2])
    with used(world, models[0]) as engine:
        claim = Claim(world, models[1])
        assert claim.waits()
        claim.is_stopped = True
        assert isinstance(claim.ended().error, Stopped)
        assert engine.tokens("Hello")
        with used(world, models[0]) as again:  # nobody waits any more, so nobody is let past
            assert again is engine
    assert world.alive == []
    use(world, models[1])
    assert world.shelf.loaded() == (models[1],)


def test_what_does_not_fit_even_alone_fails_at_once_and_unloads_nothing(world: World, models: list[Load]) -> None:
    use(world, *models[:2])
    large = replace(models[0], context=9000)
    with (
        used(world, models[0]),
        pytest.raises(
            WeightsError, match=r"of RAM are what all models together may take \(AGENTKIT_MEMORY\)\. Ask for"
        ),
    ):
        world.shelf.claim(large, lambda: False)
    world.limit, world.size = None, 2 * size_of(models[2])
    with used(world, models[0]), pytest.raises(WeightsError, match="of RAM can be used now"):
        world.shelf.claim(large, lambda: False)
    assert len(world.shelf.loaded()) == 2


def test_without_a_limit_the_free_memory_is_one(world: World, models: list[Load]) -> None:
    world.limit, world.size = None, round(2.3 * size_of(models[2]))
    use(world, *models)
    assert world.shelf.loaded() == tuple(models[1:])
    assert world.most <= world.size


def test_where_the_memory_is_not_given_back_the_claim_fails_with_what_is_free(world: World, models: list[Load]) -> None:
    """Another process has taken it."""
    world.limit, world.size = None, 2 * size_of(models[2])
    use(world, models[0])
    world.size = round(1.2 * size_of(models[0]))
    with used(world, models[0]):
        claim = Claim(world, models[1])
        assert claim.waits()
        world.size = size_of(models[0])
    assert "of RAM can be used now" in str(claim.ended().error)


def test_a_model_that_others_use_all_the_time_does_not_keep_a_further_one_out(world: World, models: list[Load]) -> None:
    """Their requests overlap, so without turns it would never be free."""
    world.limit = size_of(models[2])
    one, two, _ = models
    world.shelf.keep(one)
    over, held = threading.Event(), threading.Semaphore(0)
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            while not over.is_set():
                with used(world, one) as engine:
                    held.release()
                    assert engine.tokens("Hello")
                    time.sleep(0.05)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        assert held.acquire(timeout=PATIENCE)
    claim = Claim(world, two).ended()
    assert claim.engine is not None
    assert claim.engine.tokens("Hello")
    world.shelf.release(two)
    assert held.acquire(timeout=PATIENCE)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []
    assert world.most <= world.limit


def test_a_failed_load_makes_room_again(world: World, models: list[Load], tmp_path: Path) -> None:
    short = tmp_path / "short.gguf"
    short.write_bytes(models[0].path.read_bytes()[:-100])
    world.limit = size_of(models[2])
    with pytest.raises(WeightsError, match="cannot load"):
        world.shelf.claim(replace(models[0], path=short), lambda: False)
    use(world, models[0])
    assert world.shelf.loaded() == (models[0],)


def test_a_kept_model_stays_until_it_is_let_go(world: World, models: list[Load]) -> None:
    one = models[0]
    use(world, one)
    assert world.shelf.loaded() == (one,)
    with used(world, one) as engine:
        world.shelf.let_go(one)
        assert engine.tokens("Hello")
    assert world.alive == []


def test_letting_go_of_what_was_unloaded_meanwhile_is_harmless(world: World, models: list[Load]) -> None:
    world.limit = size_of(models[2])
    use(world, *models[:2])
    world.shelf.let_go(models[0])
    assert world.shelf.loaded() == (models[1],)
    world.shelf.let_go(models[1])
    assert world.alive == []


def test_many_threads_many_models_and_some_who_give_up(world: World, models: list[Load]) -> None:
    """Nobody uses an unloaded model, no limit is exceeded, nobody is left waiting, and nothing stays loaded."""
    failed: list[BaseException] = []
    answered: list[Load] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(4):
                load, until = chance.choice(models), time.monotonic() + chance.choice([0.05, 1, PATIENCE])
                keeps = chance.random() < 0.5
                if keeps:
                    world.shelf.keep(load)
                try:
                    engine = world.shelf.claim(load, lambda until=until: time.monotonic() > until)  # type: ignore[misc]
                    try:
                        assert engine.tokens("Hello")
                        time.sleep(chance.random() / 10)
                        assert engine.tokens("Hello")
                        answered.append(load)
                    finally:
                        world.shelf.release(load, unload=chance.random() < 0.8)
                except Stopped:
                    pass
                finally:
                    if keeps:
                        world.shelf.let_go(load)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert failed == []
    assert len(answered) >= 6
    assert world.most <= (world.limit or 0)
    for load in models:
        use(world, load)
        world.shelf.let_go(load)
    assert world.alive == []


def test_gpus_and_ram_are_two_memories(models: list[Load]) -> None:
    """A model on one makes no room on the other."""
    one, two, _ = models
    places = {one: Memory("RAM", PLENTY, free=PLENTY), two: Memory("GPU", PLENTY, is_gpu=True, free=PLENTY)}
    shelf = Shelf(opened, places.__getitem__, lambda memory: size_of(two))
    for load in (one, two):
        shelf.keep(load)
        shelf.claim(load, lambda: False)
        shelf.release(load)
    assert shelf.loaded() == (one, two)
    shelf.close()


def test_twenty_changes_leave_no_memory_behind(world: World, models: list[Load]) -> None:
    world.limit = size_of(models[2])
    sizes = []
    for place in range(20):
        use(world, models[place % 2])
        with used(world, models[place % 2]) as engine:
            sizes.append(resident())
            assert engine.tokens("Hello")
    assert sizes[-1] - sizes[3] < 20_000_000
    world.shelf.close()
    assert resident() < sizes[-1] - 50_000_000


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
