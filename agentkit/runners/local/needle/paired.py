"""Needle 3 beside a model that can talk: that one chooses the tools, Needle reads the values out of the request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import ContextOverflowError
from ....messages import ToolSpec
from ..calling.planning import Recipe, Step, key_of
from .calls import all_said, checked
from .engine import Needle
from .wording import as_needle_reads, described


@dataclass(frozen=True, slots=True)
class Paired:
    """A caller. Where a tool is too long for Needle, or its values are not in the request, the recipe fills them in.

    Args:
        recipe: Chooses the tools.
        needle: Fills in the values.
        stopped: Whether nobody waits for an answer any more.
    """

    recipe: Recipe
    needle: Needle
    stopped: Callable[[], bool]

    def steps(self, request: str, tools: Sequence[ToolSpec], *, must: bool = False) -> list[Step]:
        """Those of the recipe."""
        return self.recipe.steps(request, tools, must=must)

    def calls(self, step: Step) -> list[dict[str, Any]]:
        """The arguments of each call of a step; see `Caller.calls`."""
        if not step.tool.parameters.get("properties"):
            return self.recipe.calls(step)
        key = ("needle", key_of(step.tool), step.source)
        found: list[dict[str, Any]] = self.recipe.planner.once(key, lambda: self._read(step))
        if found and all(all_said(arguments, step.tool, step.source) for arguments in found):
            return found
        others = self.recipe.calls(step)
        return others if not found or all(all_said(each, step.tool, step.source) for each in others) else found

    def _read(self, step: Step) -> list[dict[str, Any]]:
        try:
            answer = self.needle.complete(as_needle_reads(step.source), [described(step.tool)], self.stopped)
        except ContextOverflowError:
            return []
        return [arguments for _, arguments in checked(answer.calls, [step.tool], step.source)]
