"""What a model is told about arguments that do not fit."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field

from agentkit.schema import ArgumentsError, Parameters


@dataclasses.dataclass
class Item:
    name: str
    price: float


def told(function: Callable[..., Any], text: str) -> str:
    with pytest.raises(ArgumentsError) as caught:
        Parameters(function, "order", type(None)).read(text)
    return str(caught.value)


def order(items: list[Item], day: date, express: Literal["yes", "no"] = "no") -> None:
    """Order things.

    Args:
        items: What to order.
        day: When it should come.
    """


def test_fields_reasons_signature_and_an_example() -> None:
    assert told(order, '{"items": [{"name": "pen", "price": "cheap"}], "express": "maybe", "colour": 1}') == (
        "Not run: the arguments of order do not fit.\n"
        '- items[0].price: should be a valid number, unable to parse string as a number; got "cheap"\n'
        "- day: missing\n"
        "- express: should be 'yes' or 'no'; got \"maybe\"\n"
        "- colour: there is no such parameter\n"
        "Expected: order(items: list of {name: string, price: number}, day: string, express?: 'yes' | 'no')\n"
        'Example: {"items": [{"name": "text", "price": 1}], "day": "2026-01-31", "express": "yes"}'
    )


def test_where_the_json_breaks() -> None:
    text = told(order, '{"day": "2026-')
    assert "- they are not valid JSON: Unterminated string starting at at character 9 of 14" in text


def test_alternatives_of_one_place_are_one_line() -> None:
    def f(a: int | list[int], b: int) -> None:
        pass

    assert "- a: should be a valid integer, or should be a valid array; got {}" in told(f, '{"a": {}, "b": 1}')


def test_long_values_and_many_mistakes_are_shortened() -> None:
    text = told(order, '{"items": ' + str([1] * 100) + ', "day": "' + "x" * 500 + '"}')
    assert "- and 93 more" in text
    assert len(text) < 1_500


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (datetime, '"2026-01-31T09:30:00"'),
        (time, '"09:30:00"'),
        (UUID, '"3f0c2a9e-8a34-4b55-9d0c-0c6a0f1e2d3b"'),
        (Annotated[int, Field(ge=50, lt=100)], "50"),
        (Annotated[float, Field(gt=5)], "6"),
        (Annotated[str, Field(min_length=20)], '"some longer text of several words"'),
        (Annotated[str, Field(pattern=r"^\S+@\S+$")], '"name@example.com"'),
        (Annotated[list[int], Field(min_length=2)], "[1, 1]"),
        (Annotated[str, "The city, for example Oslo."], '"Oslo"'),
        (Literal["b", "a"], '"b"'),
    ],
)
def test_the_example_is_valid(annotation: Any, expected: str) -> None:
    def f(it: Any, n: int) -> None:
        pass

    f.__annotations__["it"] = annotation
    assert f'Example: {{"it": {expected}, "n": 1}}' in told(f, "{}")


def test_there_is_no_example_rather_than_a_wrong_one() -> None:
    def f(it: Annotated[str, Field(pattern="^[0-9]{7}$")]) -> None:
        pass

    assert re.search("Expected: .*$", told(f, "{}"), re.DOTALL)
    assert "Example" not in told(f, "{}")
