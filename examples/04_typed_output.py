"""Ask for a value instead of a text: a dataclass, a TypedDict, a pydantic model, or any other type.

What the model writes is checked. When it does not fit, the model is told why and tries again.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from agentkit import Agent, OutputError


@dataclass
class Invoice:
    """What an invoice says."""

    number: str
    issued: date
    total: float
    currency: Literal["EUR", "USD", "GBP"]


agent = Agent(instructions="You read invoices.", output=Invoice)

TEXT = "Invoice R-2041 of 3 March 2026. Amount due: 118.50 euros."

if __name__ == "__main__":
    result = agent.run_sync(TEXT)
    try:
        invoice = result.output
    except OutputError as error:  # a very small model may never get it right
        raise SystemExit(f"no invoice: {error}") from None
    print(f"{invoice.number} of {invoice.issued:%d %B %Y}: {invoice.total:.2f} {invoice.currency}")
