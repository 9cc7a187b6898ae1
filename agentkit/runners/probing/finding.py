"""What a probe found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...errors import AgentKitError, BadRequestError

Verdict: TypeAlias = Literal["yes", "no", "unknown"]

LONGEST = 160
"""Characters of a text that is quoted as evidence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One ability of a runner."""

    name: str
    """Which one; see `agentkit.runners.probing.table`."""
    verdict: Verdict
    evidence: str
    """What was seen, in a few words."""
    hint: str | None = None
    """What to do about it."""
    seconds: float = 0.0
    """What it took to find out."""
    tokens: int | None = None
    """Of `context`: how many fit, as far as that was found out."""


def failed(name: str, error: AgentKitError) -> Finding:
    """The finding where a request failed: `no` where it was refused as it is, else `unknown`."""
    verdict: Verdict = "no" if isinstance(error, BadRequestError) else "unknown"
    return Finding(name, verdict, quoted(error.message, marks=False), error.hint)


def quoted(text: str, *, marks: bool = True) -> str:
    """The beginning of a text in one line.

    >>> quoted(" It  is\\n5. ")
    "'It is 5.'"
    """
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return repr(line) if marks else line
