"""The schemas are the published ones, to the last word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit.errors import ConfigurationError
from agentkit.generation import Sampling
from agentkit.wire.serving.card import Edition
from agentkit.wire.serving.schemas import input_schema, output_schema

from .documented import EDITIONS, published


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_input_schema_is_what_was_published_in_its_order(edition: Edition) -> None:
    assert json.dumps(input_schema(edition)) == json.dumps(published(edition, "input"))


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_output_schema_is_what_was_published_in_its_order(edition: Edition) -> None:
    assert json.dumps(output_schema(edition)) == json.dumps(published(edition, "output"))


def test_a_caller_may_change_what_it_got() -> None:
    input_schema("2025")["oneOf"].clear()
    output_schema("2025")["oneOf"][0]["properties"].clear()
    assert input_schema("2025") == published("2025", "input")
    assert output_schema("2025") == published("2025", "output")


def documented_ranges() -> dict[str, tuple[float, float]]:
    """The widest range of each option, over all editions."""
    ranges: dict[str, tuple[float, float]] = {}
    for edition in EDITIONS:
        for branch in published(edition, "input")["oneOf"][:2]:
            for name, field in branch["properties"].items():
                if "maximum" in field:
                    low, high = ranges.get(name, (field["minimum"], field["maximum"]))
                    ranges[name] = (min(low, field["minimum"]), max(high, field["maximum"]))
    return ranges


@pytest.mark.parametrize(("name", "low", "high"), [(name, *bounds) for name, bounds in documented_ranges().items()])
def test_a_request_takes_the_documented_range_and_nothing_else(name: str, low: int, high: int) -> None:
    options: dict[str, Any] = {name: low}
    assert Sampling(**options).to_dict()[name] == low
    assert Sampling(**{name: high}).to_dict()[name] == high
    for outside in (low - 1, high + 1):
        with pytest.raises(ConfigurationError, match=name):
            Sampling(**{name: outside})
