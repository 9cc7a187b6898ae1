"""Making a tool's schema, and validating a call's arguments."""

# No `from __future__ import annotations`: what annotations written as text cost is a row of its own.

from typing import Literal

from harness import Row, clock, pace, report
from pydantic import BaseModel, Field

from agentkit import Context, Tool
from agentkit.messages import ToolCall
from agentkit.tooling import ToolTable


class Place(BaseModel):
    """A place."""

    name: str = Field(description="Its name.")
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Trip(BaseModel):
    """A trip."""

    start: Place
    end: Place
    stops: list[Place] = []


def plain(
    city: str,
    days: int,
    metric: bool = True,
    detail: Literal["low", "high"] = "low",
    hours: float = 1.0,
    tag: str | None = None,
) -> str:
    """Forecast the weather."""
    return city


def documented(
    city: str,
    days: int,
    metric: bool = True,
    detail: Literal["low", "high"] = "low",
    hours: float = 1.0,
    tag: str | None = None,
) -> str:
    """Forecast the weather.

    Args:
        city: Where.
        days: How many days ahead.
        metric: Use metric units.
        detail: How much detail.
        hours: Hours between two values.
        tag: A tag.
    """
    return city


def textual(
    city: "str",
    days: "int",
    metric: "bool" = True,
    detail: 'Literal["low", "high"]' = "low",
    hours: "float" = 1.0,
    tag: "str | None" = None,
) -> "str":
    """Forecast the weather."""
    return city


def nested(trip: Trip, currency: str = "EUR") -> str:
    """Price a trip.

    Args:
        trip: The trip.
        currency: ISO 4217 code.
    """
    return currency


def step(coroutine: object) -> None:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration:
        return
    raise AssertionError("the tool waited")


async def quick(city: str, days: int, metric: bool = True) -> str:
    return city


def main() -> None:
    table = ToolTable([Tool(quick)])
    call = ToolCall("a00000001", "quick", '{"city": "Lagos", "days": 3, "metric": false}')
    tool = Tool(quick)
    validate = tool.parameters.read
    context = Context(None, call)
    assert all(Tool(function).spec for function in (plain, documented, textual, nested))
    validate(call.arguments)
    report(
        [
            Row("decorating a function with plain types", clock(lambda: Tool(plain), 500), "us"),
            Row("schema of a function with plain types", clock(lambda: Tool(plain).spec, 500), "us", 60, pace=pace()),
            Row("the same, six parameters described in the docstring", clock(lambda: Tool(documented).spec, 500), "us"),
            Row("the same, annotations written as text", clock(lambda: Tool(textual).spec, 500), "us"),
            Row(
                "schema of a function with nested models", clock(lambda: Tool(nested).spec, 20), "us", 900, pace=pace()
            ),
            Row("validating a call's arguments", clock(lambda: validate(call.arguments), 20_000), "us", 3, pace=pace()),
            Row("a whole call of an async tool", clock(lambda: step(table.execute(call, context)), 5_000), "us"),
        ]
    )


if __name__ == "__main__":
    main()
