"""The documented sampling options in llama.cpp's words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.generation import Sampling
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.sampling import LEAST_REPETITION_PENALTY, NAMES, SEEDS, chosen, to_body


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        ({}, {}),
        ({"max_tokens": 7}, {}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": 5}, {"temperature": 5}),
        ({"top_p": 0}, {"top_p": 0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"top_p": 2}, {"top_p": 1}),
        ({"top_k": 1}, {"top_k": 1}),
        ({"top_k": 50}, {"top_k": 50}),
        ({"seed": 1}, {"seed": 1}),
        ({"seed": 2**32 - 2}, {"seed": 2**32 - 2}),
        ({"seed": 2**32 - 1}, {"seed": 0}),
        ({"seed": 9_999_999_999}, {"seed": 1_410_065_409}),
        ({"repetition_penalty": 0}, {"repeat_penalty": 0.01}),
        ({"repetition_penalty": 1.5}, {"repeat_penalty": 1.5}),
        ({"frequency_penalty": -2}, {"frequency_penalty": -2}),
        ({"presence_penalty": 2}, {"presence_penalty": 2}),
        ({"stop": "END"}, {"stop": ["END"]}),
        ({"stop": ["a", "b"]}, {"stop": ["a", "b"]}),
        ({"stop": []}, {}),
    ],
)
def test_each_option_has_its_name_and_value(asked: dict[str, Any], body: dict[str, Any]) -> None:
    assert to_body(chosen(Sampling(**asked), {"temperature": None})) == body


def test_every_option_but_max_tokens_has_a_name() -> None:
    assert {field.name for field in fields(Sampling)} - {"max_tokens"} == set(NAMES)


def test_the_defaults_of_the_model_fill_what_is_left_open_only() -> None:
    defaults = to_body(chosen(Sampling(), DEFAULT.sampling))
    assert defaults == {"temperature": 0.2, "top_p": 0.9, "repeat_penalty": 1.1}
    assert to_body(chosen(Sampling(temperature=0, seed=3), DEFAULT.sampling)) == defaults | {
        "temperature": 0,
        "seed": 3,
    }


@given(
    st.builds(
        Sampling,
        seed=st.integers(1, 9_999_999_999),
        top_p=st.floats(0, 2),
        repetition_penalty=st.floats(0, 2),
    )
)
def test_whatever_is_allowed_is_something_that_llama_cpp_takes(sampling: Sampling) -> None:
    body = to_body(chosen(sampling, {}))
    assert 0 <= body["seed"] < SEEDS
    assert 0 <= body["top_p"] <= 1
    assert LEAST_REPETITION_PENALTY <= body["repeat_penalty"] <= 2


def test_what_nobody_sets_is_as_documented() -> None:
    assert to_body(chosen(Sampling(), {})) == {"temperature": 0.6}
