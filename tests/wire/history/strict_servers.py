"""Servers that refuse what the real ones refuse, each by rules of its own: nothing here is shared with `lint`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema

from agentkit.wire.dialects import MISTRAL, OPENAI, SINGLE_CALL, WORDS_ONLY, WORKERS_AI

SEED = json.loads(
    (Path(__file__).parent.parent.parent / "data/seed002.llama-2-13b-chat-awq.input.schema.json").read_text()
)
DOCUMENTED = jsonschema.Draft202012Validator({"type": "object", **SEED["oneOf"][1]})


def chat_completions(messages: Sequence[Any]) -> None:
    """A validating server, with what llama-server refuses on top: two assistants at the end."""
    assert [message["role"] for message in messages[-2:]] != ["assistant", "assistant"]
    answered(messages)


def answered(messages: Sequence[Any]) -> None:
    """Every call is answered right away, by its id, before anybody else speaks."""
    used: set[str] = set()
    waiting: dict[str, str] = {}
    for message in messages:
        role = message["role"]
        assert role in {"system", "user", "assistant", "tool"}, role
        assert not waiting or role == "tool", f"no results of {waiting}"
        if role == "tool":
            name = waiting.pop(message["tool_call_id"])
            assert message.get("name") in (None, name)
        if role != "assistant" or "tool_calls" not in message:
            assert "tool_calls" not in message
            _check_content(message["content"])
            continue
        assert message["tool_calls"]
        assert isinstance(message.get("content", ""), str | list | None)
        for call in message["tool_calls"]:
            assert call["type"] == "function"
            assert isinstance(call["id"], str)
            assert call["id"] not in used
            assert call["function"]["name"]
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
            used.add(call["id"])
            waiting[call["id"]] = call["function"]["name"]
    assert not waiting, f"no results of {waiting}"


def _check_content(content: Any) -> None:
    assert isinstance(content, str) or (content and all(part["type"] in ("text", "image_url") for part in content))


def workers_ai(messages: Sequence[Any]) -> None:
    """The documented schema (contract/workers_ai.md section 3.3), and names and order of results on top."""
    DOCUMENTED.validate({"messages": [_without_images(message) for message in messages]})
    native = [message for message in messages if message["role"] != "tool" or "tool_call_id" in message]
    for before, message in pairwise([{"role": ""}, *messages]):
        if message["role"] == "tool" and "tool_call_id" not in message:
            call = json.loads(before["content"])
            assert call["name"]
            assert isinstance(call.get("arguments", call.get("parameters")), dict)
    answered(native)
    ids = [call["id"] for message in native for call in message.get("tool_calls", ())]
    assert [message["tool_call_id"] for message in native if message["role"] == "tool"] == ids
    assert all(message["name"] for message in native if message["role"] == "tool")


def _without_images(message: dict[str, Any]) -> dict[str, Any]:
    """Models that see take one text and images beside it (contract/workers_ai.md section 5)."""
    content = message["content"]
    kinds = [part["type"] for part in content] if isinstance(content, list) else []
    return {**message, "content": ""} if "image_url" in kinds and kinds.count("text") < 2 else message


def mistral(messages: Sequence[Any]) -> None:
    """The validator of the service: which role may follow which, and the form of ids; the templates count turns."""
    answered(messages)
    follows = {"": "system user", "system": "user", "user": "assistant", "assistant": "user", "tool": "assistant tool"}
    before, turns = "", 0
    for message in messages:
        assert isinstance(message["content"], str)
        role = message["role"]
        expected = "tool" if before == "calls" else follows[before]
        assert role in expected.split(), f"{role} after {before}"
        assert role != "assistant" or message["content"] or message["tool_calls"]
        for call in message.get("tool_calls", ()):
            assert re.fullmatch("[a-zA-Z0-9]{9}", call["id"])
        if role == "user" or (role == "assistant" and "tool_calls" not in message):
            assert (role == "user") == (turns % 2 == 0)
            turns += 1
        before = "calls" if "tool_calls" in message else role


def single_call(messages: Sequence[Any]) -> None:
    """A Llama 3 template: it raises unless there is one call."""
    answered(messages)
    for position, message in enumerate(messages):
        assert isinstance(message["content"], str)
        assert position == 0 or message["role"] != "system"
        assert "tool_calls" not in message or len(message["tool_calls"]) == 1


def words_only(messages: Sequence[Any]) -> None:
    """A Gemma or Llama 2 template: user, assistant, user, assistant."""
    for position, message in enumerate(messages):
        assert message["role"] == ("assistant" if position % 2 else "user")
        assert isinstance(message["content"], str)
        assert message.keys() <= {"role", "content", "reasoning"}


SERVERS = [
    (OPENAI, chat_completions),
    (WORKERS_AI, workers_ai),
    (MISTRAL, mistral),
    (SINGLE_CALL, single_call),
    (WORDS_ONLY, words_only),
]
