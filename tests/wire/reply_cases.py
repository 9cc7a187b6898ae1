"""What a row of the tables in `cases/` is, and words to write one with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.errors import RunnerError
from agentkit.messages import Usage

DONE = "[DONE]"
NOTHING = Usage(requests=1)


@dataclass(frozen=True)
class Case:
    """What came, and what it is."""

    came: Any
    """The frames of a stream as a list, or its bytes; all else is a whole reply. Text is taken as it is written."""
    text: str = ""
    calls: Sequence[tuple[str, str]] = ()
    """Name and arguments."""
    ids: Sequence[str | None] | None = None
    """The ids that the server gave."""
    reason: str = ""
    """Left out: `tool_calls` or `stop`, by what there is."""
    usage: Usage = NOTHING
    reasoning: str = ""
    repairs: Sequence[str] = ()
    model: str = "asked"
    tools: Sequence[str] = ()
    """Names of the tools that were offered."""
    max_tokens: int = 100
    """What was asked for."""
    error: type[RunnerError] | None = None
    """What is raised; `text` has come before."""
    says: str = ""
    """What is in the error's message."""


def message(content: Any = None, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}]
    }


def delta(content: Any = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}]}


def called(name: Any = "add", arguments: Any = '{"a": 1}', **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


def envelope(result: Any) -> dict[str, Any]:
    return {"result": result, "success": True, "errors": [], "messages": []}


ADD = ("add", '{"a": 1}')
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
USED = Usage(10, 5, requests=1)


def piece(arguments: Any, index: int | None = 0, **more: Any) -> dict[str, Any]:
    """A fragment of a call's arguments."""
    return ({} if index is None else {"index": index}) | {"function": {"arguments": arguments}, **more}
