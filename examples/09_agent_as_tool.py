"""An agent is a tool of another agent.

The inner run shares the deadline of the outer one, and its tokens are counted there.
"""

from agentkit import Agent, tool


@tool
def capital(country: str) -> str:
    """Tell the capital of a country.

    Args:
        country: The country, for example Kenya.
    """
    return {"Kenya": "Nairobi", "Norway": "Oslo"}[country]


geographer = Agent(tools=[capital], instructions="You are a geographer.")
host = Agent(
    tools=[geographer.as_tool("ask_geographer", "Ask an expert about countries and their capitals.")],
    instructions="You host a quiz. Ask the expert what you do not know.",
)

if __name__ == "__main__":
    result = host.run_sync("What is the capital of Kenya?")
    print(result.response)
    print(f"{result.usage.requests} requests in all")
