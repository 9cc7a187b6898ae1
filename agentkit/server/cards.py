"""What clients see of a model, by what runs it."""

from __future__ import annotations

from ..runners.local.catalog import DEFAULT
from ..runners.local.entry import Entry
from ..runners.local.fit import usual_context
from ..runners.local.lookup import short_name
from ..wire.serving.card import Card, Edition

EDITIONS: dict[str, Edition] = {
    "@cf/qwen/qwen1.5-14b-chat-awq": "2024",
    "@cf/qwen/qwen1.5-1.8b-chat": "2024",
    "@hf/thebloke/mistral-7b-instruct-v0.1-awq": "2024",
    "@hf/thebloke/llama-2-13b-chat-awq": "2024-tools",
    "@cf/meta/llama-2-7b-chat-fp16": "2024-tools",
    "@cf/meta/llama-2-7b-chat-int8": "2024-tools",
    "@cf/mistral/mistral-7b-instruct-v0.1": "2024-tools",
    "@hf/thebloke/codellama-7b-instruct-awq": "2024-tools",
}
"""The documented input schema of each documented model (contract/workers_ai.md section 16).

The last four were documented in 2023 with prompts of at most 4,096 characters; the schema of 2024 takes longer ones.
"""
_TOOLS, _JSON, _BATCHES = "function_calling", "json_mode", "async_queue"


def card_of_entry(entry: Entry, name: str | None = None, context: int | None = None) -> Card:
    """The card of a model of the catalogue, or of one in the user's models file.

    Args:
        entry: The model.
        name: What it is served as; None: its id, and its aliases. Under another name it is another model, of which
            the card says what answers; under a documented one it takes what that one is documented to take.
        context: Tokens of prompt and reply together, where the user has said how many.
    """
    edition = EDITIONS.get(name or entry.id) or EDITIONS.get(entry.id, "2025")
    aliases = entry.aliases if name is None else ()
    if name is None and entry.id == DEFAULT.id:
        aliases = (*aliases, "local")
    return Card(
        name or entry.id,
        edition,
        entry.max_tokens or 256,
        entry.max_tokens_streaming or 256,
        context or usual_context(entry),
        f"{short_name(entry)} in this process; weights: {entry.source.origin}",
        (*entry.capabilities, _TOOLS, *((_JSON, _BATCHES) if edition == "2025" else ())),
        entry.licence.url or "",
        "local" if entry.id == DEFAULT.id else f"local:{short_name(entry)}",
        aliases,
    )


def card_of_weights(name: str, context: int | None = None) -> Card:
    """The card of weights that the user has; where they are is not told."""
    description = f"{name} in this process"
    edition = EDITIONS.get(name, "2025")
    return Card(name, edition, 256, 256, context, description, (_TOOLS, _JSON, _BATCHES), runner=f"local:{name}")


def card_of_runner(name: str, runner: str | None) -> Card:
    """The card of what another server answers, by its runner string; None: of code of the user."""
    description = f"{name}, through {runner.partition(':')[0]}" if runner else f"{name}, a runner of its own"
    edition = EDITIONS.get(name, "2025")
    return Card(name, edition, description=description, capabilities=(_TOOLS, _JSON, _BATCHES), runner=runner or "")
