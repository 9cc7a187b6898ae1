"""The calls in the two texts of a reply: what it answers, and what it thinks."""

from __future__ import annotations

import json
from collections.abc import Collection

from ...generation import ReasoningDelta, Repaired, TextDelta
from ...messages import ToolCall
from ..ids import mint
from .splitter import CallSplitter, Rest, Taken


class Salvage:
    """Finds the calls that a reply has as text.

    Args:
        names: The tools that are offered.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.answer = CallSplitter(names)
        self.thoughts = CallSplitter(names, reasoning=True)

    def finish(self, *, take: bool) -> tuple[list[TextDelta | ReasoningDelta], list[ToolCall], list[Repaired]]:
        """What was held back: texts, calls, and for each call what it was written as.

        A call among the thoughts counts only where there is no answer.

        Args:
            take: Whether calls count. They do not in a reply that was cut, or that has calls of its own: what was held
                back is text then, as it was written.
        """
        thoughts, answer = self.thoughts.finish(), self.answer.finish()
        take_answer = take and bool(answer.blocks)
        take_thoughts = take and not answer.blocks and not self.answer.said and not answer.source.strip()
        blocks = answer.blocks if take_answer else thoughts.blocks if take_thoughts else []
        texts: list[TextDelta | ReasoningDelta] = [
            ReasoningDelta(_left(thoughts, take_thoughts)),
            TextDelta(_left(answer, take_answer)),
        ]
        calls, repairs = [], []
        for block in blocks:
            for call in block.calls:
                calls.append(ToolCall(mint(), call.name, call.arguments))
                repairs.append(_repaired(block, call.name, call.arguments))
        return [item for item in texts if item.text], calls, repairs


def _left(rest: Rest, taken: bool) -> str:
    return rest.text if taken and rest.blocks else rest.source


def _repaired(block: Taken, name: str, arguments: str) -> Repaired:
    after = f'{{"name": {json.dumps(name)}, "arguments": {arguments}}}'
    return Repaired(f"a call was written as text ({block.format})", block.source, after)
