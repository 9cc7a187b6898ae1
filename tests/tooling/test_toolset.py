"""Classes whose methods are tools."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from agentkit.errors import ConfigurationError
from agentkit.tooling import Context, Tool, Toolset, ToolTable, tool


class Base(Toolset):
    LIMIT = 5

    class Config:
        pass

    def __init__(self, name: str) -> None:
        self.name = name
        self.callback = print

    def who(self) -> str:
        """Say the name."""
        return self.name

    def replaced(self) -> str:
        return "base"

    def _hidden(self) -> None:
        pass

    @property
    def broken(self) -> int:
        raise RuntimeError

    @functools.cached_property
    def cached(self) -> int:
        raise RuntimeError


class Mixin(Toolset):
    def mixed(self, n: int) -> int:
        return n


class Child(Mixin, Base):
    @tool(timeout=3, description="Replaces.")
    async def replaced(self, context: Context[Any], n: int = 1) -> str:  # type: ignore[override]
        return "child" * n

    @staticmethod
    def static(n: int) -> int:
        return n

    @classmethod
    def of_class(cls, n: int) -> str:
        return cls.__name__ * n

    @classmethod
    @tool(name="inner")
    def tool_inside(cls, n: int) -> str:
        return cls.__name__ * n

    @staticmethod
    @tool
    def static_inside(n: int) -> int:
        return n

    part = functools.partialmethod(Mixin.mixed, n=4)


def tools(toolset: Toolset) -> dict[str, Tool[..., Any]]:
    return {each.name: each for each in toolset.tools()}


def test_public_methods_are_tools_and_nothing_else() -> None:
    assert list(tools(Base("b"))) == ["who", "replaced"]


def test_a_subclass_adds_and_replaces() -> None:
    assert list(tools(Child("c"))) == [
        *("who", "replaced", "mixed", "static", "of_class", "inner", "static_inside", "part"),
    ]
    found = tools(Child("c"))
    assert (found["replaced"].timeout, found["replaced"].description) == (3, "Replaces.")
    assert list(found["replaced"].spec.parameters["properties"]) == ["n"]


def test_methods_of_every_kind_are_called_with_their_object() -> None:
    found = tools(Child("c"))
    assert found["who"]() == "c"
    assert found["mixed"](5) == 5
    assert found["static"](5) == 5
    assert found["of_class"](1) == "Child"
    assert found["inner"](1) == "Child"
    assert found["static_inside"](5) == 5
    assert found["part"]() == 4
    assert {name for name, each in found.items() if "self" in each.spec.parameters["properties"]} == set()


def test_methods_of_bases_that_are_no_toolsets_are_not_offered() -> None:
    class Library:
        def launch(self) -> None:
            pass

        def shared(self) -> str:
            return "library"

    class Own(Toolset):
        def shared(self) -> str:
            return "own"

    class Both(Library, Own):
        pass

    class Model(Toolset, BaseModel):
        n: int = 1

        def double(self) -> int:
            return self.n * 2

    assert list(tools(Both())) == ["shared"]
    assert tools(Both())["shared"]() == "library"
    assert list(tools(Model(n=4))) == ["double"]


def test_a_dataclass_with_slots_is_a_toolset_too() -> None:
    @dataclass(slots=True)
    class Files(Toolset):
        root: str
        notify: Callable[..., None] = print

        @tool
        def read(self, path: str) -> str:
            return self.root + path

        def size(self, path: str) -> int:
            return len(path)

    found = tools(Files("/"))
    assert list(found) == ["read", "size"]
    assert list(found["read"].spec.parameters["properties"]) == ["path"]
    assert (found["read"]("a"), found["size"]("abc")) == ("/a", 3)


def test_an_object_may_offer_only_some_of_its_tools() -> None:
    class Picky(Base):
        def tools(self) -> Iterator[Tool[..., Any]]:
            return (each for each in super().tools() if each.name != "replaced")

    assert [spec.name for spec in ToolTable([Picky("p")]).specs] == ["who"]


def test_types_made_beside_the_class_are_known() -> None:
    class Colour(Enum):
        RED = "red"

    class Painter(Toolset):
        def paint(self, colour: Colour) -> str:
            return colour.name

    [painting] = Painter().tools()
    assert painting(**painting.parameters.read('{"colour": "red"}')[0]) == "RED"


class Printer(Toolset):
    class Paper(Enum):
        A4 = "a4"

    def feed(self, paper: Paper) -> str:
        return paper.name

    @tool
    def eject(self, paper: list[Paper]) -> str:
        return paper[0].name


def test_types_made_inside_the_class_are_known() -> None:
    found = tools(Printer())
    assert found["feed"](**found["feed"].parameters.read('{"paper": "a4"}')[0]) == "A4"
    assert found["eject"](**found["eject"].parameters.read('{"paper": ["a4"]}')[0]) == "A4"


def test_a_class_in_place_of_an_object_is_an_error() -> None:
    classes: Any = [Base]
    with pytest.raises(ConfigurationError, match=r"Base is a class\. Make an object of it: Base\(\)"):
        ToolTable(classes)
