"""What tests of schemas share: the documented input schema as a strict judge (contract/schemas, seed 002)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agentkit.messages import ToolSpec

SEED = json.loads((Path(__file__).parents[1] / "data/seed002.llama-2-13b-chat-awq.input.schema.json").read_text())
JUDGES = [jsonschema.Draft7Validator(SEED), jsonschema.Draft202012Validator(SEED)]
ALLOWED = {
    *("type", "description", "enum", "default", "format", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "items", "minItems", "maxItems", "properties", "required", "additionalProperties"),
}


@pytest.fixture(scope="session")
def documented() -> Callable[..., None]:
    """Asserts that specs are valid as a tools list, in both documented shapes, and use only the reduced vocabulary."""
    return _judge


def _judge(*specs: ToolSpec) -> None:
    flat = [{"name": spec.name, "description": spec.description, "parameters": spec.parameters} for spec in specs]
    openai = [spec.to_dict() for spec in specs]
    for tools in (flat, openai, [*flat[:1], *openai[:1]]):
        body = json.loads(json.dumps({"messages": [{"role": "user", "content": "Hi"}], "tools": tools}))
        for judge in JUDGES:
            judge.validate(body)
    for spec in specs:
        jsonschema.Draft202012Validator.check_schema(spec.parameters)
        _judge_node(spec.parameters, top=True)


def _judge_node(node: dict[str, Any], *, top: bool = False) -> None:
    """A plain type at every level, a description for every property, nothing outside of the vocabulary."""
    assert isinstance(node["type"], str), node
    assert set(node) <= ALLOWED, node
    for name, member in node.get("properties", {}).items():
        assert isinstance(member["description"], str), (name, member)
        assert member["description"], (name, member)
        _judge_node(member)
    assert set(node.get("required", ())) <= set(node.get("properties", {})), node
    if "items" in node:
        _judge_node(node["items"])
    if isinstance(node.get("additionalProperties"), dict):
        _judge_node(node["additionalProperties"])
    assert not top or node["type"] == "object"
