"""A person decides: calls of tools marked `approve=True` are made only after a yes.

Who is asked is up to you: a function, sync or async, that gets the call. What it says instead of yes reaches the model.
"""

from agentkit import Agent, ToolCall, tool


@tool(approve=True)
def pay(recipient: str, euros: float) -> str:
    """Transfer money.

    Args:
        recipient: Who gets it.
        euros: How much.
    """
    return f"{euros:.2f} euros are on their way to {recipient}"


def approve(call: ToolCall) -> bool | str:
    """Ask at the terminal; in a bot, an async function would send two buttons."""
    print(f"May the model call {call.name} with {call.arguments}?")
    try:
        answer = input("y, or why not: ")
    except EOFError:  # nobody is there
        answer = "ask again when somebody is here"
    return answer == "y" or answer


agent = Agent(tools=[pay], approve=approve)

if __name__ == "__main__":
    print(agent.run_sync("Pay Ada 12 euros for the tea.").response)
