"""A model in this process: no key, no server, no GPU, no network once its weights are here (98 MB, once).

Its tool calls are decoded under a grammar made from the tools, so that they always fit. It is tiny: for real work
name a GGUF file of yours, `Agent("local:/path/to/model.gguf")`.
"""

import anyio

from agentkit import Agent, tool
from agentkit.events import RunFinished, ToolFinished
from agentkit.generation import TextDelta


@tool
def multiply(a: int, b: int) -> int:
    """Multiply two numbers.

    Args:
        a: The first number, for example 6.
        b: The second number, for example 7.
    """
    return a * b


agent = Agent("local", tools=[multiply], temperature=0, max_tokens=100)


async def main() -> None:
    async with agent, agent.stream("Multiply 6 and 7.") as run:  # the model is loaded once, and freed at the end
        async for event in run:
            match event:
                case ToolFinished(call, result):
                    print(f"{call.name} {call.arguments} = {result.content}")
                case TextDelta(text):
                    print(text, end="", flush=True)
                case RunFinished(result):
                    print(f"\n{result.engine}, {result.usage.completion_tokens} tokens")


if __name__ == "__main__":
    anyio.run(main)
