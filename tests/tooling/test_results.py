"""Whatever a tool returns becomes text, and never fails."""

from __future__ import annotations

import collections
import dataclasses
import json
import math
import re
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from uuid import UUID

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel, SecretStr, field_serializer
from pydantic.dataclasses import dataclass as pydantic_dataclass

from agentkit.tooling.results import as_text, shortened

LIMIT = 20_000


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


@dataclasses.dataclass
class Point:
    x: int
    at: date = date(2026, 1, 31)


class Pair(NamedTuple):
    a: int
    b: Colour


class Model(BaseModel):
    name: str
    point: Point | None = None
    secret: SecretStr = SecretStr("hunter2")


class Broken(BaseModel):
    n: int

    @field_serializer("n")
    def fail(self, value: int) -> int:
        raise RuntimeError


@pydantic_dataclass
class Checked:
    n: int


class Plain:
    def __init__(self) -> None:
        self.a = 1
        self._b = 2


class Silent:
    __slots__ = ()


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__


class Text(str):
    def __str__(self) -> str:
        raise RuntimeError


class Slow(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError


def generator() -> Iterator[int]:
    yield from range(3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is\n", "as it is\n"),
        ("", ""),
        (Text("sub"), "sub"),
        (5, "5"),
        (True, "true"),
        (0.1, "0.1"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (None, "null"),
        ([1, "a", None, 1.5], '[1, "a", null, 1.5]'),
        ({"a": {"b": [Colour.RED]}}, '{"a": {"b": ["red"]}}'),
        (
            {2: "a", None: "b", True: "c", (1, 2): "d", Colour.RED: "e"},
            '{"2": "a", "null": "b", "true": "c", "(1, 2)": "d", "red": "e"}',
        ),
        ({1: "a", "1": "b"}, '{"1": "a", "1 (str)": "b"}'),
        ({"b", "a"}, '["a", "b"]'),
        ({3, 1, 2}, "[1, 2, 3]"),
        (frozenset({(1, 2)}), "[[1, 2]]"),
        ((1, 2), "[1, 2]"),
        (range(3), "[0, 1, 2]"),
        (collections.deque([1]), "[1]"),
        ({"b": 1, "a": 2}.keys(), '["b", "a"]'),
        ({"b": 1}.items(), '[["b", 1]]'),
        (collections.Counter("aa"), '{"a": 2}'),
        (types.MappingProxyType({"a": 1}), '{"a": 1}'),
        (generator(), "[0, 1, 2]"),
        (map(str, [1]), '["1"]'),
        (Colour.RED, "red"),
        (Level.LOW, "1"),
        (Point(1), '{"x": 1, "at": "2026-01-31"}'),
        (Pair(1, Colour.RED), '{"a": 1, "b": "red"}'),
        ([Pair(1, Colour.RED)], '[{"a": 1, "b": "red"}]'),
        (
            Model(name="a", point=Point(1)),
            '{"name": "a", "point": {"x": 1, "at": "2026-01-31"}, "secret": "**********"}',
        ),
        (RootModel[list[int]]([1, 2]), "[1, 2]"),
        (Checked(1), '{"n": 1}'),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31T09:30:00+00:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        (Decimal("1.10"), "1.10"),
        (Fraction(1, 3), "1/3"),
        (1 + 2j, "(1+2j)"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (PurePosixPath("/a/b"), "/a/b"),
        (b"caf\xc3\xa9", "café"),
        (bytearray(b"abc"), "abc"),
        (memoryview(b"abc"), "abc"),
        (b"\xff\x00", "2 bytes of binary data, as Base64: /wA="),
        ({"data": b"\xff"}, '{"data": "1 bytes of binary data, as Base64: /w=="}'),
        (Plain(), '{"a": 1}'),
        (Silent(), "<Silent"),
        (Rude(), "<Rude that cannot be shown: RuntimeError>"),
        ([Rude(), 1], '["<Rude that cannot be shown: RuntimeError>", 1]'),
        (Broken(n=1), "n=1"),
        (lambda: None, "<function <lambda>>"),
        (int, "<class 'int'>"),
        (ValueError("bad"), "ValueError('bad')"),
        (re.compile("a+"), "re.compile('a+')"),
        (numpy.float64(1.5), "1.5"),
        (numpy.int32(5), "5"),
        (numpy.bool_(True), "true"),
        (numpy.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (numpy.datetime64("2026-01-31"), "2026-01-31"),
        ({"a": numpy.array([1.5])}, '{"a": [1.5]}'),
        ("ü", "ü"),
        (["ü"], '["ü"]'),
        ("half \ud83d", "half \ufffd"),
        (["half \ud83d"], '["half \ufffd"]'),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    found = as_text(value, LIMIT)
    assert found == text or (text == "<Silent" and found.endswith("Silent object>"))
    found.encode()


def test_memory_addresses_are_left_out() -> None:
    for value in (lambda: None, object(), Silent(), print, iter):
        assert "0x" not in as_text(value, LIMIT)


def test_a_value_inside_itself_is_named() -> None:
    cycle: list[Any] = [1]
    cycle.append({"again": cycle})
    assert as_text(cycle, LIMIT) == '[1, {"again": "<list inside itself>"}]'
    shared = [1]
    assert as_text([shared, shared], LIMIT) == "[[1], [1]]"


def test_endless_and_deep_things_are_cut() -> None:
    deep: Any = "end"
    for _ in range(10_000):
        deep = [deep]
    assert "<list>" in as_text(deep, LIMIT)
    wide: Any = ["x"]
    for _ in range(40):
        wide = [wide, wide]
    assert len(as_text(wide, LIMIT)) <= LIMIT
    assert len(as_text(iter(int, 1), 10**9)) == 30_000


def test_a_number_of_thousands_of_digits_is_named() -> None:
    assert as_text(10**5000, LIMIT) == "a whole number of 16,610 bits"
    assert as_text([10**5000], LIMIT) == '["a whole number of 16,610 bits"]'


def test_a_large_array_is_summed_up() -> None:
    text = as_text(numpy.zeros((1000, 1000)), LIMIT)
    assert text.startswith("array of shape (1000, 1000), float64:\n[[0. 0.")
    assert len(text) < 1000


def test_a_mapping_that_fails_is_shown_as_it_can_be() -> None:
    assert as_text(Slow(a=1), LIMIT) == "{'a': 1}"


def test_a_long_text_keeps_head_and_tail() -> None:
    text = "".join(chr(97 + index % 26) for index in range(100_000))
    cut = shortened(text, 1000)
    assert len(cut) == 1000
    assert cut[:400] == text[:400]
    assert cut[-100:] == text[-100:]
    assert "[... 99,000 of 100,000 characters were cut out here." in cut
    assert shortened(text, 100_000) == text
    assert len(shortened(text, 20)) == 20


def test_two_megabytes_of_anything_are_cut() -> None:
    for value in ("x" * 2_000_000, b"\xff" * 2_000_000, list(range(500_000))):
        assert len(as_text(value, LIMIT)) <= LIMIT


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters()),
        st.binary(),
        st.dates(),
        st.decimals(),
        st.uuids(),
        st.complex_numbers(),
        st.sampled_from([Colour.RED, print]),
        st.builds(Plain),
        st.builds(Silent),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.booleans(), st.none()), inner, max_size=3),
        inner.map(Point),
        inner.map(lambda value: iter([value])),
        inner.map(lambda value: [value, Rude()]),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(anything, st.integers(1, 500))
def test_anything_becomes_text_that_a_wire_can_carry(value: Any, limit: int) -> None:
    text = as_text(value, limit)
    assert len(text) <= limit
    json.dumps(text, ensure_ascii=False).encode()
