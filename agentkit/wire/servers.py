"""Servers that speak OpenAI's chat completions, and what they add to it or lack, as data.

Only what a server's own documents list is in its row:

| row | documents |
|---|---|
| `openai` | OpenAI, API reference, "Create chat completion" |
| `vllm` | vLLM, "OpenAI-Compatible Server", extra parameters of the chat API; "Structured Outputs"; "LoRA Adapters" |
| `vllm-0.11` | the same of versions up to 0.11, where structured outputs were `guided_*` fields |
| `sglang` | SGLang, "OpenAI APIs - Completions", extra parameters; "Structured Outputs"; "LoRA Serving" |
| `llama-server` | llama.cpp, tools/server/README.md, `POST /v1/chat/completions` and `POST /completion` |
| `ollama` | Ollama, "OpenAI compatibility", supported request fields |
| `lm-studio` | LM Studio, "Chat Completions", supported payload parameters; "Tool Use"; API changelog 0.3.18 |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of server."""

    name: str
    options: Mapping[str, str]
    """Option of `Sampling` -> its field there. What is not here, the server does not document."""
    owners: frozenset[str] = frozenset()
    """What `owned_by` is in its list of models."""
    choices: frozenset[str] = frozenset(("none", "required", "named"))
    """Forms of `tool_choice` beside `auto`. Without `named`, a tool that must be called is offered alone."""
    guided: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What constrains the answer, by vLLM's older names -> where it goes: a field, or a field of a field."""
    lora: Literal["model", "suffix", "numbers"] | None = None
    """How an adapter is named: in place of the model, behind it as `model:adapter`, or by numbers in `lora`."""
    seeds: int | None = None
    """How many seeds there are, where there are fewer than the documented ones."""


PLAIN = {name: name for name in ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "stop")}

OPENAI_API = Server("openai", PLAIN)

VLLM = Server(
    "vllm",
    {**PLAIN, "top_k": "top_k", "repetition_penalty": "repetition_penalty"},
    owners=frozenset(("vllm",)),
    guided={f"guided_{kind}": ("structured_outputs", kind) for kind in ("regex", "choice", "grammar")},
    lora="model",
)

VLLM_0_11 = replace(
    VLLM,
    name="vllm-0.11",
    owners=frozenset(),
    guided={f"guided_{kind}": (f"guided_{kind}",) for kind in ("regex", "choice", "grammar")},
)

SGLANG = replace(
    VLLM,
    name="sglang",
    owners=frozenset(("sglang",)),
    guided={"guided_regex": ("regex",), "guided_grammar": ("ebnf",)},
    lora="suffix",
)

LLAMA_SERVER = Server(
    "llama-server",
    {**PLAIN, "top_k": "top_k", "repetition_penalty": "repeat_penalty"},
    owners=frozenset(("llamacpp",)),
    choices=frozenset(("none", "required")),
    guided={"guided_grammar": ("grammar",)},
    lora="numbers",
    seeds=2**32 - 1,
)
"""It reads a `tool_choice` that is an object as `auto`. The last seed means any."""

OLLAMA = Server("ollama", PLAIN, owners=frozenset(("library",)), choices=frozenset())

LM_STUDIO = Server(
    "lm-studio",
    {**PLAIN, "top_k": "top_k", "repetition_penalty": "repeat_penalty"},
    owners=frozenset(("organization_owner", "organization-owner")),
    choices=frozenset(("none", "required")),
)
"""It refuses a `tool_choice` that is an object."""

SERVERS = {row.name: row for row in (OPENAI_API, VLLM, VLLM_0_11, SGLANG, LLAMA_SERVER, OLLAMA, LM_STUDIO)}
"""Every row, by its name."""


def server_named(name: str) -> Server:
    """The row of a name.

    Raises:
        ConfigurationError: There is none.
    """
    if name not in SERVERS:
        raise ConfigurationError(f"server={name!r} is unknown.", hint=f"It is one of: {', '.join(SERVERS)}.")
    return SERVERS[name]


def server_behind(models: Any) -> Server | None:
    """The row of the server that a list of models is from, as `GET /v1/models` gives it; None where none is known."""
    cards = models.get("data") if isinstance(models, dict) else None
    owners = {card.get("owned_by") for card in cards if isinstance(card, dict)} if isinstance(cards, list) else set()
    return next((row for row in SERVERS.values() if row.owners & owners), None)
