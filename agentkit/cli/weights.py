"""The embedded model's weights, fetched with a progress bar."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingDependencyError

if TYPE_CHECKING:
    from ..runners.local.entry import Entry


def fetch(entry: Entry) -> Path:
    """Pull the weights of a catalogue entry, unless they are there; the bar is drawn on stderr.

    Raises:
        WeightsError: They cannot be fetched.
        KeyboardInterrupt: Ctrl-C was pressed; nothing half-written is left.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from ..runners.local import weights

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.print(f"fetching {entry.id} {megabytes(entry.source.download_size)} ...", markup=False)
        return weights.pull(entry)
    columns = (TextColumn("[dim]{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"fetching {entry.id}", total=entry.source.download_size)
        return weights.pull(entry, lambda done, total: bar.update(task, completed=done, total=total))


def megabytes(size: int | None) -> str:
    """A size in brackets, nothing where it is not known."""
    return f"({size / 1e6:.0f} MB)" if size else ""


def fetch_for(runner: str | None) -> None:
    """Fetch the weights that a runner string needs, before its first use; nothing where they are there.

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
