"""What a way of writing calls is: the marks it begins with, and a reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Resolve: TypeAlias = Callable[[str], str | None]
"""The offered tool that a name stands for; None where it is none."""


@dataclass(frozen=True, slots=True)
class Written:
    """A call as it was written."""

    name: str
    """Of an offered tool."""
    arguments: str
    """JSON as the model wrote it, which may be broken."""


@dataclass(frozen=True, slots=True)
class Block:
    """Calls that stand together, and where they end."""

    calls: tuple[Written, ...]
    end: int


More: TypeAlias = Literal["more"]
MORE: More = "more"
"""It may become a call when more text comes."""

Outcome: TypeAlias = Block | More | None
"""None: no call of an offered tool stands here, whatever comes. A reader never takes back a block or a None."""

Reader: TypeAlias = Callable[[str, int, bool, Resolve], Outcome]
"""Reads a text from a position; the flag says that no more text comes."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way of writing calls."""

    name: str
    marks: tuple[str, ...] = ()
    """Texts that a block begins with, anywhere in a reply; each begins with `<` or `[`."""
    tagged: Reader | None = None
    """Reads from a mark on."""
    whole: Reader | None = None
    """Reads a reply that is nothing but calls, without any mark."""


_LEFT = re.compile(
    r"""(?:\s*(?:</(?:tool_calls?|function(?:_calls?)?|parameter|tools|s)>|<tool_calls?>(?=\s*\Z)
    |<\|(?:eot_id|eom_id|im_end|end|end_of_text|endoftext|call|return|python_end|tool_call_end|/tool_call|/tool_calls)\|>
    |</\|tool_call\|>|\[/TOOL_CALLS\]|<[｜|](?:end▁of▁sentence|tool[▁_]calls?[▁_](?:section_)?end)[｜|]>))*\s*""",
    re.VERBOSE,
)
"""What servers leave of a model's own marks after a call."""


def after_marks(text: str, at: int) -> int:
    """Where the text goes on after white space and closing marks."""
    found = _LEFT.match(text, at)
    return found.end() if found else at


def after_space(text: str, at: int) -> int:
    """The next character that is no white space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at
