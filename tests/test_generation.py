from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import ConfigurationError
from agentkit.generation import Sampling


def test_only_the_options_that_are_set_are_sent_and_max_tokens_always() -> None:
    assert Sampling().to_dict() == {"max_tokens": 2048}
    assert Sampling(max_tokens=9, temperature=0, stop=("x",)).to_dict() == {
        "max_tokens": 9,
        "temperature": 0,
        "stop": ("x",),
    }


def test_one_stop_text_is_a_list_of_one() -> None:
    assert Sampling(stop="END").stop == ("END",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"max_tokens": 0},
        {"max_tokens": 1.5},
        {"max_tokens": None},
        {"temperature": -0.1},
        {"temperature": 5.1},
        {"temperature": True},
        {"temperature": "0.5"},
        {"temperature": float("nan")},
        {"top_p": 2.1},
        {"top_k": 0},
        {"top_k": 51},
        {"seed": 0},
        {"seed": 10_000_000_000},
        {"repetition_penalty": -1},
        {"frequency_penalty": 2.5},
        {"presence_penalty": -2.5},
        {"stop": ("", "x")},
        {"stop": 5},
    ],
)
def test_an_option_out_of_its_documented_range_is_refused_by_name(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        Sampling(**options)


@pytest.mark.parametrize(
    "options",
    [{"temperature": 0}, {"temperature": 5.0}, {"top_k": 50}, {"seed": 9_999_999_999}, {"presence_penalty": -2}],
)
def test_the_ends_of_the_documented_ranges_are_accepted(options: dict[str, Any]) -> None:
    Sampling(**options)
