"""The catalogue against what the models' pages state (contract/workers_ai.md section 16)."""

from __future__ import annotations

import re

import pytest

from agentkit.runners.local.catalog import ENTRIES
from agentkit.runners.local.entry import Entry

DOCUMENTED = [entry for entry in ENTRIES.values() if entry.id.startswith("@")]

PAGES = {  # id: context, sequence, default max_tokens, the same streaming
    "@cf/qwen/qwen1.5-14b-chat-awq": (7500, None, 256, 256),
    "@cf/qwen/qwen1.5-1.8b-chat": (None, None, 256, 256),
    "@hf/thebloke/llama-2-13b-chat-awq": (None, None, 256, 256),
    "@cf/meta/llama-2-7b-chat-fp16": (3072, 2500, 256, 2500),
    "@cf/meta/llama-2-7b-chat-int8": (2048, 1800, 256, 1800),
    "@cf/mistral/mistral-7b-instruct-v0.1": (None, None, 256, 1800),
    "@hf/thebloke/mistral-7b-instruct-v0.1-awq": (4096, None, 256, 256),
    "@hf/thebloke/codellama-7b-instruct-awq": (None, None, 256, 596),
}


def test_every_page_has_a_row_with_its_figures_and_nothing_is_added() -> None:
    stated = {e.id: (e.context, e.sequence, e.max_tokens, e.max_tokens_streaming) for e in DOCUMENTED}
    assert stated == PAGES


def test_only_the_model_whose_page_grants_lora_has_it() -> None:
    assert [entry.id for entry in DOCUMENTED if entry.capabilities] == ["@cf/mistral/mistral-7b-instruct-v0.1"]


@pytest.mark.parametrize("entry", DOCUMENTED, ids=lambda entry: entry.id)
def test_the_last_part_of_a_name_is_an_alias(entry: Entry) -> None:
    assert entry.aliases == (entry.id.split("/")[-1],)


def test_no_two_models_share_a_name() -> None:
    names = [name.casefold() for entry in ENTRIES.values() for name in (entry.id, *entry.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_every_model_names_its_licence_and_a_page_with_its_text(entry: Entry) -> None:
    assert entry.licence.name
    assert re.fullmatch(r"https://\S+", entry.licence.url or "")


@pytest.mark.parametrize("entry", DOCUMENTED, ids=lambda entry: entry.id)
def test_what_a_name_says_of_the_weights_is_what_the_row_says(entry: Entry) -> None:
    assert (entry.quantization == "awq") == entry.id.endswith("-awq")
    assert (entry.quantization == "int8") == entry.id.endswith("-int8")


def test_int8_is_made_of_the_16_bit_checkpoint() -> None:
    whole, small = ENTRIES["@cf/meta/llama-2-7b-chat-fp16"], ENTRIES["@cf/meta/llama-2-7b-chat-int8"]
    assert whole.source == small.source
    assert (whole.quantization, small.quantization) == (None, "int8")


def test_templates_are_those_of_the_families() -> None:
    found = {entry.id.split("/")[-1]: entry.template for entry in DOCUMENTED}
    assert found == {
        "qwen1.5-14b-chat-awq": "chatml",
        "qwen1.5-1.8b-chat": "chatml",
        "llama-2-13b-chat-awq": "llama2",
        "llama-2-7b-chat-fp16": "llama2",
        "llama-2-7b-chat-int8": "llama2",
        "mistral-7b-instruct-v0.1": "mistral",
        "mistral-7b-instruct-v0.1-awq": "mistral",
        "codellama-7b-instruct-awq": "codellama",
    }


def test_a_context_that_no_page_states_is_the_one_that_was_trained() -> None:
    assert ENTRIES["@hf/thebloke/llama-2-13b-chat-awq"].window == 4096
    assert ENTRIES["@cf/qwen/qwen1.5-14b-chat-awq"].window == 7500
