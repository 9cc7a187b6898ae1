"""Typed answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel, Field

from agentkit import Agent, OutputError, ToolError, tool
from agentkit.runners.scripted import Scripted, call

pytestmark = pytest.mark.anyio


class Person(BaseModel):
    """A person."""

    name: str
    age: int = Field(ge=0)


@dataclass
class Event:
    title: str
    day: date


class Point(TypedDict):
    x: int
    y: int


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.mark.parametrize(
    ("target", "text", "value"),
    [
        (Person, '{"name": "Ada", "age": 36}', Person(name="Ada", age=36)),
        (Person, '```json\n{"name": "Ada", "age": "36"}\n```', Person(name="Ada", age=36)),
        (Event, '{"title": "Launch", "day": "2026-01-02"}', Event("Launch", date(2026, 1, 2))),
        (Point, '{"x": 1, "y": 2}', {"x": 1, "y": 2}),
        (list[int], '{"result": [1, 2]}', [1, 2]),
        (int, '{"result": 7}', 7),
    ],
)
async def test_an_answer_that_fits_becomes_the_output_at_once(target: Any, text: str, value: Any) -> None:
    with Scripted([text]) as runner:
        result = await Agent(runner, output=target).run("go")
    assert result.output == value
    assert runner.requests[0].output_schema is not None


async def test_an_answer_in_prose_is_asked_for_again_with_the_schema() -> None:
    with Scripted(["Ada is 36.", '{"name": "Ada", "age": 36}']) as runner:
        result = await Agent(runner, output=Person).run("go")
    assert result.output == Person(name="Ada", age=36)
    assert '"age"' in runner.requests[1].messages[-1].content


async def test_the_model_is_told_what_does_not_fit() -> None:
    with Scripted(['{"name": "Ada", "age": -1}', '{"name": "Ada", "age": 36}']) as runner:
        result = await Agent(runner, output=Person).run("go")
    assert result.output.age == 36
    assert "age" in runner.requests[1].messages[-1].content


async def test_with_tools_the_schema_is_not_forced_before_the_calls_are_made() -> None:
    with Scripted([call("add", a=1, b=2), "It is three.", '{"result": 3}']) as runner:
        result = await Agent(runner, tools=[add], output=int).run("go")
    assert result.output == 3
    assert [request.output_schema is not None for request in runner.requests] == [False, False, True]
    assert runner.requests[2].tools == ()


async def test_a_function_makes_the_output_and_may_refuse_the_answer() -> None:
    def book(seats: int) -> str:
        """Book seats."""
        if seats > 4:
            raise ToolError("only 4 seats are left")
        return f"booked {seats}"

    with Scripted(['{"seats": 9}', '{"seats": 4}']) as runner:
        result = await Agent(runner, output=book).run("go")
    assert result.output == "booked 4"
    assert "only 4 seats are left" in runner.requests[1].messages[-1].content


async def test_an_answer_that_never_fits_ends_with_its_reason() -> None:
    result = await Agent(Scripted(["no"] * 4), output=Person).run("go")
    assert (result.stop_reason, result.response) == ("invalid_output", "no")
    with pytest.raises(OutputError, match="invalid_output"):
        _ = result.output


async def test_a_run_that_lands_still_asks_for_the_typed_answer() -> None:
    steps = [call("add", a=1, b=2), '{"result": 3}']
    result = await Agent(Scripted(steps), tools=[add], output=int, max_turns=1).run("go")
    assert (result.stop_reason, result.output) == ("max_turns", 3)
