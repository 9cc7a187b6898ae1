"""`agentkit pull`: fetch the weights of a model that runs here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import WeightsError
from .text import safe
from .weights import fetch, take


def pull(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="Which model; the default one if left out.")
    ] = None,
    given: Annotated[
        Path | None, typer.Option("--from", metavar="PATH", help="A folder or file of yours that has the weights.")
    ] = None,
) -> None:
    """Fetch a model that runs on this machine; its terms are shown first.

    What is there already is not fetched again. What an interrupted pull of a large model has brought is used by the
    next one. With --from nothing is fetched: the weights are checked, and linked or copied into the cache folder.
    """
    from ..runners.local import weights
    from ..runners.local.lookup import find_entry, unknown_model

    entry = find_entry(model or "")
    if entry is None:
        raise unknown_model(model or "")
    try:
        found = weights.find(entry)
    except WeightsError:  # what is there is broken, and is fetched again
        found = None
    if given is not None:
        path, state = take(entry, given), "taken over"
    elif found is None:
        path, state = fetch(entry), "fetched"
    else:
        path, state = found, "is here"
    print(f"{safe(entry.id)} {state}: {safe(str(path))}", file=sys.stderr)
