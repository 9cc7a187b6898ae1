"""The catalogue of served models, in the service's words and in those of chat completions.

Rows, filters and pages of `models/search` are those of contract/workers_ai.md section 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .card import Card

TASK = {
    "id": "c329a1f9-323d-4e91-b2aa-582dd4188d34",
    "name": "Text Generation",
    "description": "Models that write text, and call tools where they know how.",
}
"""The one task here; its id and its name are those of the service."""

_PER_PAGE = 50
_LONGEST_PAGE = 1000


def rows(cards: Iterable[Card], since: float) -> list[dict[str, Any]]:
    """The rows of the catalogue: each model, and each alias, which says what answers it.

    Args:
        cards: The served models.
        since: When they began to be served, in seconds since 1970.
    """
    found = []
    for card in cards:
        found.append(_row(card, card.name, since))
        found += [_row(card, alias, since) for alias in card.aliases]
    return found


def models_page(cards: Iterable[Card], query: Mapping[str, str], since: float) -> dict[str, Any]:
    """The body of `models/search`.

    Args:
        cards: The served models.
        query: `author`, `hide_experimental`, `page`, `per_page`, `search`, `source`, `task`; what is not understood
            is not applied, except a task or an author that no model has: nothing is found then.
        since: When they began to be served, in seconds since 1970.
    """
    return _page([row for row in rows(cards, since) if _is_meant(row, query)], query)


def tasks_page() -> dict[str, Any]:
    """The body of `tasks/search`."""
    return _page([TASK], {})


def authors_page(cards: Iterable[Card]) -> dict[str, Any]:
    """The body of `authors/search`: the vendors in the names of the models."""
    authors = sorted({_author(card.name) for card in cards} - {""})
    return _page([{"id": _id(f"author:{author}"), "name": author} for author in authors], {})


def openai_models(cards: Iterable[Card], since: float) -> dict[str, Any]:
    """The list of models in the shape of chat completions: the same names as `rows`, in the same order."""
    return {"object": "list", "data": [openai_model(card, name, since) for card in cards for name in _names(card)]}


def openai_model(card: Card, name: str, since: float) -> dict[str, Any]:
    """One model, under one of its names."""
    return {"id": name, "object": "model", "created": int(since), "owned_by": _author(card.name) or "agentkit"}


def _names(card: Card) -> tuple[str, ...]:
    return (card.name, *card.aliases)


def _row(card: Card, name: str, since: float) -> dict[str, Any]:
    created = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    description = card.description
    if name != card.name:
        description = f"Another name of {card.name}, which answers in its place. {description}".rstrip()
    return {
        "id": _id(name),
        "source": 2 if name.startswith("@hf/") else 1,
        "name": name,
        "description": description,
        "task": TASK,
        "created_at": created,
        "tags": [],
        "properties": _properties(card, name),
    }


def _properties(card: Card, name: str) -> list[dict[str, str]]:
    """Values are texts, whatever they mean (contract/workers_ai.md section 1)."""
    values = dict.fromkeys(card.capabilities, "true")
    if card.context is not None:
        values["context_window"] = str(card.context)
    if card.terms:
        values["terms"] = card.terms
    if card.runner:
        values["runner"] = _shown(card.runner)
    if name != card.name:
        values["alias_of"] = card.name
    return [{"property_id": key, "value": values[key]} for key in sorted(values)]


def _shown(runner: str) -> str:
    """A runner string that tells clients nothing of the folders of this machine."""
    kind, colon, name = runner.partition(":")
    is_path = name.startswith(("/", "./", "../", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", name)
    return kind + colon + re.split(r"[\\/]", name)[-1] if is_path else runner


def _is_meant(row: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    wanted = query.get("search", "").casefold()
    is_experimental = {"property_id": "beta", "value": "true"} in row["properties"]
    return (
        query.get("task", "") in ("", TASK["name"])
        and query.get("author", "") in ("", _author(row["name"]))
        and _number(query.get("source"), row["source"]) == row["source"]
        and not (is_experimental and query.get("hide_experimental", "").lower() in ("true", "1"))
        and (wanted in row["name"].casefold() or wanted in row["description"].casefold())
    )


def _page(found: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    size = min(max(_number(query.get("per_page"), _PER_PAGE), 1), _LONGEST_PAGE)
    page = max(_number(query.get("page"), 1), 1)
    shown = found[(page - 1) * size : page * size]
    info = {"page": page, "per_page": size, "count": len(shown), "total_count": len(found)}
    return {"result": shown, "success": True, "errors": [], "messages": [], "result_info": info}


def _number(text: str | None, otherwise: int) -> int:
    """A whole number of a query, `1.0` too, which is how the official SDK sends a source."""
    match = re.fullmatch(r"([0-9]{1,9})(?:\.0*)?", text or "")
    return int(match[1]) if match else otherwise


def _author(name: str) -> str:
    """The vendor in a name: `qwen` of `@cf/qwen/qwen1.5-1.8b-chat`."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 and parts[0].startswith("@") else ""


def _id(name: str) -> str:
    """The same for the same name on every machine."""
    return str(uuid5(NAMESPACE_URL, f"agentkit:{name}"))
