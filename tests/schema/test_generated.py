"""Any signature that is accepted gives a documented schema, and what fits the schema reaches the function typed."""

import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, Union, get_args, get_origin
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from agentkit.messages import ToolCall
from agentkit.tooling import Context, Tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Point:
    """A place.

    Attributes:
        x: To the right.
    """

    x: int
    y: float = 0.0


class Pair(NamedTuple):
    first: str
    second: int = 3


class Address(TypedDict, total=False):
    street: str
    number: int


class Person(BaseModel):
    """Somebody."""

    name: str = Field(description="The full name.")
    born: date | None = None
    home: Point = Point(0)
    tags: set[str] = set()


class Node(BaseModel):
    value: int
    children: list["Node"] = []
    parent: "Node | None" = None


SCALARS = [
    *(int, str, float, bool, Colour, Level, Literal["a", "b"], Literal[1, 2, 3], Literal[True], Any),
    *(date, datetime, time, timedelta, UUID, Decimal, Path, bytes),
]
CLASSES = [Point, Pair, Address, Person, Node]
CONSTRAINED = [
    Annotated[int, Field(ge=1, le=9)],
    Annotated[float, Field(gt=0, lt=1)],
    Annotated[list[int], Field(min_length=1, max_length=3)],
    Annotated[str, "A text."],
]
NAMES = [
    *("schema", "_x", "class_", "größe", "self", "cls", "context", "type", "items", "properties", "required"),
    *("model_config", "copy", "n", "description", "args", "kwargs", "returns", "validate", "json"),
]
KINDS = ["positional only", "positional or keyword", "args", "keyword only", "kwargs"]
STARS = {"args": "*", "kwargs": "**"}

scalars = st.sampled_from(SCALARS)
unions = st.lists(
    st.sampled_from([int, str, float, bool, list[int], Level, dict[str, int]]), min_size=2, max_size=3, unique=True
)
inner = st.recursive(
    st.sampled_from([*SCALARS, *CLASSES]),
    lambda kinds: st.one_of(
        kinds.map(lambda kind: list[kind]),
        kinds.map(lambda kind: dict[str, kind]),
        kinds.map(lambda kind: tuple[kind, ...]),
        kinds.map(lambda kind: tuple[kind, kind]),
        kinds.map(lambda kind: Union[kind, None]),  # noqa: UP007, any kind of type
    ),
    max_leaves=3,
)
annotations = st.one_of(
    inner,
    st.sampled_from(CONSTRAINED),
    scalars.filter(lambda kind: kind is not Any).map(lambda kind: set[kind]),
    unions.map(lambda kinds: Union[tuple(kinds)]),  # noqa: UP007
)


@dataclasses.dataclass
class Signature:
    """A function made for a test, and what it was called with."""

    parameters: list[tuple[str, str, Any, bool]]
    """Name, kind, annotation, whether it has a default."""
    function: Callable[..., Any]
    received: dict[str, Any]


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
    kinds = sorted((draw(st.sampled_from(KINDS)) for _ in names), key=KINDS.index)
    parameters: list[tuple[str, str, Any, bool]] = []
    for name, kind in zip(names, kinds, strict=True):
        if kind in ("args", "kwargs") and any(kind == other for _, other, _, _ in parameters):
            continue
        earlier = any(filled for _, other, _, filled in parameters if other in KINDS[:2])
        filled = (kind in KINDS[:2] and earlier) or draw(st.booleans())
        parameters.append((name, kind, draw(annotations), filled))
    return _made(parameters, draw(st.booleans()))


