"""The catalogue as data."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.wire.serving.card import Card
from agentkit.wire.serving.catalogue import authors_page, models_page, openai_models, rows, tasks_page

QWEN = Card(
    "@cf/qwen/qwen1.5-1.8b-chat",
    description="A small chat model.",
    context=7500,
    capabilities=("async_queue", "function_calling", "beta"),
    terms="https://example.com/licence",
    runner="local:@cf/qwen/qwen1.5-1.8b-chat",
)
LLAMA = Card("@hf/thebloke/llama-2-13b-chat-awq", runner="local:/home/me/llama.gguf", aliases=("llama",))
CARDS = (QWEN, LLAMA)
SINCE = 1_733_504_958.338


def names(**query: str) -> list[str]:
    return [row["name"] for row in models_page(CARDS, query, SINCE)["result"]]


def properties(row: dict[str, Any]) -> dict[str, str]:
    return {item["property_id"]: item["value"] for item in row["properties"]}


def test_a_row_has_what_the_documented_row_has() -> None:
    row = rows([QWEN], SINCE)[0]
    assert set(row) == {"id", "source", "name", "description", "task", "created_at", "tags", "properties"}
    assert row["created_at"] == "2024-12-06 17:09:18.338"
    assert row["task"]["name"] == "Text Generation"
    assert str(UUID(row["id"])) == row["id"]


def test_property_values_are_texts() -> None:
    assert properties(rows([QWEN], SINCE)[0]) == {
        "async_queue": "true",
        "beta": "true",
        "context_window": "7500",
        "function_calling": "true",
        "runner": "local:@cf/qwen/qwen1.5-1.8b-chat",
        "terms": "https://example.com/licence",
    }


def test_ids_are_stable_and_differ_by_name() -> None:
    first, second = rows(CARDS, SINCE), rows(CARDS, SINCE + 1)
    assert [row["id"] for row in first] == [row["id"] for row in second]
    assert len({row["id"] for row in first}) == len(first) == 3


def test_the_source_tells_where_a_name_comes_from() -> None:
    assert [row["source"] for row in rows(CARDS, SINCE)] == [1, 2, 1]


def test_an_alias_says_what_answers() -> None:
    alias = rows([LLAMA], SINCE)[1]
    assert alias["name"] == "llama"
    assert LLAMA.name in alias["description"]
    assert properties(alias)["alias_of"] == LLAMA.name


@pytest.mark.parametrize(
    ("runner", "shown"),
    [
        ("local:/home/me/llama.gguf", "local:llama.gguf"),
        ("local:../llama.gguf", "local:llama.gguf"),
        ("local:~/models/folder", "local:folder"),
        ("local:C:\\models\\llama.gguf", "local:llama.gguf"),
        ("local", "local"),
        ("openai:meta/llama", "openai:meta/llama"),
    ],
)
def test_no_folder_of_the_machine_is_told(runner: str, shown: str) -> None:
    assert properties(rows([Card("x", runner=runner)], SINCE)[0])["runner"] == shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [QWEN.name, LLAMA.name, "llama"]),
        ({"task": "Text Generation"}, [QWEN.name, LLAMA.name, "llama"]),
        ({"task": "text generation"}, []),
        ({"task": "Image Classification"}, []),
        ({"author": "qwen"}, [QWEN.name]),
        ({"author": "nobody"}, []),
        ({"source": "2"}, [LLAMA.name]),
        ({"source": "1.0"}, [QWEN.name, "llama"]),
        ({"search": "SMALL chat"}, [QWEN.name]),
        ({"search": "llama"}, [LLAMA.name, "llama"]),
        ({"hide_experimental": "true"}, [LLAMA.name, "llama"]),
        ({"hide_experimental": "false"}, [QWEN.name, LLAMA.name, "llama"]),
        ({"per_page": "2"}, [QWEN.name, LLAMA.name]),
        ({"per_page": "2", "page": "2"}, ["llama"]),
        ({"per_page": "2", "page": "3"}, []),
    ],
)
def test_filters_and_pages(query: dict[str, str], found: list[str]) -> None:
    assert names(**query) == found


def test_a_page_tells_where_it_is() -> None:
    page = models_page(CARDS, {"page": "2", "per_page": "2"}, SINCE)
    assert page["result_info"] == {"page": 2, "per_page": 2, "count": 1, "total_count": 3}
    assert (page["success"], page["errors"], page["messages"]) == (True, [], [])


@given(
    st.dictionaries(
        st.sampled_from(["author", "hide_experimental", "page", "per_page", "search", "source", "task"]), st.text()
    )
)
def test_any_query_gets_a_page(query: dict[str, str]) -> None:
    page = models_page(CARDS, query, SINCE)
    assert page["success"]
    assert page["result_info"]["count"] == len(page["result"]) <= page["result_info"]["total_count"] <= 3
    json.dumps(page)


def test_tasks_and_authors_are_lists() -> None:
    assert [task["name"] for task in tasks_page()["result"]] == ["Text Generation"]
    assert [author["name"] for author in authors_page(CARDS)["result"]] == ["qwen", "thebloke"]


def test_both_lists_have_the_same_models() -> None:
    listed = openai_models(CARDS, SINCE)
    assert [row["id"] for row in listed["data"]] == names()
    assert listed["data"][0] == {"id": QWEN.name, "object": "model", "created": 1_733_504_958, "owned_by": "qwen"}
