"""What is asked, and in which order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from time import perf_counter

from . import calls, texts
from .contact import contact
from .context import MOST, context
from .finding import Finding
from .subject import Subject


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to find out."""

    name: str
    title: str
    run: Callable[[Subject], Awaitable[Finding | None]]
    quick: bool = True
    """Whether it is asked when there is little time."""


PROBES = (
    Probe("streams", "streams texts", texts.streams),
    Probe("system", "heeds the system message", texts.system),
    Probe("tools", "calls tools", calls.tools),
    Probe("streamed_calls", "streams calls", calls.streamed_calls),
    Probe("parallel_calls", "several calls at once", calls.parallel_calls, quick=False),
    Probe("required", "tool_choice required", calls.required),
    Probe("named", "tool_choice by name", calls.named),
    Probe("results", "takes results", calls.results),
    Probe("schema", "answers by a schema", texts.schema),
    Probe("stop", "stop texts", texts.stop, quick=False),
    Probe("seed", "seed", texts.seed, quick=False),
)

TITLES = {"reachable": "reachable", "access": "lets us in", "answers": "answers", "context": "refuses what is too long"}
TITLES |= {probe.name: probe.title for probe in PROBES}
"""Name of a finding -> what it is called."""


async def probe(
    subject: Subject,
    *,
    quick: bool = False,
    most_context: int = MOST,
    on_start: Callable[[str], None] | None = None,
) -> AsyncGenerator[Finding, None]:
    """Find out what a runner can do, with about 15 small requests and some long ones.

    Never raises but for cancellation: what fails is in the findings.

    Args:
        subject: The runner; see `agentkit.runners.probing.target`.
        quick: Ask only what matters most, and nothing long.
        most_context: Tokens, about, up to which texts grow to find the context window; 0 leaves it out. All of them
            together cost about four times as many tokens.
        on_start: Told what is asked next, by its name.

    Yields:
        One finding after the other. The first ones say whether the runner answers at all; where it does not, they
        are all there is.
    """
    start = on_start or _ignore
    start("answers")
    first = await contact(subject)
    for seen in first:
        yield seen
    if first[-1].verdict != "yes" or first[-1].name != "answers":
        return
    for row in PROBES:
        if quick and not row.quick:
            continue
        start(row.name)
        finding = await _asked(subject, row.name, row.run)
        if finding is not None:
            yield finding
    if most_context > 0 and not quick:
        start("context")
        last = await _asked(subject, "context", lambda each: context(each, most_context))
        if last is not None:
            yield last


async def _asked(subject: Subject, name: str, run: Callable[[Subject], Awaitable[Finding | None]]) -> Finding | None:
    if subject.fatal is not None:
        return Finding(name, "unknown", f"not asked: {subject.fatal.message}", subject.fatal.hint)
    start = perf_counter()
    finding = await run(subject)
    return replace(finding, seconds=perf_counter() - start) if finding is not None else None


def _ignore(name: str) -> None:
    """Nobody watches."""
