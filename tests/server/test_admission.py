"""How many requests are worked on at a time."""

from __future__ import annotations

import anyio
import pytest
from anyio.lowlevel import checkpoint

from agentkit.errors import OverloadedError, TimedOutError
from agentkit.server.admission import Admission

pytestmark = pytest.mark.anyio


async def settle() -> None:
    """Let every task run as far as it can."""
    for _ in range(10):
        await checkpoint()


class Crowd:
    """Requests that take a place and keep it until they are told to leave."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.arrived: list[int] = []
        self.leave = [anyio.Event() for _ in range(9)]

    async def come(self, number: int) -> None:
        async with self.admission.place():
            self.arrived.append(number)
            await self.leave[number].wait()


async def test_places_are_taken_in_the_order_of_arrival() -> None:
    crowd = Crowd(Admission(2, 9))
    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(crowd.come, number)
            await settle()
        assert crowd.arrived == [0, 1]
        assert (crowd.admission.running, crowd.admission.waiting) == (2, 3)
        crowd.leave[1].set()
        await settle()
        assert crowd.arrived == [0, 1, 2]
        for event in crowd.leave:
            event.set()
            await settle()
    assert crowd.arrived == [0, 1, 2, 3, 4]
    assert (crowd.admission.running, crowd.admission.waiting) == (0, 0)


async def test_a_full_queue_refuses_at_once() -> None:
    crowd = Crowd(Admission(1, 1))
    async with anyio.create_task_group() as group:
        group.start_soon(crowd.come, 0)
        group.start_soon(crowd.come, 1)
        await settle()
        with pytest.raises(OverloadedError) as caught:
            async with crowd.admission.place():
                pass
        assert (caught.value.status, caught.value.code) == (429, 3040)
        assert caught.value.retry_after
        crowd.leave[0].set()
        crowd.leave[1].set()


async def test_who_would_not_wait_is_refused_where_it_would_have_to() -> None:
    crowd = Crowd(Admission(1, 9))
    async with crowd.admission.place(reject_if_busy=True):
        with pytest.raises(OverloadedError):
            async with crowd.admission.place(reject_if_busy=True):
                pass
    async with crowd.admission.place(reject_if_busy=True):
        pass


async def test_who_leaves_the_queue_leaves_no_gap() -> None:
    crowd = Crowd(Admission(1, 2))
    async with anyio.create_task_group() as group:
        group.start_soon(crowd.come, 0)
        await settle()
        with anyio.move_on_after(0.01):
            await crowd.come(1)
        assert crowd.admission.waiting == 0
        group.start_soon(crowd.come, 2)
        await settle()
        crowd.leave[0].set()
        crowd.leave[2].set()
    assert crowd.arrived == [0, 2]


async def test_the_deadline_is_for_the_wait_too() -> None:
    admission = Admission(1, 9)
    async with admission.place():
        with pytest.raises(TimedOutError) as caught:
            async with admission.place(deadline=0.01):
                pass
    assert (caught.value.status, caught.value.code) == (408, 3046)
    assert admission.running == 0


async def test_work_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimedOutError):
        async with Admission(1, 9).place(deadline=0.01):
            await anyio.sleep_forever()


async def test_an_error_of_the_work_is_its_own() -> None:
    admission = Admission(1, 0)
    with pytest.raises(KeyError):
        async with admission.place(deadline=9):
            raise KeyError
    async with admission.place(reject_if_busy=True):
        pass


async def test_a_server_that_ends_refuses_what_is_new_and_lets_the_rest_finish() -> None:
    admission = Admission(2, 9)
    async with admission.place():
        admission.close()
        with pytest.raises(OverloadedError) as caught:
            async with admission.place():
                pass
        assert caught.value.status == 503
        await settle()


async def test_what_still_runs_is_broken_off_with_a_reason() -> None:
    admission = Admission(1, 9)
    reasons: list[int | None] = []

    async def work() -> None:
        try:
            async with admission.place(deadline=60):
                await anyio.sleep_forever()
        except OverloadedError as error:
            reasons.append(error.status)

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        group.start_soon(work)
        await settle()
        admission.stop()
    assert reasons == [503, 503]
