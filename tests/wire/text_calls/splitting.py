"""A text through the splitter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agentkit.wire.text_calls.splitter import CallSplitter, Taken


@dataclass(frozen=True)
class Split:
    """What became of a text."""

    text: str
    calls: Sequence[tuple[str, str]]
    blocks: Sequence[Taken]


def split(pieces: Iterable[str], tools: Collection[str], *, reasoning: bool = False) -> Split:
    splitter = CallSplitter(tools, reasoning=reasoning)
    text = "".join(splitter.feed(piece) for piece in pieces)
    rest = splitter.finish()
    blocks = rest.blocks
    calls = [(call.name, call.arguments) for block in blocks for call in block.calls]
    return Split(text + (rest.text if blocks else rest.source), calls, blocks)


def cut(text: str, places: Iterable[int]) -> list[str]:
    at = sorted({place % (len(text) + 1) for place in places})
    return [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]
