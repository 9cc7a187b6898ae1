"""The signature battery: one call of each kind of function, through the whole way from text to text.

The last nine are those that no other framework passed when this was written.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypedDict, Union, Unpack
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from agentkit.messages import ToolResult
from agentkit.tooling import Context

Execute = Callable[..., Awaitable[ToolResult]]


class Colour(Enum):
    RED = "red"


class Person(BaseModel):
    name: str
    friends: list[Person] = []


@dataclasses.dataclass
class Point:
    x: int


class Pair(NamedTuple):
    a: int
    b: str


class Options(TypedDict, total=False):
    size: int


def types(**values: Any) -> str:
    """Names and types of what a function received."""
    return ", ".join(f"{name}={type(value).__name__}" for name, value in values.items())


def scalars(a: int, b: float, c: bool, d: str) -> str:
    return types(a=a, b=b, c=c, d=d)


def optional(a: Optional[int] = None, b: int | None = 3, c: Union[int, str] = 0) -> str:  # noqa: UP007, UP045
    return types(a=a, b=b, c=c)


def closed(a: Literal["x", "y"], b: Colour) -> str:
    return types(a=a, b=b)


def many(a: list[int], b: set[int], c: tuple[int, str], d: dict[str, float], e: list[Point]) -> str:
    return types(a=a, b=b, c=c, d=d, e=e[0])


def values(a: date, b: datetime, c: UUID, d: Decimal, e: Path, f: bytes, g: timedelta) -> str:
    return types(a=a, b=b, c=c, d=d, e=e, f=f, g=g)


def objects(a: Person, b: Point, c: Pair, d: Options) -> str:
    return types(a=a, friend=a.friends[0], b=b, c=c, d=d)


def constrained(a: Annotated[int, Field(ge=1)], b: int = Field(3, le=5)) -> int:
    return a + b


def kinds(a: int, /, b: int, *rest: int, c: int = 3, **more: int) -> str:
    return f"{a} {b} {rest} {c} {more}"


def odd(schema: int, _x: int, class_: str, self: int, größe: float) -> str:
    return types(schema=schema, x=_x, class_=class_, self=self, size=größe)


def injected(a: int, context: Context[str], b: int = 2) -> str:
    return f"{a} {context.value} {b}"


def unpacked(q: str, **options: Unpack[Options]) -> str:
    return f"{q} {options}"


def defaulted(n: int = 5) -> int:
    return n


def nested(point: Point, times: int = 1) -> str:
    return types(point=point)


def listed(items: list[int], times: int = 1) -> str:
    return types(items=items, item=items[0])


def add(a: int, b: int) -> int:
    return a + b


async def add_async(a: int, b: int) -> int:
    return a + b


def counting(n: int) -> Generator[int, None, str]:
    yield from range(n)
    return f"counted to {n}"


async def counting_async(n: int) -> AsyncIterator[int]:
    for value in range(n):
        yield value


class Adder:
    def __call__(self, a: int, b: int) -> int:
        return a + b

    def add(self, a: int, b: int) -> int:
        return a + b


CASES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "scalars": (scalars, {"a": 1, "b": 1, "c": True, "d": "5"}, "a=int, b=float, c=bool, d=str"),
    "optional": (optional, {"a": None, "c": "x"}, "a=NoneType, b=int, c=str"),
    "closed": (closed, {"a": "x", "b": "red"}, "a=str, b=Colour"),
    "containers": (
        many,
        {"a": [1], "b": [1, 1], "c": [1, "a"], "d": {"x": 1}, "e": [{"x": 1}]},
        "a=list, b=set, c=tuple, d=dict, e=Point",
    ),
    "values": (
        values,
        {
            "a": "2026-01-31",
            "b": "2026-01-31T09:30:00",
            "c": "00000000-0000-0000-0000-000000000001",
            "d": 1.5,
            "e": "/a",
            "f": "x",
            "g": 60,
        },
        f"a=date, b=datetime, c=UUID, d=Decimal, e={type(Path()).__name__}, f=bytes, g=timedelta",
    ),
    "objects": (
        objects,
        {"a": {"name": "a", "friends": [{"name": "b"}]}, "b": {"x": 1}, "c": {"a": 1, "b": "x"}, "d": {"size": 1}},
        "a=Person, friend=Person, b=Point, c=Pair, d=dict",
    ),
    "constrained": (constrained, {"a": 1}, "4"),
    "kinds": (kinds, {"a": 1, "b": 2, "rest": [3], "c": 4, "z": 5}, "1 2 (3,) 4 {'z': 5}"),
    "odd names": (
        odd,
        {"schema": 1, "_x": 1, "class_": "a", "self": 1, "größe": 1},
        "schema=int, x=int, class_=str, self=int, size=float",
    ),
    "injected": (injected, {"a": 1}, "1 value 2"),
    "callable object": (Adder(), {"a": 1, "b": 2}, "3"),
    "method": (Adder().add, {"a": 1, "b": 2}, "3"),
    "partial, keyword": (functools.partial(add, b=2), {"a": 1}, "3"),
    "partial, positional": (functools.partial(add, 2), {"b": 1}, "3"),
    "partial, async": (functools.partial(add_async, b=2), {"a": 1}, "3"),
    "generator": (counting, {"n": 3}, "counted to 3"),
    "async generator": (counting_async, {"n": 3}, "2"),
    "Unpack[TypedDict]": (unpacked, {"q": "x", "size": "3"}, "x {'size': 3}"),
    "null for a default": (defaulted, {"n": None}, "5"),
    "object as text": (nested, {"point": '{"x": 1}'}, "point=Point"),
    "list as text": (listed, {"items": "[1, 2]"}, "items=list, item=int"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES)
async def test_battery(execute: Execute, case: str) -> None:
    function, arguments, expected = CASES[case]
    result = await execute(function, **arguments)
    assert (result.status, result.content) == ("ok", expected)
