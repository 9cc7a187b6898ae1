"""Sampling options: the documented defaults, types and ranges."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import BadRequestError
from agentkit.generation import Sampling
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.sampling import read_sampling

CARD = Card("m", max_tokens=256, max_tokens_streaming=1800)


def test_the_defaults_are_the_cards() -> None:
    assert read_sampling({}, CARD, False) == Sampling(max_tokens=256)
    assert read_sampling({}, CARD, True) == Sampling(max_tokens=1800)


def test_every_option() -> None:
    body: dict[str, Any] = {
        "max_tokens": 5,
        "temperature": 0,
        "top_p": 2,
        "top_k": 50,
        "seed": 9_999_999_999,
        "stop": ["a", "b"],
    }
    body |= {"repetition_penalty": 1.5, "frequency_penalty": -2, "presence_penalty": 2}
    assert read_sampling(body, CARD, False) == Sampling(**body)


def test_null_is_as_good_as_nothing() -> None:
    body = dict.fromkeys(Sampling.__annotations__)
    assert read_sampling(body, CARD, False) == Sampling(max_tokens=256)


@pytest.mark.parametrize("body", [{"max_completion_tokens": 9}, {"max_completion_tokens": 9, "max_tokens": 5}])
def test_max_completion_tokens_is_another_name(body: dict[str, Any]) -> None:
    assert read_sampling(body, CARD, False).max_tokens == 9


def test_a_fraction_of_zero_is_none() -> None:
    assert read_sampling({"max_tokens": 256.0, "seed": 3.0}, CARD, False) == Sampling(max_tokens=256, seed=3)


@pytest.mark.parametrize(
    ("given", "seed"), [(1, 1), (9_999_999_999, 9_999_999_999), (0, 9_999_999_999), (-1, 9_999_999_998), (10**10, 1)]
)
def test_seeds_of_other_services_are_mapped(given: int, seed: int) -> None:
    assert read_sampling({"seed": given}, CARD, False).seed == seed


@pytest.mark.parametrize(("given", "stop"), [("a", ("a",)), (["a", "b"], ("a", "b")), ([], ()), ("", ()), (None, ())])
def test_texts_that_end_the_reply(given: Any, stop: tuple[str, ...]) -> None:
    assert read_sampling({"stop": given}, CARD, False).stop == stop


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"temperature": 5.1}, "'/temperature' must be <= 5"),
        ({"temperature": -1}, "'/temperature' must be >= 0"),
        ({"temperature": float("nan")}, "'/temperature' must be >= 0"),
        ({"temperature": "0.5"}, "Type mismatch of '/temperature', 'number' not in 'string'"),
        ({"temperature": True}, "Type mismatch of '/temperature', 'number' not in 'boolean'"),
        ({"top_p": 10**400}, "'/top_p' must be <= 2"),
        ({"top_k": 0}, "'/top_k' must be >= 1"),
        ({"top_k": 1.5}, "Type mismatch of '/top_k', 'integer' not in 'number'"),
        ({"max_tokens": 0}, "'/max_tokens' must be >= 1"),
        ({"max_tokens": float("inf")}, "Type mismatch of '/max_tokens', 'integer' not in 'number'"),
        ({"max_completion_tokens": 10**9}, "'/max_completion_tokens' must be <= 10000000"),
        ({"max_completion_tokens": []}, "Type mismatch of '/max_completion_tokens', 'integer' not in 'array','binary'"),
        ({"seed": "1"}, "Type mismatch of '/seed', 'integer' not in 'string'"),
        ({"presence_penalty": -3}, "'/presence_penalty' must be >= -2"),
        ({"stop": {}}, "Type mismatch of '/stop', 'array' not in 'object'"),
        ({"stop": ["a", 1]}, "Type mismatch of '/stop/1', 'string' not in 'number','integer'"),
    ],
)
def test_what_is_refused(body: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_sampling(body, CARD, False)
    assert (caught.value.message, caught.value.status, caught.value.code) == (f"Bad input: Error: {text}", 400, 5006)
