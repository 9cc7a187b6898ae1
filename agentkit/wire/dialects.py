"""What one kind of server takes and another does not, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a request is written for one kind of server."""

    name: str
    """Key of `Message.encoded`."""
    reasoning: str | None = None
    """Field of an assistant message that takes earlier reasoning; None where it is not taken."""
    max_tokens: str = "max_tokens"
    """What the field is called."""
    schema: Literal["wrapped", "bare"] = "wrapped"
    """`response_format.json_schema` is OpenAI's `{name, schema}`, or the schema itself (quirk Q7)."""
    streams_schema: bool = True
    """Whether `response_format` may go together with `stream` (contract/workers_ai.md section 10.2, code 5023)."""
    streaming: dict[str, Any] = field(default_factory=dict)
    """Further fields of a request that streams."""


OPENAI = Dialect("openai", streaming={"stream_options": {"include_usage": True}})
"""Chat completions, as vLLM, SGLang, llama-server, Ollama and LM Studio take them."""

OPENAI_HOSTED = Dialect("openai", max_tokens="max_completion_tokens", streaming=OPENAI.streaming)
"""The hosted service, whose newer models refuse `max_tokens`."""

WORKERS_AI = Dialect("workers-ai", reasoning="reasoning", schema="bare", streams_schema=False)
"""Cloudflare's `/ai/run` with `messages` (contract/workers_ai.md sections 4 to 7)."""
