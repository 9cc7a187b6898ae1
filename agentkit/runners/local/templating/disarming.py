"""Texts in which names of control tokens are only text: nobody may end a turn, or begin one, by writing so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ....errors import BadRequestError
from ....messages import Message, ToolCall, ToolSpec

_SUSPECT = re.compile(r"[<\[]")
"""What names of control tokens begin with, in every vocabulary that is known."""
_TURN = re.compile(r"\[/?[A-Z][A-Z_]+\]|<</?[A-Z]+>>|<\|[^|<>\s]{1,40}\|>")
"""Marks of turns, which some templates write as plain text: `[INST]`, `<<SYS>>`, `<|user|>`."""


class Tokens(Protocol):
    """The tokenizer of an engine; see `Engine.tokens`."""

    def __call__(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        """The token ids of a text."""
        ...


class Disarming:
    """Takes their meaning from marks that stand in what users, tools and the model wrote.

    Args:
        tokens: The tokenizer of the model.
        sources: Its chat templates; marks of turns in them are meant, too.
    """

    def __init__(self, tokens: Tokens, *sources: str) -> None:
        self._tokens = tokens
        self._marks = frozenset(mark for source in sources for mark in _TURN.findall(source))

    def messages(self, messages: Sequence[Message]) -> list[Message]:
        """Every text of a conversation."""
        texts = [text for message in messages for text in (message.content, *_texts_of(message.tool_calls))]
        if self._harmless("\n".join(text for text in texts if _SUSPECT.search(text))):
            return list(messages)
        return [
            replace(
                message,
                content=self._text(message.content),
                name=self._text(message.name) if message.name else message.name,
                tool_calls=tuple(map(self._call, message.tool_calls)),
            )
            for message in messages
        ]

    def tools(self, tools: Sequence[ToolSpec]) -> list[ToolSpec]:
        """Every text in the descriptions of tools.

        Raises:
            BadRequestError: A schema is nested too deeply to be written.
        """
        if not tools:
            return []
        try:
            written = json.dumps([tool.to_dict() for tool in tools], ensure_ascii=False)
        except RecursionError:
            raise BadRequestError("the schemas of the tools are nested too deeply to be written.") from None
        if self._harmless(written):
            return list(tools)
        return [
            ToolSpec(self._text(tool.name), self._text(tool.description), self._value(tool.parameters))
            for tool in tools
        ]

    def _call(self, call: ToolCall) -> ToolCall:
        return replace(call, name=self._text(call.name), arguments=self._arguments(call.arguments))

    def _arguments(self, text: str) -> str:
        if self._harmless(text):
            return text
        try:
            return json.dumps(self._value(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self._text(text)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(str(name)): self._value(item) for name, item in value.items()}
        return [self._value(item) for item in value] if isinstance(value, (list, tuple)) else value

    def _text(self, text: str) -> str:
        return text if self._harmless(text) else _SUSPECT.sub("\\g<0>\u200b", text)

    def _harmless(self, text: str) -> bool:
        if not _SUSPECT.search(text):
            return True
        return not any(mark in text for mark in self._marks) and self._tokens(text) == self._tokens(text, marks=True)


def _texts_of(calls: Sequence[ToolCall]) -> list[str]:
    return [text for call in calls for text in (call.name, call.arguments)]
