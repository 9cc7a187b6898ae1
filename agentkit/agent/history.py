"""The messages that a run starts with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ..errors import ConfigurationError
from ..events import Event
from ..generation import Repaired
from ..messages import Message
from ..wire.history import Examination, examine

History: TypeAlias = Sequence[Message | Mapping[str, Any]]


def conversation(
    system: str | None, history: History, prompt: str | None, emit: Callable[[Event], None]
) -> list[Message]:
    """A history made valid, with the instructions and the prompt; instructions take the place of an earlier run's.

    Messages that are fine are the very objects of the history. What is mended is told.

    Raises:
        ConfigurationError: An entry is no message, the prompt is no text, or there is nothing to answer.
    """
    if prompt is not None and not isinstance(prompt, str):
        raise ConfigurationError(f"the prompt must be a text or None, not {type(prompt).__name__}.")
    asked = [] if prompt is None else [Message("user", prompt)]
    messages = _valid([*history, *asked], emit) if history else asked
    if system is not None:
        if messages and messages[0].role == "system":
            if messages[0].content != system:
                messages[0] = Message("system", system)
        else:
            messages.insert(0, Message("system", system))
    if not any(message.role != "system" for message in messages):
        raise ConfigurationError("there is neither a prompt nor a history to answer.")
    return messages


def _valid(given: History, emit: Callable[[Event], None]) -> list[Message]:
    examination = examine(given)
    messages = [item if isinstance(item, Message) else _message(item) for item in examination.messages]
    for problem in examination.problems:
        if problem.repairable:
            before = _told(given[problem.index : problem.index + 1])
            emit(Repaired(f"history, {problem}", before, _told(_come_from(problem.index, examination))))
    return messages


def _come_from(index: int, examination: Examination[Any]) -> list[Any]:
    pairs = zip(examination.origins, examination.messages, strict=True)
    return [message for origin, message in pairs if origin == index]


def _told(items: Iterable[Any]) -> str:
    data = [item.to_dict() if isinstance(item, Message) else item for item in items]
    return "\n".join(json.dumps(item, ensure_ascii=False, default=repr) for item in data)


def _message(item: Mapping[str, Any]) -> Message:
    try:
        return Message.from_dict(item)
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(f"history has an entry that is no message: {error}.") from error
