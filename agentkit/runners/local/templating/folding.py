"""Any conversation as one that a template takes: what it does not know is told in words of those who may speak."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ....messages import Message, ToolCall
from .abilities import Abilities, Entry, as_parts

Write: TypeAlias = Callable[[Sequence[ToolCall]], str]
"""Calls in words."""


def plainly(calls: Sequence[ToolCall]) -> str:
    """Calls as they are told where no way of writing them was agreed.

    >>> plainly([ToolCall("", "add", '{"a":1}')])
    'add({"a":1})'
    """
    return "\n".join(f"{call.name}({call.arguments})" for call in calls)


def fold(
    messages: Sequence[Message], abilities: Abilities, write: Write = plainly, *, preface: str = ""
) -> list[Entry]:
    """Messages for a template.

    Two of one role in a row become one, and empty ones are left out. The entries of a longer conversation begin with
    those of a shorter one, except where its last one goes on.

    Args:
        messages: A conversation.
        abilities: What the template takes.
        write: How calls are told in words, where it does not take them.
        preface: What the system prompt ends with, for example what the tools are.
    """
    told = _Told(abilities, write)
    begun = 0
    while begun < len(messages) and messages[begun].role == "system":
        begun += 1
    told.start([*(message.content for message in messages[:begun]), preface])
    rest = list(messages[begun:])
    while rest:
        group = _answered(rest) if abilities.calls else 0
        if group:
            told.call(rest[:group])
        else:
            told.say(rest[0])
        del rest[: group or 1]
    entries = told.entries or ([] if abilities.assistant_first else [{"role": "user", "content": ""}])
    return as_parts(entries) if abilities.parts else entries


def _answered(messages: Sequence[Message]) -> int:
    """How many messages are calls and all of their results; 0 where the first is something else."""
    calls = messages[0].tool_calls if messages[0].role == "assistant" else ()
    results = messages[1 : 1 + len(calls)]
    answers = {message.tool_call_id for message in results if message.role == "tool"}
    whole = len(answers) == len(calls) > 0 and answers == {call.id for call in calls}
    return 1 + len(calls) if whole else 0


class _Told:
    def __init__(self, abilities: Abilities, write: Write) -> None:
        self.entries: list[Entry] = []
        self._abilities = abilities
        self._write = write

    def start(self, parts: Sequence[str]) -> None:
        """The system prompt."""
        text = "\n\n".join(part for part in parts if part)
        if self._abilities.system:
            self._add("system", text)
        else:
            self._add("user", text)

    def say(self, message: Message) -> None:
        """A message in words."""
        if message.role == "tool":
            self._add("user", f"Result of {message.name or 'the tool'}: {message.content}")
        elif message.role == "system":
            self._add("system" if self._abilities.system_later else "user", message.content)
        else:
            words = [message.content, self._write(message.tool_calls) if message.tool_calls else ""]
            self._add(message.role, "\n".join(part for part in words if part))

    def call(self, group: Sequence[Message]) -> None:
        """Calls and their results, as the template has them."""
        message, *results = group
        if self._abilities.several_calls or len(message.tool_calls) == 1:
            self._call(message.content, message.tool_calls, results)
            return
        by_id = {result.tool_call_id: result for result in results}
        for index, call in enumerate(message.tool_calls):
            self._call("" if index else message.content, (call,), [by_id[call.id]])

    def _call(self, content: str, calls: Sequence[ToolCall], results: Sequence[Message]) -> None:
        self._before_assistant()
        if self.entries and self.entries[-1]["role"] == "assistant" and "tool_calls" not in self.entries[-1]:
            said = self.entries.pop()["content"]
            content = f"{said}\n\n{content}" if content else said
        names = {call.id: call.name for call in calls}
        asked = [self._asked(call) for call in calls]
        self.entries.append({"role": "assistant", "content": content, "tool_calls": asked})
        for result in results:
            self.entries.append(
                {
                    "role": "tool",
                    "name": names[result.tool_call_id or ""],
                    "tool_call_id": result.tool_call_id,
                    "content": result.content,
                }
            )

    def _asked(self, call: ToolCall) -> Entry:
        return call.to_dict() | {
            "function": {
                "name": call.name,
                "arguments": arguments_of(call) if self._abilities.objects else call.arguments,
            }
        }

    def _add(self, role: str, text: str) -> None:
        if not text:
            return
        if role == "assistant":
            self._before_assistant()
        elif role == "user" and self._role() == "tool" and not self._abilities.user_after_result:
            self.entries.append({"role": "assistant", "content": ""})
        if self._role() == role and "tool_calls" not in self.entries[-1]:
            self.entries[-1]["content"] += f"\n\n{text}"
        else:
            self.entries.append({"role": role, "content": text})

    def _before_assistant(self) -> None:
        if self._role() in ("", "system") and not self._abilities.assistant_first:
            self.entries.append({"role": "user", "content": ""})

    def _role(self) -> str:
        return str(self.entries[-1]["role"]) if self.entries else ""


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments of a call as an object, also where they are none."""
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        value = call.arguments
    return value if isinstance(value, dict) else {"arguments": value}
