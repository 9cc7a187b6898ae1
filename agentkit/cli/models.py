"""`agentkit models`: what can run here."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from ..errors import WeightsError
from .model_table import show
from .options import flag
from .text import print_json

if TYPE_CHECKING:
    from ..runners.local.entry import Entry
    from ..runners.local.machine import Memory

REMOTE = {
    "workers-ai:MODEL": (("CLOUDFLARE_ACCOUNT_ID",), ("CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN")),
    "openai:MODEL": (("OPENAI_BASE_URL",), ("OPENAI_API_KEY",)),
}
"""Runner string -> the settings that it reads from the environment; of each group, one is enough."""
ENGINES = {"llama.cpp": "xllamacpp", "transformers": "transformers"}
"""What runs GGUF files and what runs checkpoints -> the module that must be installed."""


def models(
    context: Annotated[
        int | None,
        typer.Option("--context", metavar="N", min=1, help="Tokens to make room for; a usual number if left out."),
    ] = None,
    json: Annotated[bool, flag("--json", help="Print JSON.")] = False,
) -> None:
    """Show which models are here, what they would take of this machine, and which servers are configured.

    Names of your own are read from models.toml in the user's configuration folder, or from the file that
    AGENTKIT_MODELS names; the README shows what stands there.
    """
    from ..runners.local.lookup import entries
    from ..runners.local.machine import gpus, ram

    memory, cards = ram(), gpus()
    found = {
        "default": os.environ.get("AGENTKIT_RUNNER") or "local",
        "engines": {engine: find_spec(module) is not None for engine, module in ENGINES.items()},
        "memory": memory.total,
        "gpus": [{"name": card.name, "memory": card.total} for card in cards],
        "local": [_model(entry, context, memory, cards) for entry in entries()],
        "remote": _remote(),
    }
    if json:
        print_json(found)
    else:
        show(found, REMOTE)


def _model(entry: Entry, context: int | None, memory: Memory, cards: tuple[Memory, ...]) -> dict[str, Any]:
    """What there is to say of a local model."""
    from ..runners.local.catalog import DEFAULT
    from ..runners.local.fit import usual_context
    from ..runners.local.lookup import short_name
    from ..runners.local.packaged import PackagedFile

    tokens = min(context or usual_context(entry), entry.window or context or usual_context(entry))
    about = {
        "runner": "local" if entry.id == DEFAULT.id else f"local:{short_name(entry)}",
        "name": short_name(entry),
        "model": entry.id,
        "aliases": list(entry.aliases),
        "licence": entry.licence.name,
        "licence_short": entry.licence.short or entry.licence.name,
        "licence_url": entry.licence.url,
        "source": entry.source.origin,
        "bytes": entry.source.size if isinstance(entry.source, PackagedFile) else None,
        "quantization": entry.quantization,
        "template": entry.template,
        "max_context": entry.window,
        "context": tokens,
        "path": None,
        "problem": None,
    }
    try:
        return about | _here(entry) | _needs(entry, tokens, memory, cards)
    except WeightsError as error:
        return about | {
            "problem": str(error),
            "engine": None,
            "device": None,
            "weights": None,
            "needs": None,
            "fits": None,
        }


def _here(entry: Entry) -> dict[str, Any]:
    from ..runners.local.packaged import PackagedFile
    from ..runners.local.repository import HubRepository
    from ..runners.local.weights import find

    path, source = find(entry), entry.source
    file = ""
    if path is not None:
        file = path.name if path.is_file() else ""
    elif isinstance(source, PackagedFile):
        file = source.file
    elif isinstance(source, HubRepository):
        file = "".join(source.only[:1])
    engine = "llama.cpp" if file.endswith(".gguf") else None if file else "transformers"
    return {"path": str(path) if path else None, "engine": engine}


def _needs(entry: Entry, context: int, memory: Memory, cards: tuple[Memory, ...]) -> dict[str, Any]:
    """The memory that a model takes, where it would be loaded: the largest GPU, else this machine's own memory."""
    from ..runners.local.fit import fits, kv_bytes_per_token, needed, weight_bytes

    place = max(cards, key=lambda card: card.total, default=memory)
    device: Any = "gpu" if place.is_gpu else "cpu"
    size = needed(entry, context, device=device)
    return {
        "device": device,
        "weights": weight_bytes(entry, device),
        "per_token": kv_bytes_per_token(entry, device),
        "needs": size,
        "fits": None if size is None else fits(size, place.total),
    }


def _remote() -> list[dict[str, Any]]:
    return [
        {"runner": runner, "environment": {name: _told(name) for names in groups for name in names}}
        for runner, groups in REMOTE.items()
    ]


def _told(name: str) -> str | None:
    """A setting without its secret: an address without user and password, of everything else only that it is set."""
    value = os.environ.get(name)
    if not value:
        return None
    if not name.endswith("_URL"):
        return "set"
    parts = urlsplit(value)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
