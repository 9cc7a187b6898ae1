"""Messages for tests of histories."""

from __future__ import annotations

from typing import Any

USER = {"role": "user", "content": "1 + 2?"}
SYSTEM = {"role": "system", "content": "Be brief."}
ANSWER = {"role": "assistant", "content": "It is 3."}
ARGUMENTS = '{"a": 1}'


def call(call_id: Any = "aaaaaaaa1", name: Any = "add", arguments: Any = ARGUMENTS) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*items: Any, content: Any = "") -> dict[str, Any]:
    return {"role": "assistant", "content": content, "tool_calls": list(items)}


def result(call_id: Any = "aaaaaaaa1", content: Any = "3", name: Any = "add") -> dict[str, Any]:
    return {"role": "tool", "content": content, "tool_call_id": call_id, "name": name}


def bare(content: Any = "3", **values: Any) -> dict[str, Any]:
    """A result without an id."""
    return {"role": "tool", "content": content, **values}


def text_call(name: str = "add", key: str = "arguments") -> dict[str, Any]:
    """A call in the shape of contract/workers_ai.md section 7.1."""
    return {"role": "assistant", "content": f'{{"name":"{name}","{key}":{{"a":1}}}}'}
