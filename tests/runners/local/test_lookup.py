"""From a name to a model."""

from __future__ import annotations

import pytest

from agentkit.runners.local.catalog import DEFAULT, ENTRIES
from agentkit.runners.local.lookup import entries, find_entry, short_name, unknown_model

QWEN = ENTRIES["@cf/qwen/qwen1.5-14b-chat-awq"]


@pytest.mark.parametrize(
    "name",
    [
        "@cf/qwen/qwen1.5-14b-chat-awq",
        "qwen1.5-14b-chat-awq",
        "local:qwen1.5-14b-chat-awq",
        "local:@cf/qwen/qwen1.5-14b-chat-awq",
        "Qwen1.5-14B-Chat-AWQ",
    ],
)
def test_one_model_is_found_by_all_its_names(name: str) -> None:
    assert find_entry(name) == QWEN


@pytest.mark.parametrize("name", ["", "local", "local:", "smollm2-135m-instruct"])
def test_the_default_is_found_without_a_name(name: str) -> None:
    assert find_entry(name) == DEFAULT


@pytest.mark.parametrize("name", ["gpt-17", "qwen", "./model.gguf", "@cf/"])
def test_what_is_no_name_is_not_found(name: str) -> None:
    assert find_entry(name) is None


def test_the_short_name_of_every_model_finds_it() -> None:
    assert [find_entry(short_name(entry)) for entry in entries()] == list(entries())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qwen1.5-14b-awq", "qwen1.5-14b-chat-awq"),
        ("lama-2-7b-chat-int8", "llama-2-7b-chat-int8"),
        ("@cf/mistral/mistral-7b-instruct", "mistral-7b-instruct-v0.1"),
        ("smollm", "smollm2-135m-instruct"),
    ],
)
def test_an_unknown_name_brings_similar_ones_to_mind(typed: str, meant: str) -> None:
    error = unknown_model(typed)
    assert error.message == f"there is no local model {typed!r}."
    assert f"Did you mean {meant!r}" in str(error.hint)


def test_a_name_that_is_like_none_brings_nothing_to_mind() -> None:
    assert str(unknown_model("xyz").hint).startswith("All names: agentkit models.")
