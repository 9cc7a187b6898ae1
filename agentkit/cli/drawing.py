"""Tables on stdout: within the width of a terminal, and in whole lines where nobody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

UNBROKEN = 2_000
"""Columns of what is no terminal: a line there is as long as its text."""


def draw(*things: RenderableType) -> None:
    """Print tables and texts."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        console.print(*things)
        return
    console.width = UNBROKEN
    with console.capture() as captured:
        console.print(*things)
    for line in captured.get().splitlines():
        print(line.rstrip(), flush=True)
