"""Watch a run: the text as it arrives, each call, its result, and the result of it all."""

import anyio

from agentkit import Agent, tool
from agentkit.events import RunFinished, ToolFinished, ToolStarted
from agentkit.generation import TextDelta


@tool
def population(city: str) -> int:
    """Tell how many people live in a city.

    Args:
        city: The name of the city, for example Lisbon.
    """
    return {"Lisbon": 545_796, "Porto": 231_800}[city]


agent = Agent(tools=[population])


async def main() -> None:
    async with agent.stream("How many people live in Lisbon?") as run:
        async for event in run:
            match event:
                case ToolStarted(call):
                    print(f"-> {call.name} {call.arguments}")
                case ToolFinished(call, outcome):
                    print(f"<- {outcome.content} ({outcome.status})")
                case TextDelta(text):
                    print(text, end="", flush=True)
                case RunFinished(result):
                    print(f"\n{len(result.turns)} turns, ended by {result.stop_reason}")


if __name__ == "__main__":
    anyio.run(main)
