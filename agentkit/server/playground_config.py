"""What the playground's page is told of the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..tooling.table import ToolTable
from ..wire.serving.card import Card, Edition
from ..wire.serving.schemas import inputs
from .state import State

AGENTS = "@agentkit/"
"""What the names of agents begin with."""

ABOUT = {
    "max_tokens": "The longest reply, in tokens.",
    "temperature": "How freely it chooses words; 0 always takes the likeliest.",
    "top_p": "Chooses only among the likeliest words that together have this probability.",
    "top_k": "Chooses only among this many of the likeliest words.",
    "seed": "The same number gives the same reply again.",
    "repetition_penalty": "Above 1, what was said already becomes less likely.",
    "frequency_penalty": "Above 0, the more often a word was used, the less likely it is.",
    "presence_penalty": "Above 0, words that were used at all become less likely.",
}
"""The documented parameters that the page offers, and what each one does."""


def config(state: State, table: ToolTable, version: str) -> dict[str, Any]:
    """The models with their limits, the parameters of each edition, and the tools."""
    cards = [served.card for served in state.models.all()]
    return {
        "version": version,
        "needs_token": state.settings.token is not None,
        "models": [_model(card) for card in cards],
        "parameters": {edition: parameters(edition) for edition in _editions(cards)},
        "most_tokens": state.settings.most_tokens,
        "tools": [_tool(table, spec.name) for spec in table.specs],
    }


def parameters(edition: Edition) -> list[dict[str, Any]]:
    """The parameters of an edition of the documented schema (contract/workers_ai.md section 4)."""
    branches = inputs(edition)["oneOf"]
    fields = next(branch["properties"] for branch in branches if "messages" in branch["properties"])
    rows = []
    for name, about in ABOUT.items():
        if name not in fields:
            continue
        field = fields[name]
        row = {"name": name, "type": field["type"], "about": about, "minimum": field.get("minimum", 1)}
        rows.append(row | {key: field[key] for key in ("maximum", "default") if key in field})
    return rows


def _editions(cards: Iterable[Card]) -> list[Edition]:
    return sorted({card.edition for card in cards})


def _model(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "description": card.description,
        "edition": card.edition,
        "context": card.context,
        "max_tokens": card.max_tokens,
        "max_tokens_streaming": card.max_tokens_streaming,
        "capabilities": list(card.capabilities),
        "is_agent": card.name.startswith(AGENTS),
        "is_local": card.runner.startswith("local"),
    }


def _tool(table: ToolTable, name: str) -> dict[str, Any]:
    tool = table.get(name)
    assert tool is not None
    spec = tool.spec
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        "approve": tool.approve,
        "sequential": tool.sequential,
    }
