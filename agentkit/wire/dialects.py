"""What one kind of server takes and another does not, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

NINE = r"[A-Za-z0-9]{9}"
"""Ids of calls that every server and template takes (quirk Q26)."""

ROLES = frozenset(("system", "user", "assistant", "tool"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a request is written for one kind of server, and which conversations it takes."""

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

    roles: frozenset[str] = ROLES
    """Roles of messages; without `tool`, calls and results are told in words (quirk Q12)."""
    system: Literal["anywhere", "first", "never"] = "anywhere"
    """Where the system message may stand."""
    null_content: bool = False
    """Whether `content` may be null, or absent, beside calls (quirk Q1)."""
    parts: Literal["any", "images", "never"] = "never"
    """Whether `content` may be a list of parts; `images`: only where there is an image (quirk Q2)."""
    call_ids: str = r".+"
    """The ids of calls, as a regular expression."""
    result_names: bool = False
    """Whether a result must carry the name of its tool."""
    calls_as_text: bool = False
    """Whether a call may be the JSON text of an assistant message (contract/workers_ai.md sections 7.1 and 7.2)."""
    parallel_calls: bool = True
    """Whether one message may have several calls."""
    ordered_results: bool = True
    """Whether results stand in the order of their calls: a template that prints no ids tells them apart by it."""
    alternates: bool = False
    """Whether users and assistants take turns, users first, and an assistant speaks between a result and a user."""
    assistants_at_end: int | None = None
    """How many assistant messages a conversation that waits for an answer may end with; None for any number."""


OPENAI = Dialect(
    "openai",
    streaming={"stream_options": {"include_usage": True}},
    null_content=True,
    parts="any",
    ordered_results=False,
    assistants_at_end=1,
)
"""Chat completions, as vLLM, SGLang, llama-server (which refuses two assistants at the end), Ollama and LM Studio take
them."""

OPENAI_HOSTED = Dialect(
    "openai",
    max_tokens="max_completion_tokens",
    streaming=OPENAI.streaming,
    roles=ROLES | {"developer"},
    null_content=True,
    parts="any",
    ordered_results=False,
)
"""The hosted service, whose newer models refuse `max_tokens`."""

WORKERS_AI = Dialect(
    "workers-ai",
    reasoning="reasoning",
    schema="bare",
    streams_schema=False,
    parts="images",
    result_names=True,
    calls_as_text=True,
)
"""Cloudflare's `/ai/run` with `messages` (contract/workers_ai.md sections 4 to 7)."""

MISTRAL = Dialect("mistral", system="first", call_ids=NINE, alternates=True, assistants_at_end=0)
"""Templates of the Mistral family, and the service: roles alternate, ids are nine letters and digits."""

SINGLE_CALL = Dialect("single-call", system="first", parallel_calls=False)
"""Templates of the Llama 3 family, which refuse more than one call in a message."""

WORDS_ONLY = Dialect(
    "words-only",
    roles=frozenset(("user", "assistant")),
    system="never",
    result_names=True,
    alternates=True,
    assistants_at_end=0,
)
"""Templates that know users and assistants only, as of Llama 2, Gemma and the first Mistral."""
