"""A conversation as a prompt, by the model's own chat template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...messages import Message
from .decoder import Decoder

_SUSPECT = re.compile(r"[<\[]")
"""What names of control tokens begin with, in every vocabulary that is known."""


def chat_prompt(decoder: Decoder, messages: Sequence[Message]) -> list[int]:
    """The tokens after which the model answers a conversation.

    Calls and their results are told in words, for templates that know neither: so every template takes them, and
    the prompt of the next turn starts with that of this one.

    Raises:
        ContextOverflowError: The conversation does not fit.
        BadRequestError: The template refuses it.
    """
    for message in messages:
        decoder.check_length(message.content)
    told = [entry | {"content": _disarmed(decoder, entry["content"])} for entry in folded(messages)]
    return decoder.prompt(decoder.engine.templated(told), marks=True)


def folded(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages of the roles system, user and assistant only, two of one role in a row made one.

    A call becomes words of the assistant, a result words of the user.
    """
    folded: list[dict[str, Any]] = []
    for message in messages:
        role, text = _told(message)
        if not text:
            continue
        if folded and folded[-1]["role"] == role:
            folded[-1]["content"] += f"\n\n{text}"
        else:
            folded.append({"role": role, "content": text})
    return folded


def _disarmed(decoder: Decoder, text: str) -> str:
    """A text in which names of control tokens are only text: nobody may end a turn, or begin one, by writing so."""
    tokens = decoder.engine.tokens
    if not _SUSPECT.search(text) or tokens(text) == tokens(text, marks=True):
        return text
    return _SUSPECT.sub("\\g<0>\u200b", text)


def _told(message: Message) -> tuple[str, str]:
    if message.role == "tool":
        return "user", f"Result of {message.name or 'the tool'}: {message.content}"
    calls = [f"{call.name}({call.arguments})" for call in message.tool_calls]
    return message.role, "\n".join([part for part in (message.content, *calls) if part])
