"""The schemas are the published ones, to the last word."""

from __future__ import annotations

import json

import pytest

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
