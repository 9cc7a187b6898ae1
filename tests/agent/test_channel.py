from __future__ import annotations

import anyio
import pytest

from agentkit.agent.channel import CAPACITY, Channel
from agentkit.generation import TextDelta

pytestmark = pytest.mark.anyio


async def test_events_come_in_order_and_then_the_end() -> None:
    channel = Channel()
    for text in "abc":
        channel.send(TextDelta(text))
    channel.close()
    assert [await channel.receive() for _ in range(4)] == [TextDelta("a"), TextDelta("b"), TextDelta("c"), None]


async def test_a_writer_waits_for_a_reader_that_is_far_behind() -> None:
    channel = Channel()
    most = 0
    received = 0

    async def write() -> None:
        nonlocal most
        for number in range(5 * CAPACITY):
            channel.send(TextDelta(str(number)))
            most = max(most, number + 1 - received)
            await channel.drained()
        channel.close()

    async with anyio.create_task_group() as group:
        group.start_soon(write)
        while (event := await channel.receive()) is not None:
            assert event == TextDelta(str(received))
            received += 1
    assert received == 5 * CAPACITY
    assert most <= CAPACITY + 1
