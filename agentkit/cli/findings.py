"""What the probes find out, shown as it comes."""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from ..runners.probing import TITLES, Finding, Subject, probe, profile_of
from ..runners.probing.context import MOST
from .drawing import draw
from .text import one_line, print_json

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = {"yes": "green", "no": "red", "unknown": "yellow"}
LONG = 0.1
"""Seconds from which on it is told how long something took."""


class Findings:
    """A probe on the terminal, or as JSON.

    Args:
        subject: What is probed.
        json: Print JSON at the end, and nothing before.
    """

    def __init__(self, subject: Subject, *, json: bool) -> None:
        from rich.console import Console

        self._subject = subject
        self._json = json
        self._status = Console(stderr=True, highlight=False, markup=False).status("")
        self._start = perf_counter()
        self._found: list[Finding] = []
        self._kept: Path | None = None

    @property
    def answers(self) -> bool:
        """Whether the runner has answered."""
        return any(finding.name == "answers" and finding.verdict == "yes" for finding in self._found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    async def probe(self, quick: bool, context: bool) -> None:
        """Find out what there is to find out."""
        most = MOST if context else 0
        try:
            async for finding in probe(self._subject, quick=quick, most_context=most, on_start=self._doing):
                self._found.append(finding)
                if not self._json:
                    self._status.stop()  # it would stand in the line that is printed
                    self._show(finding)
        finally:
            await self._subject.aclose()

    def keep(self) -> None:
        """Write the profile, where there is one to write.

        Raises:
            ConfigurationError: It cannot be written.
        """
        from ..runners.profiles import write_profile

        profile = profile_of(self._subject, self._found)
        if profile is not None:
            self._kept = write_profile(profile)

    def end(self) -> None:
        """Show what it cost."""
        usage, requests = self._subject.usage, self._subject.requests
        seconds = perf_counter() - self._start
        if self._json:
            print_json(self._record(seconds))
            return
        told = f"{requests} requests, {usage.prompt_tokens:,} tokens sent and {usage.completion_tokens:,} received, "
        self._note(f"{told}{seconds:.1f} s")
        if self._kept is not None:
            self._note(f"kept in {self._kept}; requests of this runner are fitted to it")

    def _doing(self, name: str) -> None:
        if self._status.console.is_terminal:
            self._status.update(f"probing: {TITLES[name]}")
            self._status.start()

    def _show(self, finding: Finding) -> None:
        from rich.table import Table
        from rich.text import Text

        took = f" ({finding.seconds:.1f} s)" if finding.seconds >= LONG else ""
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=26)
        row.add_column(width=7)
        row.add_column(overflow="fold")
        told = Text.assemble(one_line(finding.evidence), (took, "dim"))
        if finding.hint and finding.verdict != "yes":
            told.append(f"\n{one_line(finding.hint)}", "dim")
        row.add_row(TITLES[finding.name], Text(finding.verdict, COLOURS[finding.verdict]), told)
        draw(row)

    def _note(self, text: str) -> None:
        from rich.text import Text

        draw(Text(one_line(text), "dim"))

    def _record(self, seconds: float) -> dict[str, Any]:
        usage = self._subject.usage
        return {
            "runner": self._subject.runner.name,
            "address": self._subject.address or None,
            "answers": self.answers,
            "findings": [asdict(finding) | {"title": TITLES[finding.name]} for finding in self._found],
            "requests": self._subject.requests,
            "usage": {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
            "seconds": round(seconds, 3),
            "profile": str(self._kept) if self._kept else None,
        }
