"""The quick way for plain types gives what the long way through pydantic gives."""

from __future__ import annotations

import json
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Dict, List, Literal, Optional, Union  # noqa: UP035, the old names are under test

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from agentkit.schema.fields import Field
from agentkit.schema.plain import plain
from agentkit.schema.typed import node_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    """How loud."""

    LOW = 1
    HIGH = 2


class Word(StrEnum):
    YES = "yes"


class Forgiving(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> Forgiving:
        return cls.A


class Mixed(Enum):
    A = "a"
    ONE = 1


BASE = [str, int, float, bool, Any, Colour, Level, Word, Literal["a", "b"], Literal[1, 2], Literal[True], None]
annotations = st.recursive(
    st.sampled_from(BASE),
    lambda kinds: st.one_of(
        kinds.map(lambda kind: list[kind]),
        kinds.map(lambda kind: dict[str, kind]),
        st.lists(kinds, min_size=1, max_size=3).map(lambda kinds: Union[tuple(kinds)]),  # noqa: UP007
    ),
    max_leaves=4,
)
data = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.sampled_from(["a", "red", "yes", "1", "true", "1.5", "", "x"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=5,
)


def outcome(validator: Any, text: str) -> tuple[object, object]:
    """The value with its type, or the errors."""
    try:
        value = validator.validate_json(text)
        return repr(value), type(value)
    except ValidationError as error:
        return [(each["type"], each["loc"]) for each in error.errors(include_url=False)], None


@settings(max_examples=300, deadline=None)
@given(annotations)
def test_both_ways_describe_a_type_alike(annotation: Any) -> None:
    found = plain(annotation)
    assert found is not None
    assert found.node == node_of(Field("it", annotation))


@settings(max_examples=300, deadline=None)
@given(annotations, data)
def test_both_ways_validate_alike(annotation: Any, value: Any) -> None:
    found = plain(annotation)
    assert found is not None
    text = json.dumps(value)
    core: Any = found.core
    assert outcome(SchemaValidator(core), text) == outcome(TypeAdapter(annotation), text)


@pytest.mark.parametrize("annotation", [List[int], List, Dict[str, int], Dict, Optional[str], list, dict, object])  # noqa: UP006, UP045
def test_the_old_names_are_plain_too(annotation: Any) -> None:
    found = plain(annotation)
    assert found is not None
    assert found.node == node_of(Field("it", annotation))


@pytest.mark.parametrize(
    "annotation",
    [bytes, set[int], tuple[int, int], dict[int, str], Annotated[int, 1], Annotated[list, 1], Forgiving, Mixed, "int"],
)
def test_other_types_are_left_to_pydantic(annotation: Any) -> None:
    assert plain(annotation) is None
