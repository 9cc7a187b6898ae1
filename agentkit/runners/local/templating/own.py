"""Where the weights of a model keep its chat template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....errors import WeightsError
from ..gguf import Header

CONFIG = "tokenizer_config.json"
LARGEST_FILE = 64 * 2**20
"""Bytes of a file with settings."""
_TOOL_USE = "tool_use"
"""What Hugging Face and llama.cpp call the template for conversations with tools, where there is one of its own."""
_SPECIAL = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token")


@dataclass(frozen=True, slots=True)
class Templates:
    """The sources of a model's own templates."""

    chat: str = ""
    """Empty where it has none."""
    with_tools: str = ""
    """The one for conversations with tools; empty where `chat` is for both."""
    special: Mapping[str, str] = field(default_factory=dict)
    """Names of special tokens, and their texts: `{"bos_token": "<s>", ...}`."""


def templates_of_gguf(header: Header) -> Templates:
    """The templates in the header of a GGUF file."""
    with_tools = header.metadata.get(f"tokenizer.chat_template.{_TOOL_USE}", "")
    return Templates(header.template or str(with_tools), str(with_tools), header.special)


def templates_of_folder(folder: Path) -> Templates:
    """The templates beside the tokenizer in a folder as `save_pretrained` writes it.

    A file `chat_template.jinja` comes before the setting in `tokenizer_config.json`, as in transformers.

    Raises:
        WeightsError: A file cannot be read, or is no JSON.
    """
    config = _json(folder / CONFIG)
    named = _named(config.get("chat_template")) or _named(_json(folder / "chat_template.json").get("chat_template"))
    for name, path in (
        ("default", folder / "chat_template.jinja"),
        (_TOOL_USE, folder / "additional_chat_templates" / f"{_TOOL_USE}.jinja"),
    ):
        if path.is_file():
            named[name] = _read(path)
    tool_use = named.get(_TOOL_USE, "")
    chat = named.get("default") or tool_use or next(iter(named.values()), "")
    special = _special(_json(folder / "special_tokens_map.json")) | _special(config)
    return Templates(chat, tool_use if tool_use != chat else "", special)


def _named(value: Any) -> dict[str, str]:
    """One template, or several with names."""
    if isinstance(value, str):
        return {"default": value}
    if isinstance(value, Mapping):
        return {str(name): text for name, text in value.items() if isinstance(text, str)}
    rows = value if isinstance(value, list) else ()
    return {
        str(row.get("name")): row["template"]
        for row in rows
        if isinstance(row, Mapping) and isinstance(row.get("template"), str)
    }


def _special(config: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in _SPECIAL:
        value = config.get(name)
        text = value.get("content") if isinstance(value, Mapping) else value
        if isinstance(text, str):
            found[name] = text
    return found


def _json(path: Path) -> dict[str, Any]:
    """The settings in a file; none where it is not there."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{str(path)!r} is no JSON: {error}.", hint="Fetch the model again.") from error
    if not isinstance(value, dict):
        raise WeightsError(f"{str(path)!r} holds no JSON object.", hint="Fetch the model again.")
    return value


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise WeightsError(f"{str(path)!r} is too large for settings.", hint="Fetch the model again.")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"{str(path)!r} cannot be read: {error}.", hint="Fetch the model again.") from error
