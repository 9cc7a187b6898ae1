"""What is refused, in the words of the service (contract/workers_ai.md sections 3.2 and 3.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit.wire.serving.card import Edition
from agentkit.wire.serving.schemas import inputs
from agentkit.wire.serving.validation import Mismatch, matching, refusal

from .documented import DATA

USER = {"role": "user", "content": "Hi"}
ONE = {"messages": [USER]}
NEEDED = "required properties at '/' are"
NONE = "oneOf at '/' not met, 0 matches: "
NO_PROMPT = f"{NONE}{NEEDED} 'prompt', "

RECORDED = [json.loads(line) for line in (DATA / "validator_cases.jsonl").read_text().splitlines()]
"""Edition, body, and what Cloudflare's validator (0.2.4) said of it: bodies drawn at random, each problem once."""

REFUSED: dict[str, tuple[Edition, Any, str]] = {
    "both": ("2024", {"prompt": "x", **ONE}, "oneOf at '/' not met, 2 matches"),
    "neither": ("2024", {}, f"{NONE}{NEEDED} 'prompt', {NEEDED} 'messages'"),
    "no object": ("2024", [], f"{NONE}{NEEDED} 'prompt', {NEEDED} 'messages'"),
    "null": ("2025", None, f"{NONE}{NEEDED} 'prompt', {NEEDED} 'messages'"),
    "a batch where there is none": (
        "2024",
        {"requests": [{"prompt": "x"}]},
        f"{NONE}{NEEDED} 'prompt', {NEEDED} 'messages'",
    ),
    "a text in place of tools": (
        "2024-tools",
        ONE | {"tools": "str"},
        f"{NO_PROMPT}Type mismatch of '/tools', 'array' not in 'string'",
    ),
    "content of null (Q1)": (
        "2024-tools",
        {"messages": [USER, {"role": "assistant", "content": None}]},
        f"{NO_PROMPT}Type mismatch of '/messages/1/content', 'string' not in 'null'",
    ),
    "no content (Q1)": (
        "2024-tools",
        {"messages": [USER] * 17 + [{"role": "assistant"}]},
        f"{NO_PROMPT}required properties at '/messages/17' are 'role,content'",
    ),
    "content in parts (Q2)": (
        "2025",
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
        f"{NO_PROMPT}Type mismatch of '/messages/0/content', 'string' not in 'array'",
    ),
    "temperature true (Q4)": (
        "2024",
        ONE | {"temperature": True},
        f"{NONE}Type mismatch of '/temperature', 'number' not in 'boolean'",
    ),
    "temperature as text (Q4)": (
        "2024",
        ONE | {"temperature": "0.5"},
        f"{NONE}Type mismatch of '/temperature', 'number' not in 'string'",
    ),
    "temperature 6 (Q6)": ("2024", ONE | {"temperature": 6}, f"{NONE}'/temperature' must be <= 5"),
    "seed 0 (Q6)": ("2024", ONE | {"seed": 0}, f"{NONE}'/seed' must be >= 1"),
    "top_k 51 (Q6)": ("2024", ONE | {"top_k": 51}, f"{NONE}'/top_k' must be <= 50"),
    "top_p 0, which is too low since 2025 (Q6)": ("2025", ONE | {"top_p": 0}, f"{NONE}'/top_p' must be >= 0.001"),
    "max_tokens 1.5 (Q4)": (
        "2024",
        ONE | {"max_tokens": 1.5},
        f"{NONE}Type mismatch of '/max_tokens', 'integer' not in 'number'",
    ),
    "max_tokens null (Q4)": (
        "2024",
        ONE | {"max_tokens": None},
        f"{NONE}Type mismatch of '/max_tokens', 'integer' not in 'null'",
    ),
    "stream as text (Q4)": (
        "2023",
        {"prompt": "x", "stream": "true"},
        f"{NONE}Type mismatch of '/stream', 'boolean' not in 'string'",
    ),
    "raw as text (section 13)": (
        "2024",
        {"prompt": "x", "raw": "true"},
        f"{NONE}Type mismatch of '/raw', 'boolean' not in 'string', {NEEDED} 'messages'",
    ),
    "an empty prompt": (
        "2024",
        {"prompt": ""},
        f"{NONE}Length of '/prompt' must be >= 1 not met, {NEEDED} 'messages'",
    ),
    "a prompt that is too long": (
        "2023",
        {"prompt": "x" * 4097},
        f"{NONE}Length of '/prompt' must be <= 4096, {NEEDED} 'messages'",
    ),
    "a prompt whose characters count twice": (
        "2023",
        {"prompt": "\N{GRINNING FACE}" * 2049},
        f"{NONE}Length of '/prompt' must be <= 4096, {NEEDED} 'messages'",
    ),
    "response_format text (Q7)": (
        "2025",
        ONE | {"response_format": {"type": "text"}},
        f"{NONE}enum text not in json_object,json_schema at '/response_format/type'",
    ),
    "a function without code (Q17)": (
        "2024",
        ONE | {"functions": [{"name": "x"}]},
        f"{NO_PROMPT}required properties at '/functions/0' are 'name,code'",
    ),
}

