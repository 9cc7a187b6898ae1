"""Weights of models that run here, fetched with their terms and a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingDependencyError
from .text import safe

if TYPE_CHECKING:
    from ..runners.local.entry import Entry
    from ..runners.local.source import Progress


def fetch(entry: Entry) -> Path:
    """Pull the weights of a model, unless they are there.

    Raises:
        WeightsError: They cannot be fetched.
        KeyboardInterrupt: Ctrl-C was pressed; nothing half-written is left under the name of the weights.
    """
    from ..runners.local import weights

    return _watched(entry, "fetching", lambda progress: weights.pull(entry, progress))


def take(entry: Entry, given: Path) -> Path:
    """Take weights that the user has.

    Raises:
        WeightsError: They are not those of the model, or broken.
    """
    from ..runners.local import weights

    return _watched(entry, "copying", lambda progress: weights.adopt(entry, given, progress))


def fetch_for(runner: str | None) -> None:
    """Fetch the weights that a runner string needs, before its first use.

    Nothing where they are there, or are only fetched when somebody asks for them with `agentkit pull`.

    Raises:
        MissingDependencyError: What would run them is not installed.
        WeightsError: They cannot be fetched.
    """
    place, _, model = (runner or "local").partition(":")
    if place != "local":
        return
    from ..runners.local import weights
    from ..runners.local.lookup import find_entry

    entry = find_entry(model)
    if entry is None or not entry.source.on_first_use or weights.find(entry) is not None:
        return
    if find_spec("xllamacpp") is None:
        raise MissingDependencyError("xllamacpp", "local")
    fetch(entry)


def _watched(entry: Entry, doing: str, work: Callable[[Progress], Path]) -> Path:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from ..runners.local.source import unwatched

    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for line in _terms(entry):
        console.print(safe(line), style="dim")
    if not console.is_terminal:
        console.print(f"{doing} {safe(entry.id)} ...")
        return work(unwatched)
    columns = (TextColumn("[dim]{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=entry.source.download_size)
        return work(lambda done, total: bar.update(task, completed=done, total=total))


def _terms(entry: Entry) -> list[str]:
    """Where the weights come from, and what may be done with them."""
    licence = entry.licence
    lines = [f"{entry.id} from {entry.source.origin}", f"licence: {licence.name}"]
    if licence.url:
        lines[-1] += f", {licence.url}"
    if licence.note:
        lines.append(licence.note)
    if getattr(entry.source, "gated", False):
        lines.append("Its owners ask for an account that has accepted these terms: set HF_TOKEN to a token of it.")
    return lines
