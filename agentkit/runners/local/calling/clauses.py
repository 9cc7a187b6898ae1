"""A request that asks for several things, taken apart."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from .english import ASKING
from .reading import QUOTED
from .stems import stem

_JOINTS = re.compile(
    r"(?P<end>(?<=[^\W\d_]{2}[.?!])\s+|(?<=[^\W_]{2}[.?!])\s+|(?<=[\d)\"'%][.?!])\s+|\s*+;\s*|\n+)"
    r"|(?P<joint>(?:\s*+,)?\s++(?:and\s+then|then|and\s+also|and|also|plus|after\s+that)\s+)",
    re.I,
)
_LEADING = re.compile(r"^(?:(?:and|then|also|next|finally|after that|please)\b[\s:,]*)+", re.I)
_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"), ("`", "`"))
_BACK = re.compile(r"\b(?:the (?:result|answer|sum|product|total|output|outcome)|it|that|this|them)\b", re.I)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is asked for."""

    text: str
    later: bool = False
    """Whether it is to be done after the one before it: it says `then`, or speaks of its result."""
    apart: bool = False
    """Whether `and`, `also` or `then` parts it from another; a mere full stop may part what belongs together."""


def clauses_of(request: str, verbs: Collection[str]) -> list[Clause]:
    """The parts of a request that may each need a call of their own.

    Sentences part it, and `and` or `then` before a word that asks for something.

    Args:
        request: What the user said.
        verbs: Stems of further words that ask for something: the tools' names.
    """
    hidden = re.sub(QUOTED, lambda match: "\0" * len(match[0]), request)
    cuts = [0]
    joints = [""]
    for match in _JOINTS.finditer(hidden):
        following = re.match(r"[\w']+", _LEADING.sub("", hidden[match.end() :]).lower())
        asks = following is not None and (following[0] in ASKING or stem(following[0]) in verbs)
        ends = match.lastgroup == "end" and (hidden.islower() or not hidden[match.end() : match.end() + 1].islower())
        if ends or asks or "then" in match[0].lower():
            cuts += [match.start(), match.end()]
            joints.append(match[0])
    cuts.append(len(request))
    parts = [request[start:end].strip() for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    clauses = [_clause(part, joint) for part, joint in zip(parts, joints, strict=True) if re.search(r"\w", part)]
    for index, after in enumerate(clauses[1:]):
        clauses[index] = replace(clauses[index], apart=clauses[index].apart or after.apart)
    return clauses


def with_result(clause: Clause, result: str) -> str:
    """A clause with an earlier result in place of the words that stand for it: a number, or quoted.

    >>> with_result(Clause("add 3 to it"), "12"), with_result(Clause("translate it"), 'say "hi"')
    ('add 3 to 12', 'translate “say "hi"”')
    """
    opening, closing = next((pair for pair in _QUOTES if not set(pair) & set(result)), ("", ""))
    value = f"{opening}{result}{closing}" if re.search(r"[^\d.,-]", result) else result
    return _BACK.sub(lambda _: value, clause.text, count=1)


def _clause(text: str, joint: str) -> Clause:
    plain = _LEADING.sub("", text)
    said = f"{joint} {text[: len(text) - len(plain)]}".lower()
    later = bool(re.search(r"\bthen\b|\bafter that\b", said)) or bool(joint and _BACK.search(plain))
    return Clause(plain or text, later, bool(re.search(r"[a-z]", said)))
