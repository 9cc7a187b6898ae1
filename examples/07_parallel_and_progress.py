"""Calls of one turn run at the same time, and a tool that takes long tells how far it is.

Async tools run side by side in the event loop, plain functions in threads. Each `yield` is progress; the last one is
the result. A tool that must be alone says `@tool(sequential=True)`, one that may hang says `@tool(timeout=5)`.
"""

from collections.abc import AsyncIterator
from typing import Literal

import anyio

from agentkit import Agent, tool
from agentkit.events import RunFinished, ToolFinished, ToolProgress


@tool(timeout=5)
async def measure(sensor: Literal["roof", "cellar", "garden"]) -> AsyncIterator[str]:
    """Measure the temperature with a sensor.

    Args:
        sensor: Which one.
    """
    for percent in (30, 60, 90):
        await anyio.sleep(0.05)
        yield f"{percent} %"
    yield {"roof": "31.5 °C", "cellar": "12.0 °C", "garden": "24.5 °C"}[sensor]


agent = Agent(tools=[measure])


async def main() -> None:
    started = anyio.current_time()
    async with agent.stream("Measure the temperature with the roof, cellar and garden sensors.") as run:
        async for event in run:
            match event:
                case ToolProgress(call, value):
                    print(f"{call.arguments}: {value}")
                case ToolFinished(call, result, seconds):
                    print(f"{call.arguments}: {result.content} after {seconds:.1f} s")
                case RunFinished(result):
                    print(result.response)
    print(f"all in {anyio.current_time() - started:.1f} s")


if __name__ == "__main__":
    anyio.run(main)
