from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.messages import Message, ToolCall, ToolResult, ToolSpec, Usage

texts = st.text(max_size=40)
calls = st.builds(ToolCall, id=texts, name=texts, arguments=texts)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=texts,
    tool_calls=st.lists(calls, max_size=2).map(tuple),
    tool_call_id=st.none() | texts,
    name=st.none() | texts,
    reasoning=st.none() | texts,
)


@given(messages)
def test_a_message_survives_the_way_through_json(message: Message) -> None:
    assert Message.from_dict(json.loads(json.dumps(message.to_dict()))) == message


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_content_of_any_shape_becomes_text(content: Any, text: str) -> None:
    assert Message.from_dict({"role": "user", "content": content}).content == text


@pytest.mark.parametrize(("arguments", "text"), [({"a": 1}, '{"a": 1}'), (None, "{}"), ('{"a":1}', '{"a":1}')])
def test_arguments_of_a_call_become_json_text(arguments: Any, text: str) -> None:
    call = {"id": "1", "function": {"name": "f", "arguments": arguments}}
    message = Message.from_dict({"role": "assistant", "tool_calls": [call, None]})
    assert message.tool_calls == (ToolCall("1", "f", text),)


def test_an_unknown_role_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'banana'"):
        Message.from_dict({"role": "banana", "content": ""})


def test_a_result_answers_its_call() -> None:
    result = ToolResult(ToolCall("abc", "add"), "3")
    assert result.message() == Message("tool", "3", tool_call_id="abc", name="add")


def test_a_spec_is_sent_in_the_openai_shape() -> None:
    assert ToolSpec("f", "does", {"type": "object", "properties": {}}).to_dict() == {
        "type": "function",
        "function": {"name": "f", "description": "does", "parameters": {"type": "object", "properties": {}}},
    }


def test_usage_adds_up() -> None:
    total = Usage(1, 2, 3, 0.5, 1) + Usage(10, 20, 30, 0.25, 1)
    assert total == Usage(11, 22, 33, 0.75, 2)
    assert total.total_tokens == 33
