"""What a tool must know and the model must not choose: who is asking, connections, settings.

A parameter annotated `Context` is filled in by the run. The model never sees it, so it cannot make it up.
"""

from dataclasses import dataclass

from agentkit import Agent, Context, ToolError, tool


@dataclass
class Customer:
    """Who is asking."""

    name: str
    balance: float


@tool
def withdraw(amount: float, context: Context[Customer]) -> str:
    """Withdraw money from the customer's account.

    Args:
        amount: How much, in euros.
    """
    customer = context.value
    if amount > customer.balance:
        raise ToolError(f"The account has only {customer.balance:.2f} euros.")
    customer.balance -= amount
    return f"Withdrawn. {customer.balance:.2f} euros are left."


def instructions(customer: Customer) -> str:
    """The system message, made for each run."""
    return f"You serve {customer.name} at a cash machine."


agent = Agent(tools=[withdraw], instructions=instructions)

if __name__ == "__main__":
    ada = Customer("Ada", 100.0)
    print(agent.run_sync("Withdraw 30 euros.", context=ada).response)
    print(ada)
