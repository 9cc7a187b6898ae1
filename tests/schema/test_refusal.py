"""What cannot be described to a model is refused when a function is made a tool, not later."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from agentkit.errors import SchemaError
from agentkit.tooling import Tool, Toolset


class Objects(Enum):
    A = object()


class Pairs(Enum):
    A = (1, 2)


@dataclasses.dataclass
class Holder:
    call: Callable[[], None]


class Endless(BaseModel):
    inner: Endless


class Odd(BaseModel, arbitrary_types_allowed=True):
    it: socket.socket


class Opaque:
    pass


@pytest.mark.parametrize(
    "annotation",
    [
        Callable[[int], str],
        socket.socket,
        Opaque,
        Objects,
        Pairs,
        list[Opaque],
        dict[str, Opaque],
        Holder,
        Odd,
        type[int],
    ],
)
def test_a_type_that_no_json_carries_is_refused_at_decoration(annotation: Any) -> None:
    def send(text: str, it: Any) -> None:
        pass

    send.__annotations__["it"] = annotation
    with pytest.raises(SchemaError) as caught:
        Tool(send)
    text = str(caught.value)
    assert "'it' of 'send'" in text
    assert "Use a type that JSON can carry" in text or "Give it such values" in text


def test_a_type_that_needs_itself_is_refused() -> None:
    def f(it: Endless, n: int) -> None:
        pass

    with pytest.raises(SchemaError, match="contains itself without end"):
        _ = Tool(f).spec


def test_a_model_that_is_not_complete_yet_is_looked_at_on_first_use() -> None:
    class Whole(BaseModel):
        part: Part
        parts: list[Part] = []

    def f(it: Whole, others: list[Whole]) -> None:
        pass

    tool = Tool(f)

    class Part(BaseModel):
        n: int

    Whole.model_rebuild(_types_namespace={"Part": Part})
    assert tool.spec.parameters["properties"]["it"]["properties"]["part"]["type"] == "object"


def test_a_union_is_what_is_left_without_the_alternatives_that_cannot_be_described() -> None:
    def f(it: int | Callable[[], int]) -> None:
        pass

    assert Tool(f).spec.parameters["properties"]["it"]["type"] == "integer"


def test_a_method_of_a_toolset_is_refused_with_its_class() -> None:
    with pytest.raises(SchemaError, match="'it' of 'send'"):

        class Sender(Toolset):
            def send(self, it: Opaque) -> None:
                pass


def test_a_name_that_no_wire_carries_is_refused() -> None:
    def größe() -> None:
        pass

    for function in (größe, lambda: None):
        with pytest.raises(SchemaError, match=r"letters a-z, digits, _ and -.*Tool\("):
            Tool(function)
    assert Tool(größe, name="size").name == "size"


def test_plain_and_common_types_are_accepted_without_pydantic() -> None:
    code = """
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from agentkit.tooling import tool

@dataclass
class Point:
    x: int

@tool
def f(a: int, b: list[str] | None = None, c: date | None = None, d: Point | None = None, e: tuple[Decimal, ...] = ()):
    '''Do it.

    Args:
        a: An a.
    '''

@tool
def plain(a: int, b: dict[str, float] = {}): ...

plain.spec
print([name for name in ("pydantic", "pydantic_core", "anyio", "docstring_parser") if name in sys.modules])
plain.parameters.read('{"a": "5"}')
print("pydantic" in sys.modules)
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split("\n") == ["[]", "False", ""]
