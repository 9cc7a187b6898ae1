"""What a model is told about types that are not plain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, JsonValue

from agentkit.tooling import Tool


class Tree(BaseModel):
    """A tree."""

    value: int
    children: list[Tree] = []


class Link(BaseModel):
    value: int
    next: Link | None


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: float


class Square(BaseModel):
    kind: Literal["square"]
    side: float = 1.0


@dataclasses.dataclass
class Person:
    """Somebody.

    Longer words about it.

    Attributes:
        name: What they are called.
    """

    name: str
    age: int | None = None


class Place(NamedTuple):
    """Where.

    Attributes:
        latitude: In degrees.
    """

    latitude: float
    longitude: float = 0.0


class Options(TypedDict, total=False):
    deep: bool


def node(annotation: Any, description: str = "It.") -> dict[str, Any]:
    """How a parameter of a type is described."""

    def f(it: Any, other: int = 0) -> None:
        pass

    f.__annotations__["it"] = annotation
    f.__doc__ = f"Do.\n\nArgs:\n    it: {description}" if description else None
    found: dict[str, Any] = Tool(f).spec.parameters["properties"]["it"]
    return found


def test_optional_is_the_type_itself() -> None:
    assert node(int | None) == {"type": "integer", "description": "It."}
    assert node(Person | None)["type"] == "object"


def test_definitions_are_put_where_they_are_used() -> None:
    assert node(list[Person]) == {
        "type": "array",
        "description": "It.",
        "items": {
            "type": "object",
            "description": "Somebody.",
            "properties": {
                "name": {"type": "string", "description": "What they are called."},
                "age": {"type": "integer", "description": "Age"},
            },
            "required": ["name"],
        },
    }


def test_a_type_inside_itself_is_unrolled_three_times() -> None:
    found, depth = node(Tree), 0
    while "children" in found["properties"]:
        found, depth = found["properties"]["children"]["items"], depth + 1
    assert depth == 2
    assert list(found["properties"]) == ["value"]


def test_a_deeper_one_is_accepted_all_the_same() -> None:
    def f(tree: Tree, n: int = 0) -> int:
        depth = 0
        while tree.children:
            tree, depth = tree.children[0], depth + 1
        return depth

    text = '{"value": 1}'
    for _ in range(10):
        text = f'{{"value": 1, "children": [{text}]}}'
    tool = Tool(f)
    assert tool(**tool.parameters.read(f'{{"tree": {text}}}')[0]) == 10


def test_a_required_link_ends_with_null() -> None:
    found = node(Link)
    while found["properties"]["next"]["type"] == "object":
        found = found["properties"]["next"]
    assert found["properties"]["next"] == {"type": "null", "description": "Next"}


def test_recursion_with_many_branches_is_cut_earlier() -> None:
    class Wide(BaseModel):
        """Wide."""

        a: Wide | None = None
        b: Wide | None = None
        c: Wide | None = None
        d: Wide | None = None
        e: Wide | None = None
        f: Wide | None = None
        g: Wide | None = None
        h: list[Wide] = []

    Wide.model_rebuild(_types_namespace={"Wide": Wide})
    assert len(str(node(Wide))) < 14_000


def test_a_named_tuple_is_an_object_with_names() -> None:
    assert node(Place, "") == {
        "type": "object",
        "description": "Where.",
        "properties": {
            "latitude": {"type": "number", "description": "In degrees."},
            "longitude": {"type": "number", "description": "Longitude", "default": 0.0},
        },
        "required": ["latitude"],
    }


@pytest.mark.parametrize(
    ("annotation", "type_", "words"),
    [
        (int | str, "string", "It (either a whole number, or text)."),
        (int | float, "number", "It."),
        (bool | int, "integer", "It (either true or false, or a whole number)."),
        (list[int] | str, "array", "It (either a list of whole numbers, or text)."),
        (str | Person, "object", "It (either text, or an object with name, age)."),
        (date | int, "string", "It (either text (YYYY-MM-DD), or a whole number)."),
        (Literal["auto"] | int, "string", "It (either auto, or a whole number)."),
        (Literal["a", 1], "string", "It (either 1, or a)."),
    ],
)
def test_a_union_is_the_widest_plain_type_with_the_rest_in_words(annotation: Any, type_: str, words: str) -> None:
    found = node(annotation)
    assert (found["type"], found["description"]) == (type_, words)


def test_a_union_of_objects_has_all_their_properties() -> None:
    for annotation in (Circle | Square, Annotated[Circle | Square, Field(discriminator="kind")]):
        found = node(annotation)
        assert found["properties"]["kind"]["enum"] == ["circle", "square"]
        assert list(found["properties"]) == ["kind", "radius", "side"]
        assert found["required"] == ["kind"]
        assert found["description"] == (
            "It (either an object with kind circle, radius, or an object with kind square, side)."
        )


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (date, {"type": "string", "description": "It (YYYY-MM-DD).", "format": "date"}),
        (datetime, {"type": "string", "description": "It (YYYY-MM-DDTHH:MM:SS).", "format": "date-time"}),
        (UUID, {"type": "string", "description": "It (a UUID).", "format": "uuid"}),
        (timedelta, {"type": "number", "description": "It (in seconds)."}),
        (Decimal, {"type": "number", "description": "It."}),
        (Path, {"type": "string", "description": "It."}),
        (bytes, {"type": "string", "description": "It."}),
        (Any, {"type": "string", "description": "It (any JSON value)."}),
        (JsonValue, {"type": "string", "description": "It (any JSON value)."}),
        (None, {"type": "null", "description": "It."}),
        (set[int], {"type": "array", "description": "It (no duplicates).", "items": {"type": "integer"}}),
        (Sequence[int], {"type": "array", "description": "It.", "items": {"type": "integer"}}),
        (Mapping[str, int], {"type": "object", "description": "It.", "additionalProperties": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "description": "It.", "items": {"type": "integer"}}),
        (
            tuple[int, str],
            {
                "type": "array",
                "description": "It (first a whole number, then text, exactly 2 items).",
                "items": {"type": "string"},
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (
            Annotated[int, Field(ge=1, le=9)],
            {"type": "integer", "description": "It (at least 1, at most 9).", "minimum": 1, "maximum": 9},
        ),
        (
            Annotated[Decimal, Field(gt=0, multiple_of=Decimal("0.5"))],
            {"type": "number", "description": "It (more than 0, a multiple of 0.5).", "exclusiveMinimum": 0.0},
        ),
        (
            Annotated[str, Field(pattern="^a+$", max_length=5)],
            {"type": "string", "description": "It (must match the regular expression ^a+$, at most 5 characters)."},
        ),
        (
            Annotated[list[int], Field(min_length=1, max_length=500)],
            {"type": "array", "description": "It (1 to 500 items).", "items": {"type": "integer"}, "minItems": 1},
        ),
        (Annotated[str, Field(examples=["Oslo"])], {"type": "string", "description": "It (for example Oslo)."}),
        (
            dict[Literal["a", "b"], int],
            {"type": "object", "description": "It (keys: a or b).", "additionalProperties": {"type": "integer"}},
        ),
    ],
)
def test_what_grammars_refuse_is_said_in_words(annotation: Any, expected: dict[str, Any]) -> None:
    assert node(annotation) == expected


def test_a_missing_description_is_the_name_in_words() -> None:
    def f(max_results: int, sendEmail: bool, _x: str) -> None:
        pass

    found = Tool(f).spec
    assert [each["description"] for each in found.parameters["properties"].values()] == [
        "Max results",
        "Send email",
        "X",
    ]
    assert found.description == "F"


def test_the_only_parameter_is_laid_flat_when_it_is_an_object() -> None:
    def f(person: Person) -> None:
        """Add somebody."""

    assert Tool(f).spec.parameters == {
        "type": "object",
        "description": "Somebody.",
        "properties": {
            "name": {"type": "string", "description": "What they are called."},
            "age": {"type": "integer", "description": "Age"},
        },
        "required": ["name"],
    }


def test_it_is_not_laid_flat_when_it_may_be_left_out_or_has_no_fields() -> None:
    def optional(person: Person = Person("x")) -> None:  # noqa: B008
        pass

    def free(values: dict[str, int]) -> None:
        pass

    assert list(Tool(optional).spec.parameters["properties"]) == ["person"]
    assert list(Tool(free).spec.parameters["properties"]) == ["values"]


def test_a_tool_without_parameters_has_empty_properties() -> None:
    def f() -> None:
        pass

    assert Tool(f).spec.parameters == {"type": "object", "properties": {}}


def test_every_type_here_is_documented(documented: Callable[..., None]) -> None:
    def f(a: Tree, b: Link, c: Circle | Square, d: list[Person], e: Place, g: Options, h: JsonValue) -> None:
        pass

    documented(Tool(f).spec)
