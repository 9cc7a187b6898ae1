"""From a conversation as it came to one that a server takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ...messages import Message
from ..dialects import OPENAI, Dialect
from .naming import name_calls
from .native import read_calls_as_text
from .pairing import pair
from .problems import Findings, Problem
from .reading import read
from .roles import place_system, split_calls, tell_in_words
from .turns import alternate, end

M = TypeVar("M", Message, dict[str, Any], Mapping[str, Any], Message | Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Examination(Generic[M]):
    """A conversation, mended, and what was wrong with it."""

    messages: list[M]
    """What `repair` gives."""
    problems: list[Problem]
    """What `lint` gives."""
    origins: list[int]
    """For each of `messages` the position of the given message that it comes from, or was put in for."""


def examine(messages: Iterable[M], dialect: Dialect = OPENAI) -> Examination[M]:
    """`lint` and `repair` in one go.

    Args:
        messages: As for `repair`.
        dialect: As for `repair`.

    Returns:
        The problems, and the messages without those that can be repaired.
    """
    findings = Findings()
    entries, stray = read(messages, dialect, findings)
    read_calls_as_text(entries, dialect, findings)
    entries = pair(entries, stray, dialect, findings)
    name_calls(entries, dialect, findings)
    entries = tell_in_words(entries, dialect, findings)
    entries = place_system(entries, dialect, findings)
    entries = split_calls(entries, dialect, findings)
    entries = alternate(entries, dialect, findings)
    end(entries, dialect, findings)
    problems = sorted(findings.problems, key=lambda problem: problem.index)
    return Examination([entry.written() for entry in entries], problems, [entry.index for entry in entries])


def lint(messages: Iterable[M], dialect: Dialect = OPENAI) -> list[Problem]:
    """Name everything about a conversation that a server may refuse.

    Args:
        messages: `Message` objects, or dicts in the chat-completions shape or one of the four of
            contract/workers_ai.md section 7. Whatever is there, nothing is raised.
        dialect: What the conversation is for: a row of `agentkit.wire.dialects`, chat completions by default.

    Returns:
        The problems by their positions; none where the conversation is fine as it is.

    >>> [problem.kind for problem in lint([{"role": "tool", "tool_call_id": "a", "content": "3"}])]
    ['orphan_result']
    """
    return examine(messages, dialect).problems


def repair(messages: Iterable[M], dialect: Dialect = OPENAI) -> list[M]:
    """A conversation without the problems that can be repaired.

    The same conversation is always mended in the same way, and what was mended once stays as it is. No result of a
    tool is lost: one without its call gets a call, with as much of it as is known. A call without a result gets one
    that says so. Problems with `repairable=False` stay: an image where only text is taken, a role that nobody
    knows, an item that is no message, a conversation that ends with the assistant, or has nothing in it.

    Args:
        messages: `Message` objects, or dicts in the chat-completions shape or one of the four of
            contract/workers_ai.md section 7. They are not changed.
        dialect: What the conversation is for: a row of `agentkit.wire.dialects`, chat completions by default.

    Returns:
        A new list, of the kind that came. Messages that are fine are the very objects that came, so that their
        encodings, and the prefix that a server has cached, stay.

    >>> from agentkit import Message, ToolCall
    >>> asked = [Message("user", "1 + 2?"), Message("assistant", "", (ToolCall("a1b2c3d4e", "add"),))]
    >>> repair(asked)[-1].content
    'No result of this call is known. It may or may not have taken effect.'
    """
    return examine(messages, dialect).messages
