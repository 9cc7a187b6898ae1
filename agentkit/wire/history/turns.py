"""Who speaks after whom, and who last."""

from __future__ import annotations

from ..dialects import Dialect
from .entries import Entry, joined
from .problems import Findings
from .roles import SYSTEM

OPENING = "(The conversation begins here.)"
"""What the user says where an assistant spoke first."""
NO_ANSWER = "(No answer was given.)"
"""What the assistant says where it said nothing."""


def end(entries: list[Entry], dialect: Dialect, findings: Findings) -> None:
    """Join what the assistant says twice at the end, where that is refused; say where nobody is to be answered."""
    last = entries[-1] if entries else None
    if all(entry.role in SYSTEM for entry in entries):
        findings.left(last.index if last else 0, "empty", "nobody has said anything that can be answered.")
    elif last is not None and last.role == "assistant" and dialect.assistants_at_end == 0:
        told = "the conversation ends with the assistant, where a user or a result has to be last."
        findings.left(last.index, "trailing_assistant", told)
    elif dialect.assistants_at_end == 1:
        while [entry.role for entry in entries[-2:]] == ["assistant", "assistant"]:
            second = entries.pop()
            findings.noted(second, "trailing_assistant", "it is a second assistant message at the end.")
            _join(entries[-1], second)


def alternate(entries: list[Entry], dialect: Dialect, findings: Findings) -> list[Entry]:
    """Join what one side says twice in a row, and put in a word where the other side is missing."""
    if not dialect.alternates:
        return entries
    placed: list[Entry] = []
    before = ""
    for entry in entries:
        now = entry.role
        if now == before and now in ("user", "assistant"):
            findings.noted(entry, "alternation", f"it is of {now}, as the one before it.")
            _join(placed[-1], entry)
            continue
        if now == "user" and before == "tool":
            findings.noted(entry, "alternation", "it is of user, right after a result.")
            placed.append(entry.beside("assistant", NO_ANSWER))
        elif now == "assistant" and before in ("", "system") and (not placed or placed[-1].role):
            findings.noted(entry, "alternation", "it is of assistant, where a user has to speak first.")
            placed.append(entry.beside("user", OPENING))
        placed.append(entry)
        before = now
    _fill(placed, findings)
    return placed


def _join(first: Entry, second: Entry) -> None:
    first.content = joined(first.content, second.content)
    first.calls = second.calls
    first.changed = True


def _fill(entries: list[Entry], findings: Findings) -> None:
    for entry in entries:
        if entry.role == "assistant" and not entry.calls and not entry.content:
            findings.mended(entry, "no_answer", "it has neither text nor calls.")
            entry.content = NO_ANSWER
