"""`agentkit models`: what can run here."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from ..errors import WeightsError
from .options import flag
from .text import print_json, safe

if TYPE_CHECKING:
    from rich.text import Text

REMOTE = {
    "workers-ai:MODEL": (("CLOUDFLARE_ACCOUNT_ID",), ("CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN")),
    "openai:MODEL": (("OPENAI_BASE_URL",), ("OPENAI_API_KEY",)),
}
"""Runner string -> the settings that it reads from the environment; of each group, one is enough."""


def models(
    json: Annotated[bool, flag("--json", help="Print JSON.")] = False,
) -> None:
    """Show which models are here, can be pulled, or are configured."""
    default = os.environ.get("AGENTKIT_RUNNER") or "local"
    engine = "llama.cpp" if find_spec("xllamacpp") else None
    found = {"default": default, "engine": engine, "local": _local(), "remote": _remote()}
    if json:
        print_json(found)
        return
    _show(found)


def _local() -> list[dict[str, Any]]:
    from ..runners.local import weights
    from ..runners.local.catalog import DEFAULT, ENTRIES

    return [
        {
            "runner": "local" if entry is DEFAULT else f"local:{entry.id}",
            "model": entry.id,
            "licence": entry.licence.name,
            "bytes": entry.source.download_size or 0,
            "context": entry.window,
        }
        | _place(weights, entry)
        for entry in ENTRIES.values()
    ]


def _place(weights: Any, entry: Any) -> dict[str, Any]:
    try:
        path = weights.find(entry)
    except WeightsError as error:
        return {"path": None, "problem": str(error)}
    return {"path": str(path) if path else None, "problem": None}


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


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for model in found["local"]:
        about = f"{model['model']}, {model['bytes'] / 1e6:.0f} MB, {model['licence']}"
        table.add_row(Text(model["runner"], "bold cyan"), Text.assemble(about, "\n", _state(model, found["engine"])))
    table.add_row(Text("local:FILE.gguf", "bold cyan"), Text("any GGUF file", "dim"))
    for runner in found["remote"]:
        lines = [_setting(names, runner["environment"]) for names in REMOTE[runner["runner"]]]
        table.add_row(Text(runner["runner"], "bold cyan"), Text("\n").join(lines))
    console = Console(highlight=False)
    console.print(table)
    console.print(Text.assemble(("without -m: ", "dim"), safe(found["default"])))


def _setting(names: tuple[str, ...], environment: dict[str, str | None]) -> Text:
    from rich.text import Text

    for name in names:
        if value := environment[name]:
            return Text(f"{name} is {safe(value)}", "green")
    return Text(f"{' or '.join(names)} is not set", "dim")


def _state(model: dict[str, Any], engine: str | None) -> tuple[str, str]:
    """What there is of a local model, and in which style to say it."""
    if engine is None:
        return "the engine is not installed: pip install 'agentkit[local]'", "yellow"
    if model["problem"]:
        return safe(model["problem"]), "red"
    return (f"here: {safe(model['path'])}", "green") if model["path"] else ("not here: agentkit pull", "yellow")
