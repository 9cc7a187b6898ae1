"""A function becomes a tool, and a model uses it.

    python examples/01_first_tool.py

runs the embedded model. Every example takes another one from the environment, for instance

    AGENTKIT_RUNNER=@cf/meta/llama-3.3-70b-instruct-fp8-fast python examples/01_first_tool.py

or, without any model, the replies that were written down for it:

    AGENTKIT_RUNNER=examples/replies.py:first_tool python examples/01_first_tool.py
"""

from agentkit import Agent, tool

RATES = {"EUR": 1.0, "USD": 1.08, "GBP": 0.84}


@tool
def convert(amount: float, source: str, target: str) -> float:
    """Convert money between currencies.

    Args:
        amount: How much, in units of the source currency.
        source: ISO 4217 code to convert from, for example EUR.
        target: ISO 4217 code to convert to.
    """
    return round(amount / RATES[source] * RATES[target], 2)


agent = Agent(tools=[convert])

if __name__ == "__main__":
    result = agent.run_sync("How much is 120 EUR in USD?")
    print(result.response)
