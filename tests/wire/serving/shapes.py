"""A valid history of chat completions in the four shapes of contract/workers_ai.md section 7."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from agentkit.messages import Message

History: TypeAlias = list[dict[str, Any]]
Pair: TypeAlias = tuple[str, Any, str]


def documented(history: History) -> History:
    """Section 7.1: a call is the text of a message, its result has neither id nor name."""
    return _one_by_one(history, lambda call, result: [_as_text(call), {"role": "tool", "content": result["content"]}])


def native(history: History) -> History:
    """Section 7.2: the same with the name of the tool."""
    return _one_by_one(history, lambda call, result: [_as_text(call), _named(result)])


def interleaved(history: History) -> History:
    """Section 7.2, the calls of a turn one after the other, then their results."""
    written: History = []
    for message, results in _turns(history):
        calls = message.get("tool_calls")
        written += [_as_text(call) for call in calls] if calls else [message]
        written += [_named(result) for result in results]
    return written


def objects(history: History) -> History:
    """Section 7.3 with arguments as objects, and null for no content."""
    written: History = []
    for message in history:
        if "tool_calls" in message:
            calls = [
                {**call, "function": {**call["function"], "arguments": _arguments(call)}}
                for call in message["tool_calls"]
            ]
            message = {**message, "content": message["content"] or None, "tool_calls": calls}
        written.append(message)
    return written


def both(history: History) -> History:
    """Section 7.4: as chat completions have it, and the first call as text, too."""
    return [
        {**message, "content": _as_text(message["tool_calls"][0], "parameters")["content"]}
        if "tool_calls" in message
        else message
        for message in history
    ]


SHAPES: dict[str, Callable[[History], History]] = {
    "documented": documented,
    "native": native,
    "interleaved": interleaved,
    "chat completions": list,
    "objects": objects,
    "both": both,
}


def calls_of(history: History) -> list[Pair]:
    """Name, arguments and result of every call."""
    results = {message["tool_call_id"]: message["content"] for message in history if message["role"] == "tool"}
    calls = [call for message in history for call in message.get("tool_calls", ())]
    return [(call["function"]["name"], _arguments(call), results[call["id"]]) for call in calls]


def calls_read(messages: Iterable[Message]) -> list[Pair]:
    """The same of messages that were read; every result is right behind its calls."""
    messages = list(messages)
    found: list[Pair] = []
    for position, message in enumerate(messages):
        after = messages[position + 1 : position + 1 + len(message.tool_calls)]
        results = {result.tool_call_id: result for result in after}
        for call in message.tool_calls:
            assert results[call.id].name == call.name
            found.append((call.name, json.loads(call.arguments), results[call.id].content))
    assert len(found) == sum(message.role == "tool" for message in messages)
    return found


def _one_by_one(history: History, write: Callable[[Any, Any], History]) -> History:
    written: History = []
    for message, results in _turns(history):
        if "tool_calls" in message:
            for call, result in zip(message["tool_calls"], results, strict=True):
                written += write(call, result)
        else:
            written.append(message)
    return written


def _turns(history: History) -> list[tuple[dict[str, Any], Sequence[dict[str, Any]]]]:
    turns: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for message in history:
        if message["role"] == "tool":
            turns[-1][1].append(message)
        else:
            turns.append((message, []))
    return list(turns)


def _as_text(call: dict[str, Any], key: str = "arguments") -> dict[str, Any]:
    text = json.dumps({"name": call["function"]["name"], key: _arguments(call)})
    return {"role": "assistant", "content": text}


def _named(result: dict[str, Any]) -> dict[str, Any]:
    return {"role": "tool", "content": result["content"], "name": result["name"]}


def _arguments(call: dict[str, Any]) -> Any:
    return json.loads(call["function"]["arguments"])
