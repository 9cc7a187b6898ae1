"""What is said of a served model: data for validation, defaults and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Edition: TypeAlias = Literal["2023", "2024", "2024-tools", "2025"]
"""Which of the documented input schemas a model has (contract/workers_ai.md section 4): the schema changed by date."""


@dataclass(frozen=True, slots=True)
class Card:
    """One model, as clients see it."""

    name: str
    """Its id, for example `@cf/qwen/qwen1.5-1.8b-chat`."""
    edition: Edition = "2025"
    max_tokens: int = 256
    """Of a reply in one piece, where a request says nothing."""
    max_tokens_streaming: int = 256
    """Of a streamed reply."""
    context: int | None = None
    """Tokens of prompt and reply together; None where nobody knows."""
    description: str = ""
    capabilities: tuple[str, ...] = ()
    """`function_calling`, `json_mode`, `lora`, `async_queue`."""
    terms: str = ""
    """A page with the licence."""
    runner: str = ""
    """The runner string of what answers."""
    aliases: tuple[str, ...] = ()
    """Other names that find it."""
