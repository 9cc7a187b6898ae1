"""`agentkit pull`: fetch the weights of an embedded model."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..errors import WeightsError
from .weights import fetch


def pull(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="Which model; the default one if left out.")
    ] = None,
) -> None:
    """Fetch a model that runs in this process.

    What is there already is not fetched again. An interrupted pull leaves nothing behind.
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
    path = found or fetch(entry)
    state = "is here" if found else "fetched"
    print(f"{entry.id} {state}: {path}", file=sys.stderr)
