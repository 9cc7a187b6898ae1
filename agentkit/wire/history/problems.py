"""What can be wrong with a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .entries import Entry

Kind: TypeAlias = Literal[
    "no_message",
    "unknown_role",
    "refused_role",
    "null_content",
    "content_parts",
    "content_type",
    "no_answer",
    "misplaced_calls",
    "empty_calls",
    "call_shape",
    "call_as_text",
    "arguments_object",
    "arguments_invalid",
    "missing_name",
    "wrong_name",
    "missing_id",
    "id_form",
    "duplicate_id",
    "orphan_call",
    "orphan_result",
    "repeated_result",
    "order",
    "parallel_calls",
    "alternation",
    "trailing_assistant",
    "empty",
]
"""The kinds of problems; these names stay.

no_message: an item is no message · unknown_role: a role that nobody knows, or by another name · refused_role: a role
that the dialect has not, or not there · null_content: content is null or absent · content_parts: content is a list of
parts · content_type: it is something else · no_answer: an assistant message has neither text nor calls ·
misplaced_calls: calls in a message of another role · empty_calls: a list of calls without calls, or an item that is
none · call_shape: a call in another shape than chat completions have · call_as_text: a call is the JSON text of a
message · arguments_object: arguments are no text · arguments_invalid: they are not the JSON of an object ·
missing_name, wrong_name: of a call, or of the tool that a result is from · missing_id, id_form: the id of a call or
result is absent, or of a form that the dialect refuses · duplicate_id: two calls have one id · orphan_call: a call
has no result · orphan_result: a result has no call · repeated_result: the same result once more · order: results do not
stand right after their calls, or not in their order · parallel_calls: more than one call in a message · alternation:
users and assistants do not take turns · trailing_assistant: the conversation ends with the assistant, or with two of
its messages · empty: nobody has said anything."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a conversation."""

    index: int
    """Position of the message, from 0."""
    kind: Kind
    """A stable name."""
    message: str
    """A sentence for people."""
    repairable: bool
    """Whether `repair` mends it."""

    def __str__(self) -> str:
        return f"message {self.index}: {self.message}"


class Findings:
    """The problems of one conversation, as they are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def mended(self, entry: Entry, kind: Kind, message: str) -> None:
        """A problem whose entry is written anew."""
        entry.changed = True
        self.problems.append(Problem(entry.index, kind, message, True))

    def noted(self, entry: Entry, kind: Kind, message: str) -> None:
        """A problem that is mended without a change of the entry: something is added, moved or dropped."""
        self.problems.append(Problem(entry.index, kind, message, True))

    def left(self, index: int, kind: Kind, message: str) -> None:
        """A problem that cannot be repaired."""
        self.problems.append(Problem(index, kind, message, False))
