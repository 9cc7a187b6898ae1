"""Where the weights of a model keep its chat template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.gguf import Header, read_header
from agentkit.runners.local.templating.own import Templates, templates_of_folder, templates_of_gguf


def folder(path: Path, **files: Any) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (path / f"{name}.{'jinja' if name == 'chat_template' and text is content else 'json'}").write_text(text)
    return path


def test_a_text_in_the_settings_of_the_tokenizer(tmp_path: Path) -> None:
    config = {"chat_template": "{{ a }}", "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": False}}
    found = templates_of_folder(folder(tmp_path, tokenizer_config=config))
    assert found == Templates("{{ a }}", "", {"bos_token": "<s>", "eos_token": "</s>"})


def test_several_with_names(tmp_path: Path) -> None:
    rows = [{"name": "tool_use", "template": "{{ t }}"}, {"name": "default", "template": "{{ a }}"}, "?"]
    found = templates_of_folder(folder(tmp_path, tokenizer_config={"chat_template": rows}))
    assert found == Templates("{{ a }}", "{{ t }}")


def test_only_one_for_tools_is_for_everything(tmp_path: Path) -> None:
    rows = [{"name": "tool_use", "template": "{{ t }}"}]
    assert templates_of_folder(folder(tmp_path, tokenizer_config={"chat_template": rows})) == Templates("{{ t }}")


def test_a_file_of_its_own_comes_first(tmp_path: Path) -> None:
    folder(tmp_path, chat_template="{{ file }}", tokenizer_config={"chat_template": "{{ a }}", "bos_token": None})
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "tool_use.jinja").write_text("{{ tools }}")
    assert templates_of_folder(tmp_path) == Templates("{{ file }}", "{{ tools }}")


def test_the_file_of_a_processor(tmp_path: Path) -> None:
    (tmp_path / "chat_template.json").write_text('{"chat_template": "{{ p }}"}')
    assert templates_of_folder(tmp_path) == Templates("{{ p }}")


def test_special_tokens_in_a_file_of_their_own(tmp_path: Path) -> None:
    folder(tmp_path, special_tokens_map={"bos_token": "<a>", "eos_token": "<b>"}, tokenizer_config={"eos_token": "<c>"})
    assert templates_of_folder(tmp_path).special == {"bos_token": "<a>", "eos_token": "<c>"}


def test_none_at_all(tmp_path: Path) -> None:
    assert templates_of_folder(tmp_path) == Templates()


@pytest.mark.parametrize("content", ["{", "[]", "1", "[" * 100_000])
def test_broken_settings_are_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text(content)
    with pytest.raises(WeightsError, match=r"tokenizer_config\.json"):
        templates_of_folder(tmp_path)


def test_a_template_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_bytes(b"\xff\xfe")
    with pytest.raises(WeightsError, match="cannot be read"):
        templates_of_folder(tmp_path)


def test_what_transformers_saves_is_found(tmp_path: Path) -> None:
    transformers, tokenizers = pytest.importorskip("transformers"), pytest.importorskip("tokenizers")
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizers.Tokenizer(tokenizers.models.BPE()), bos_token="<s>", eos_token="</s>"
    )
    for template in ("{{ a }}", {"default": "{{ a }}", "tool_use": "{{ t }}"}):
        tokenizer.chat_template = template
        tokenizer.save_pretrained(tmp_path)
        found = templates_of_folder(tmp_path)
        assert (found.chat, found.special["bos_token"], found.special["eos_token"]) == ("{{ a }}", "<s>", "</s>")
    assert found.with_tools == "{{ t }}"


def test_in_the_header_of_a_gguf() -> None:
    header = Header({"tokenizer.chat_template": "{{ a }}", "tokenizer.chat_template.tool_use": "{{ t }}"}, 0)
    assert templates_of_gguf(header) == Templates("{{ a }}", "{{ t }}")


@pytest.mark.real
def test_the_embedded_model_has_one(weights: Path) -> None:
    found = templates_of_gguf(read_header(weights))
    assert "<|im_start|>" in found.chat
    assert found.special == {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
