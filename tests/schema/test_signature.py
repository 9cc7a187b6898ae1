"""What counts as a parameter of a callable, and how values come back to it."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Required, TypedDict, Unpack

import pytest
import typing_extensions
from pydantic import BaseModel, Field

from agentkit.errors import SchemaError
from agentkit.schema import Parameters


class Injected:
    """In the place of `Context`."""


class Options(TypedDict, total=False):
    """What may be said besides.

    Attributes:
        colour: Red or blue.
    """

    size: Required[int]
    colour: str


class ExtendedOptions(typing_extensions.TypedDict):
    size: int
    colour: typing_extensions.NotRequired[str]


class Later(BaseModel):
    value: int


def parameters(function: Callable[..., Any]) -> Parameters:
    return Parameters(function, "it", Injected)


def names(function: Callable[..., Any]) -> list[str]:
    return list(parameters(function).schema["properties"])


def called(function: Callable[..., Any], text: str) -> Any:
    """What the function returns for the arguments of a call."""
    found = parameters(function)
    args, kwargs = found.bind(found.read(text)[0], Injected())
    return function(*args, **kwargs)


def everything(a: int, /, b: int = 2, *rest: int, c: int, d: int = 4, **more: int) -> Any:
    return a, b, rest, c, d, more


def test_all_kinds_of_parameters_get_their_values() -> None:
    assert called(everything, '{"a": 1, "c": 3}') == (1, 2, (), 3, 4, {})
    assert called(everything, '{"a": 1, "rest": [7, 8], "c": 3, "e": 5}') == (1, 2, (7, 8), 3, 4, {"e": 5})


def test_positional_only_parameters_keep_the_defaults_before_them() -> None:
    def ordered(a: int = 1, b: int = 2, /) -> Any:
        return a, b

    assert called(ordered, '{"b": 5}') == (1, 5)


def test_the_schema_of_keyword_arguments_is_flat() -> None:
    schema = parameters(everything).schema
    assert schema["additionalProperties"] == {"type": "integer"}
    assert "more" not in schema["properties"]


def test_what_a_partial_binds_is_gone() -> None:
    def f(key: str, a: int, b: int = 2, *, c: int = 3) -> Any:
        return key, a, b, c

    assert names(functools.partial(f, "secret")) == ["a", "b", "c"]
    assert names(functools.partial(f, "secret", b=5)) == ["a", "c"]
    assert called(functools.partial(functools.partial(f, "secret"), c=9), '{"a": 1}') == ("secret", 1, 2, 9)


def test_a_bound_value_cannot_be_replaced_through_keyword_arguments() -> None:
    def f(key: str, **more: Any) -> Any:
        return key, more

    with pytest.raises(Exception, match="key: there is no such parameter"):
        called(functools.partial(f, key="secret"), '{"key": "other"}')
    with pytest.raises(Exception, match="key: there is no such parameter"):
        called(functools.partial(f, "secret"), '{"key": "other"}')


def test_an_injected_parameter_is_not_in_the_schema_wherever_it_stands() -> None:
    def first(it: Injected, a: int) -> Any:
        return it, a

    def last(a: int, *, it: Injected | None = None) -> Any:
        return it, a

    for function in (first, last):
        assert names(function) == ["a"]
        assert isinstance(called(function, '{"a": 1}')[0], Injected)


def test_an_injected_parameter_cannot_be_given_by_the_model() -> None:
    def f(it: Injected, **more: Any) -> Any:
        return it, more

    with pytest.raises(Exception, match="there is no such parameter"):
        called(f, '{"it": 1}')


def test_unpacked_typed_dicts_are_parameters_of_their_own() -> None:
    def old(q: str, **options: Unpack[Options]) -> Any:
        return q, options

    def new(q: str, **options: typing_extensions.Unpack[ExtendedOptions]) -> Any:
        return q, options

    for function in (old, new):
        assert names(function) == ["q", "size", "colour"]
        assert parameters(function).schema["required"] == ["q", "size"]
        assert called(function, '{"q": "x", "size": "3"}') == ("x", {"size": 3})


def test_text_annotations_may_name_a_class_made_inside_a_function() -> None:
    @dataclasses.dataclass
    class Local:
        x: int

    def f(it: Local, others: list[Local]) -> Any:
        return it, others

    assert called(f, '{"it": {"x": 1}, "others": [{"x": 2}]}') == (Local(1), [Local(2)])


def test_a_name_that_does_not_exist_yet_is_looked_up_on_first_use() -> None:
    names: dict[str, Any] = {}
    exec("def f(x: 'list[Soon]'): return x\nfound = f", names)
    found = parameters(names["found"])
    names["Soon"] = Later
    assert found.schema["properties"]["x"]["items"]["properties"]["value"]["type"] == "integer"


def test_a_name_that_never_exists_is_refused_on_first_use() -> None:
    def f(x: Nowhere) -> None:  # type: ignore[name-defined]  # noqa: F821
        pass

    found = parameters(f)
    with pytest.raises(SchemaError, match=r"'x' of 'it' is annotated 'Nowhere'.*Import the name at run time"):
        _ = found.schema


@pytest.mark.parametrize(
    "name", ["schema", "_x", "class_", "größe", "self", "model_config", "copy", "name", "function"]
)
def test_odd_names_are_names(name: str) -> None:
    names: dict[str, Any] = {}
    exec(f"def f({name}: int, other: str = ''): return {name}", names)
    assert called(names["f"], f'{{"{name}": "7"}}') == 7


def test_classes_are_called_like_functions() -> None:
    @dataclasses.dataclass
    class Point:
        """A place."""

        x: int
        y: int = 0

    class Pair(NamedTuple):
        a: int
        b: str = ""

    assert called(Point, '{"x": "1"}') == Point(1)
    assert called(Pair, '{"a": 1, "b": "c"}') == Pair(1, "c")
    assert called(Later, '{"value": 5}') == Later(value=5)
    assert [parameters(each).description for each in (Point, Pair, Later)] == ["A place.", "", ""]


def test_a_decorated_function_has_the_signature_of_what_it_wraps() -> None:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    def f(a: int, it: Injected) -> Any:
        """Does it."""
        return a, it

    assert names(decorate(f)) == ["a"]
    assert parameters(decorate(f)).description == "Does it."
    assert called(functools.lru_cache(everything), '{"a": 1, "c": 2}') == (1, 2, (), 2, 4, {})


def test_builtins_with_a_signature_work_and_others_are_refused() -> None:
    assert called(math.sqrt, '{"x": 9}') == 3.0
    with pytest.raises(SchemaError, match=r"max.*Wrap it in a function"):
        parameters(max)


def test_a_field_as_default_gives_its_own_default() -> None:
    def f(n: int = Field(3, ge=0), items: list[int] = Field(default_factory=lambda: [1])) -> Any:  # noqa: B008
        return n, items

    assert called(f, "{}") == (3, [1])
    assert parameters(f).schema["properties"]["n"]["default"] == 3
    assert parameters(f).schema["properties"]["n"]["minimum"] == 0


def test_an_alias_is_the_name_that_the_model_uses() -> None:
    def f(source: Annotated[str, Field(alias="from")], n: Annotated[int, Field(validation_alias="count")] = 1) -> Any:
        return source, n

    assert names(f) == ["from", "count"]
    assert called(f, '{"from": "x", "count": 2}') == ("x", 2)


def test_a_description_may_stand_in_the_annotation() -> None:
    def f(a: Annotated[int, "An a."], b: Annotated[int, Field(description="A b.")], c: int) -> None:
        """Does it.

        Args:
            a: Not this.
            b: Nor this.
            c: A c.
        """

    found = parameters(f).schema["properties"]
    assert [found[name]["description"] for name in "abc"] == ["An a.", "A b.", "A c."]


def test_a_parameter_without_annotation_takes_anything_or_what_its_default_is() -> None:
    def f(anything, seconds=1, text="", flag=False) -> Any:  # type: ignore[no-untyped-def]
        return anything, seconds, text, flag

    types = {name: node["type"] for name, node in parameters(f).schema["properties"].items()}
    assert types == {"anything": "string", "seconds": "number", "text": "string", "flag": "boolean"}
    assert called(f, '{"anything": {"a": 1}, "seconds": 0.5}') == ({"a": 1}, 0.5, "", False)


def test_a_default_that_is_json_is_shown() -> None:
    def f(a: int = 3, b: str = "", c: list[str] | None = None, d: bool = False, e: Any = object()) -> None:  # noqa: B008
        pass

    shown = {name: node.get("default") for name, node in parameters(f).schema["properties"].items()}
    assert shown == {"a": 3, "b": None, "c": None, "d": False, "e": None}
