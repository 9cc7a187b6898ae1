"""From what is typed to served models."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentkit.errors import AuthenticationError, ConfigurationError, WeightsError
from agentkit.runners.local.catalog import DEFAULT, ENTRIES
from agentkit.server.cards import EDITIONS
from agentkit.server.naming import Options, named_models

FILE = """
from agentkit.runners.scripted import Scripted
runner = Scripted(["hello"], loop=True)
other = Scripted(["other"], loop=True)
"""


def test_the_default_is_found_by_its_id_and_as_local() -> None:
    [served] = named_models(["local"])
    assert served.card.name == DEFAULT.id
    assert "local" in served.card.aliases
    assert served.card.edition == "2025"
    assert served.card.context == 8192
    assert {"function_calling", "json_mode", "async_queue"} <= set(served.card.capabilities)
    assert served.card.terms == DEFAULT.licence.url


@pytest.mark.parametrize("name", EDITIONS)
def test_documented_models_are_as_documented(name: str) -> None:
    [served] = named_models([f"local:{name}"])
    entry = ENTRIES[name]
    assert served.card.name == name
    assert name.rpartition("/")[2] in served.card.aliases
    assert (served.card.max_tokens, served.card.max_tokens_streaming) == (256, entry.max_tokens_streaming)
    assert ("lora" in served.card.capabilities) == (name == "@cf/mistral/mistral-7b-instruct-v0.1")
    assert "function_calling" in served.card.capabilities
    assert "async_queue" not in served.card.capabilities
    assert served.card.edition == EDITIONS[name]


def test_every_documented_model_of_the_catalogue_has_its_edition() -> None:
    assert {name for name in ENTRIES if name.startswith("@")} == set(EDITIONS)


def test_another_name_is_another_model_that_says_what_answers() -> None:
    [served] = named_models(["@cf/meta/llama-3.3=local:qwen1.5-1.8b-chat"])
    assert served.card.name == "@cf/meta/llama-3.3"
    assert served.card.aliases == ()
    assert served.card.runner == "local:qwen1.5-1.8b-chat"
    assert served.card.edition == "2024"


@pytest.mark.parametrize("name", EDITIONS)
def test_a_documented_name_takes_what_it_is_documented_to_take(name: str) -> None:
    [served] = named_models([f"{name}=local"])
    assert served.card.edition == EDITIONS[name]


def test_without_words_the_default_is_served_first() -> None:
    assert named_models([])[0].card.name == DEFAULT.id


def test_a_path_is_named_by_its_last_part_only(tmp_path: Path) -> None:
    file = tmp_path / "my-model.Q4.gguf"
    file.touch()
    [by_file, by_folder] = named_models([f"local:{file}", f"local:{tmp_path}"])
    assert by_file.card.name == "my-model.Q4"
    assert by_folder.card.name == tmp_path.name
    assert str(tmp_path) not in repr(by_file.card) + repr(by_folder.card)


def test_a_runner_of_the_user_is_named_as_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(FILE)
    served = named_models([str(file), f"{file}:other", f"named={file}:other"])
    assert [item.card.name for item in served] == ["mine", "other", "named"]
    assert str(tmp_path) not in repr([item.card for item in served])


def test_a_file_with_an_equals_sign_is_no_name(tmp_path: Path) -> None:
    file = tmp_path / "a=b.gguf"
    file.touch()
    [served] = named_models([f"local:{file}"])
    assert served.card.name == "a=b"


def test_other_servers_get_their_address() -> None:
    [served] = named_models(["fast=openai:llama3.2:3b"], Options(base_url="http://127.0.0.1:9/v1", context=99))
    assert (served.card.name, served.card.runner) == ("fast", "openai:llama3.2:3b")
    assert served.runner.name.startswith("openai:")


def test_the_service_itself_needs_an_account() -> None:
    with pytest.raises(AuthenticationError):
        named_models(["@cf/meta/llama-3.3-70b-instruct-fp8-fast"])


def test_the_service_itself_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "0" * 32)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "t0ken")
    [served] = named_models(["@cf/meta/llama-3.3-70b-instruct-fp8-fast"])
    assert served.card.name == "@cf/meta/llama-3.3-70b-instruct-fp8-fast"


@pytest.mark.parametrize("text", ["nothing", "local:nothing", "name=", "=local", "openai:", ""])
def test_what_names_no_runner_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        named_models([text])


def test_weights_that_are_not_there_are_missed_before_the_first_request(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="there are no weights at"):
        named_models([f"local:{tmp_path / 'nowhere.gguf'}"])


def test_an_adapter_that_is_not_there_is_missed_before_the_first_request(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="'poet'"):
        named_models(["local"], Options(adapters={"poet": str(tmp_path / "nowhere")}))


@pytest.mark.parametrize("texts", [["local", "local:qwen1.5-1.8b-chat"], ["local:needle-3"], ["openai:llama3.2"]])
def test_adapters_belong_to_one_model_that_takes_them(texts: list[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="one model"):
        named_models(texts, Options(adapters={"poet": str(tmp_path)}))
