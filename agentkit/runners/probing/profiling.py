"""What was found out of a server, as the profile that its runner reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ..profiles import Profile, read_profile
from .finding import Finding
from .subject import Subject


def profile_of(subject: Subject, findings: Iterable[Finding]) -> Profile | None:
    """The profile of what was probed; None where no server was asked, or it does not answer.

    What was not asked this time is kept from an earlier profile.
    """
    found = {finding.name: finding for finding in findings}
    if not subject.address or "answers" not in found or found["answers"].verdict != "yes":
        return None
    name = subject.runner.name
    earlier = read_profile(name, subject.address)
    verdicts = {each.name: str(each.verdict) for each in found.values()}
    context = earlier.context if earlier else None
    if "context" in found:
        window = found["context"]
        context = window.tokens if window.verdict != "unknown" else None
    made = datetime.now(UTC).isoformat(timespec="seconds")
    kept = earlier.findings if earlier else {}
    return Profile(name, subject.address, made, kept | verdicts, context)