def _made(parameters: list[tuple[str, str, Any, bool]], injected: bool) -> Signature:
    types = {f"T{index}": annotation for index, (_, _, annotation, _) in enumerate(parameters)}
    text = ["_injected: Context[str]"] if injected else []
    for index, (name, kind, _, filled) in enumerate(parameters):
        earlier = [other for _, other, _, _ in parameters[:index]]
        if earlier and earlier[-1] == "positional only" and kind != "positional only":
            text.append("/")
        if kind == "keyword only" and not {"args", "keyword only"} & set(earlier):
            text.append("*")
        default = " = None" if filled and kind not in ("args", "kwargs") else ""
        text.append(f"{STARS.get(kind, '')}{name}: T{index}{default}")
    if parameters and parameters[-1][1] == "positional only":
        text.append("/")
    received: dict[str, Any] = {}
    names = {"received": received, "Context": Context, **types}
    exec(f"def made({', '.join(text)}):\n    received.update(locals())", names)
    return Signature(parameters, names["made"], received)


def values(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a model bound to the schema could send."""
    if "enum" in node:
        return st.sampled_from(node["enum"])
    match node["type"], node.get("format"):
        case "string", "date":
            return st.dates().map(date.isoformat)
        case "string", "time":
            return st.times().map(time.isoformat)
        case "string", "date-time":
            return st.datetimes().map(datetime.isoformat)
        case "string", "uuid":
            return st.uuids().map(str)
        case "string", _:
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
        case "integer", _:
            return st.integers(node.get("minimum", -(10**6)), node.get("maximum", 10**6))
        case "number", _:
            bounds = node.get("exclusiveMinimum", -1e6), node.get("exclusiveMaximum", 1e6)
            return st.floats(*bounds, exclude_min=True, exclude_max=True)
        case "array", _:
            least = node.get("minItems", 0)
            return st.lists(values(node["items"]), min_size=least, max_size=min(node.get("maxItems", 2), least + 2))
        case "object", _:
            return objects(node)
        case kind, _:
            return st.just(None) if kind == "null" else st.booleans()


def objects(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    members = {name: values(member) for name, member in node.get("properties", {}).items()}
    required = {name: member for name, member in members.items() if name in node.get("required", ())}
    given = st.fixed_dictionaries(required, optional={n: m for n, m in members.items() if n not in required})
    more = node.get("additionalProperties", False)
    if more is False:
        return given
    names = st.text(max_size=3).filter(lambda name: name not in members)
    rest = st.dictionaries(names, values(more) if isinstance(more, dict) else st.integers(), max_size=2)
    return st.builds(lambda some, others: {**others, **some}, given, rest)


def conforms(value: Any, annotation: Any) -> bool:
    """Whether a value is what a function with this annotation would expect."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return True
    if origin is Annotated:
        return conforms(value, arguments[0])
    if origin is Literal:
        return value in arguments
    if origin in (Union, UnionType):
        return any(conforms(value, each) for each in arguments)
    if origin in (list, set) or (origin is tuple and arguments[-1] is ...):
        return isinstance(value, origin) and all(conforms(each, arguments[0]) for each in value)
    if origin is tuple:
        return isinstance(value, tuple) and all(map(conforms, value, arguments))
    if origin is dict:
        return isinstance(value, dict) and all(conforms(each, arguments[1]) for each in value.values())
    if annotation is Address:
        return isinstance(value, dict)
    return isinstance(value, NoneType if annotation is None else annotation)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(signatures())
def test_every_accepted_signature_is_documented(documented: Callable[..., None], signature: Signature) -> None:
    documented(Tool(signature.function).spec)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), signatures())
def test_what_fits_the_schema_reaches_the_function_as_its_own_types(data: st.DataObject, signature: Signature) -> None:
    tool = Tool(signature.function)
    arguments = data.draw(values(tool.spec.parameters))
    text = json.dumps(arguments)
    read, repairs = tool.parameters.read(text)
    args, kwargs = tool.parameters.bind(read, Context("", ToolCall("abcdefghi", "made", text)))
    tool(*args, **kwargs)
    assert not repairs
    for name, kind, annotation, filled in signature.parameters:
        value = signature.received[name]
        if kind == "args":
            assert all(conforms(each, annotation) for each in value)
        elif kind == "kwargs":
            assert all(conforms(each, annotation) for each in value.values())
        else:
            assert conforms(value, annotation) or (filled and value is None)