TAKEN: dict[str, tuple[Edition, Any, str]] = {
    "a prompt": ("2023", {"prompt": "x"}, "prompt"),
    "an empty prompt, in 2023": ("2023", {"prompt": ""}, "prompt"),
    "an empty prompt beside messages (Q3)": ("2024", {"prompt": "", **ONE}, "messages"),
    "a prompt beside broken messages (Q3)": ("2024", {"prompt": "x", "messages": "bad"}, "prompt"),
    "no messages": ("2024", {"messages": []}, "messages"),
    "unknown keys (Q8)": ("2024", ONE | {"max_token": 5, "tool_choice": 1, "lora": None}, "messages"),
    "whole numbers as floats (Q4)": ("2024", ONE | {"max_tokens": 256.0, "seed": 1.0}, "messages"),
    "max_tokens 0": ("2024", ONE | {"max_tokens": 0}, "messages"),
    "max_tokens -1": ("2024", ONE | {"max_tokens": -1}, "messages"),
    "any role (Q12)": ("2024", {"messages": [{"role": "banana", "content": ""}]}, "messages"),
    "a tool without a description (Q14)": (
        "2024-tools",
        ONE | {"tools": [{"name": "f", "parameters": {}}]},
        "messages",
    ),
    "anything in tools (Q14)": ("2024-tools", ONE | {"tools": [[1, "a"], {"anyOf": []}]}, "messages"),
    "tools of null": ("2024-tools", ONE | {"tools": None}, "messages"),
    "a tool in both shapes (Q13)": (
        "2024-tools",
        ONE | {"tools": [{"name": "f", "type": "function", "function": {"name": "f"}}]},
        "messages",
    ),
    "an image that is none (Q17)": ("2024-tools", ONE | {"image": {}}, "messages"),
    "a prompt, though batches need nothing (Q56)": ("2025", {"prompt": "x"}, "prompt"),
    "a batch": ("2025", {"requests": [{"prompt": "x"}]}, "requests"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_the_exact_text(name: str) -> None:
    edition, body, text = REFUSED[name]
    assert refusal(inputs(edition), body) == text
    with pytest.raises(Mismatch) as raised:
        matching(inputs(edition), body)
    assert str(raised.value) == text


@pytest.mark.parametrize("name", TAKEN)
def test_what_passes_there_passes_here_as_the_same_variant(name: str) -> None:
    edition, body, field = TAKEN[name]
    assert matching(inputs(edition), body) == field


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: json.dumps(case[1])[:60])
def test_the_verdict_is_that_of_the_services_own_validator(case: list[Any]) -> None:
    edition, body, text = case
    assert refusal(inputs(edition), body) == text


def test_a_problem_inside_of_tools_is_told_only_beside_another() -> None:
    """A `oneOf` below the top never refuses, but its problems are noted."""
    broken = ONE | {"tools": [{"name": 5}]}
    assert refusal(inputs("2024-tools"), broken) is None
    told = refusal(inputs("2024-tools"), broken | {"seed": 0})
    assert told == (
        f"{NONE}'/seed' must be >= 1, Type mismatch of '/tools/0/name', 'string' not in 'number','integer', "
        "required properties at '/tools/0/function/parameters' are 'type,properties'"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (5.0, "5"),
        (1.5, "1.5"),
        (10**400, "Infinity"),
        ({"a": 1}, "[object Object]"),
        ([1, [None, "b"], []], "1,,b,"),
    ],
)
def test_a_value_is_told_as_javascript_writes_it(value: Any, text: str) -> None:
    told = refusal(inputs("2025"), ONE | {"response_format": {"type": value}})
    assert told == f"{NONE}enum {text} not in json_object,json_schema at '/response_format/type'"
