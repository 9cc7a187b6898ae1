"""A run always lands: at a limit, the model is asked for one last answer without tools.

You get a result with the reason, and a history that can be continued. Nothing that a tool has done is lost.
"""

import random

from agentkit import Agent, tool


@tool(polling=True)  # the same call again is progress, though the result may be the same
def roll() -> int:
    """Roll a die."""
    return random.randint(1, 6)


agent = Agent(
    tools=[roll],
    instructions="Roll the die until it shows a six twice in a row.",
    max_turns=5,  # requests to the model
    max_tool_calls=20,
    max_total_tokens=20_000,
    deadline=60,  # seconds for the whole run: the model and the tools
)

if __name__ == "__main__":
    result = agent.run_sync("Roll the die.")
    print(f"ended by {result.stop_reason} after {len(result.turns)} turns: {result.response}")
    rolls = [message.content for message in result.messages if message.role == "tool"]
    print(f"rolled: {', '.join(rolls)}")
    if result.stop_reason != "final":
        print("going on:", agent.run_sync("Go on.", history=result.messages).stop_reason)
