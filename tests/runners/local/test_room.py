"""Who may fill how much of the context: never more than there is, in the order of asking, and nobody for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.runners.local.room import Room

TOKENS, PLACES = 100, 3
GUARD = 30.0
"""Seconds after which a thread counts as stuck."""


def never() -> bool:
    return False


class Taker:
    """A generation in a thread of its own, which holds its tokens until it is let go."""

    def __init__(self, room: Room, tokens: int, stopped: Callable[[], bool] = never) -> None:
        self.room, self.tokens, self.stopped = room, tokens, stopped
        self.entered, self.leave = threading.Event(), threading.Event()
        self.got: bool | None = None
        self.asks = threading.Event()
        self.thread = threading.Thread(target=self._hold)

    def start(self) -> Taker:
        """Start, and wait until it stands in the queue: `stopped` is asked there."""
        self.thread.start()
        return self

    def wait_until_queued(self) -> Taker:
        assert self.asks.wait(GUARD)
        return self

    def end(self) -> None:
        self.leave.set()
        self.thread.join(GUARD)
        assert not self.thread.is_alive()

    def _hold(self) -> None:
        with self.room.take(self.tokens, self._asked) as self.got:
            self.entered.set()
            self.leave.wait(GUARD)

    def _asked(self) -> bool:
        self.asks.set()
        return self.stopped()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, TOKENS), min_size=1, max_size=12))
def test_never_more_tokens_or_places_are_out_than_there_are_and_all_get_theirs(sizes: list[int]) -> None:
    room, lock, out, worst, served = Room(TOKENS, PLACES), threading.Lock(), [], [], []

    def work(size: int) -> None:
        with room.take(size, never) as got:
            with lock:
                out.append(size)
                worst.append((sum(out), len(out)))
            with lock:
                out.remove(size)
                served.append(got)

    threads = [threading.Thread(target=work, args=(size,)) for size in sizes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(GUARD)
    assert served == [True] * len(sizes)
    assert max(tokens for tokens, _ in worst) <= TOKENS
    assert max(places for _, places in worst) <= PLACES


def test_the_places_are_bounded_where_the_tokens_are_not() -> None:
    room = Room(TOKENS, 2)
    first, second = Taker(room, 1).start(), Taker(room, 1).start()
    assert first.entered.wait(GUARD)
    assert second.entered.wait(GUARD)
    third = Taker(room, 1).start().wait_until_queued()
    assert not third.entered.is_set()
    first.end()
    assert third.entered.wait(GUARD)
    second.end()
    third.end()


def test_a_large_one_is_not_overtaken_by_small_ones_that_would_fit() -> None:
    """Else a stream of small ones would starve it."""
    room = Room(TOKENS, PLACES)
    holder = Taker(room, 60).start()
    assert holder.entered.wait(GUARD)
    large = Taker(room, TOKENS).start().wait_until_queued()
    small = Taker(room, 10).start().wait_until_queued()
    assert not small.entered.wait(0.5)
    holder.end()
    assert large.entered.wait(GUARD)
    assert not small.entered.is_set()
    large.end()
    assert small.entered.wait(GUARD)
    small.end()


def test_they_are_served_in_the_order_of_asking() -> None:
    room, order = Room(TOKENS, 1), []
    holder = Taker(room, TOKENS).start()
    assert holder.entered.wait(GUARD)
    waiting = [Taker(room, TOKENS).start().wait_until_queued() for _ in range(5)]
    holder.end()
    for taker in waiting:
        assert taker.entered.wait(GUARD)
        order.append([other.entered.is_set() for other in waiting].count(True))
        taker.end()
    assert order == [1, 2, 3, 4, 5]


def test_a_waiter_that_is_stopped_leaves_and_lets_the_next_one_in() -> None:
    room, stop = Room(TOKENS, PLACES), threading.Event()
    holder = Taker(room, 60).start()
    assert holder.entered.wait(GUARD)
    large = Taker(room, TOKENS, stop.is_set).start().wait_until_queued()
    small = Taker(room, 10).start().wait_until_queued()
    stop.set()
    assert small.entered.wait(GUARD)
    assert large.entered.wait(GUARD)
    assert (large.got, small.got) == (False, True)
    for taker in (large, small, holder):
        taker.end()
    with room.take(TOKENS, never) as got:  # what the stopped one never had is not given back
        assert got


def test_one_that_is_stopped_but_need_not_wait_is_let_in() -> None:
    with Room(TOKENS, PLACES).take(TOKENS, lambda: True) as got:
        assert got


def test_an_error_in_the_block_gives_the_tokens_back() -> None:
    room = Room(TOKENS, 1)
    with pytest.raises(ZeroDivisionError), room.take(TOKENS, never):
        raise ZeroDivisionError
    with room.take(TOKENS, never) as got:
        assert got


def test_an_error_while_waiting_leaves_the_queue() -> None:
    room = Room(TOKENS, 1)

    def broken() -> bool:
        raise ZeroDivisionError

    with room.take(TOKENS, never), pytest.raises(ZeroDivisionError), room.take(1, broken):
        pass
    with room.take(TOKENS, never) as got:
        assert got
