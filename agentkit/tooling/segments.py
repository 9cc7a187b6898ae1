"""Which calls of a turn run at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..messages import ToolCall

if TYPE_CHECKING:
    from .table import ToolTable


def segments(calls: Iterable[ToolCall], table: ToolTable) -> list[list[ToolCall]]:
    """Cut the calls of one turn into runs to make in parallel, one run after the other.

    Returns:
        The calls in their order. A call of a `sequential` tool is alone in its run.
    """
    runs: list[list[ToolCall]] = []
    parallel: list[ToolCall] = []
    for call in calls:
        tool = table.get(call.name)
        if tool is None or not tool.sequential:
            parallel.append(call)
            continue
        if parallel:
            runs.append(parallel)
            parallel = []
        runs.append([call])
    return [*runs, parallel] if parallel else runs
