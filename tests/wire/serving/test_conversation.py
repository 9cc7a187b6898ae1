"""Conversations, whoever wrote them, as our messages."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError
from agentkit.generation import Request
from agentkit.messages import Message, ToolCall
from agentkit.wire.dialects import NINE, OPENAI
from agentkit.wire.requests import RequestEncoder
from agentkit.wire.serving.conversation import read_messages

from ..history.samples import ANSWER, SYSTEM, USER, bare, call, calls, result, text_call
from ..history.strict_servers import answered
from ..history.test_properties import harmed, histories, odd, odd_messages
from .shapes import SHAPES, History, calls_of, calls_read

ASKED = Message("user", "1 + 2?")
LOST = "No result of this call is known. It may or may not have taken effect."


def read(*items: Any, lenient: bool = True) -> tuple[Message, ...]:
    return read_messages(list(items), lenient=lenient)


def one(*items: Any) -> tuple[ToolCall, str]:
    """The one call of a conversation, and the content of its result."""
    messages = read(USER, *items)
    assert [message.role for message in messages] == ["user", "assistant", "tool"]
    assert messages[1].content == ""
    assert messages[2].tool_call_id == messages[1].tool_calls[0].id
    assert messages[2].name == messages[1].tool_calls[0].name
    return messages[1].tool_calls[0], messages[2].content


BOTH = '{"name": "add", "parameters": {"a": 1}}'
IDENTICAL: list[tuple[str, list[Any]]] = [
    ("7.1", [text_call(), bare()]),
    ("7.1 with parameters", [text_call(key="parameters"), bare()]),
    ("7.1 with an id that no call has", [text_call(), result("000000001")]),
    ("7.2", [text_call(), bare(name="add")]),
    ("7.2 of the older kind", [text_call(), {"role": "function", "name": "add", "content": "3"}]),
    ("7.3", [calls(call()), result()]),
    ("7.3 without a name", [calls(call()), {"role": "tool", "tool_call_id": "aaaaaaaa1", "content": "3"}]),
    ("7.3 with null for content", [calls(call(), content=None), result()]),
    ("7.3 without content", [{"role": "assistant", "tool_calls": [call()]}, result()]),
    ("7.3 with an object", [calls(call(arguments={"a": 1})), result()]),
    ("7.3 with JSON in JSON", [calls(call(arguments='"{\\"a\\": 1}"')), result()]),
    ("7.3 without ids", [calls(call(None)), bare()]),
    ("7.3 with another id in the result", [calls(call()), result("000000001")]),
    ("7.3 in parts", [calls(call()), result(content=[{"type": "text", "text": "3"}])]),
    ("7.3 with nulls among the calls", [calls(None, call()), result()]),
    ("flat calls", [calls({"name": "add", "arguments": {"a": 1}}), bare(name="add")]),
    ("7.4", [calls(call(), content=BOTH), result()]),
    ("7.4 with arguments", [calls(call(), content=BOTH.replace("parameters", "arguments")), result()]),
    ("a single call", [{"role": "assistant", "function_call": call()["function"]}, bare(name="add")]),
]


@pytest.mark.parametrize("items", [row[1] for row in IDENTICAL], ids=[row[0] for row in IDENTICAL])
def test_all_shapes_mean_the_same(items: list[Any]) -> None:
    found, told = one(*items)
    assert (found.name, json.loads(found.arguments), told) == ("add", {"a": 1}, "3")


@pytest.mark.parametrize("arguments", ["", None, {}, "null", "{", "[1]", 7, '"'])
def test_what_is_no_object_is_an_empty_one(arguments: Any) -> None:
    found, _ = one(calls(call(arguments=arguments)), result())
    assert found.arguments == "{}"


def test_the_text_of_arguments_stays() -> None:
    found, _ = one(calls(call(arguments='{"a":\n1}')), result())
    assert found == ToolCall("aaaaaaaa1", "add", '{"a":\n1}')


def test_ids_become_ours_and_are_remembered() -> None:
    found, _ = one(calls(call("chatcmpl-tool-1f")), result("chatcmpl-tool-1f"))
    assert found.original_id == "chatcmpl-tool-1f"
    assert re.fullmatch(NINE, found.id)
    assert found == one(calls(call("chatcmpl-tool-1f")), result("chatcmpl-tool-1f"))[0]


def test_results_that_come_in_another_order_go_by_name() -> None:
    messages = read(USER, text_call(), text_call("now"), bare("12", name="now"), bare("3", name="add"))
    assert calls_read(messages) == [("add", {"a": 1}, "3"), ("now", {"a": 1}, "12")]


def test_a_missing_result_is_told() -> None:
    messages = read(USER, calls(call(), call("aaaaaaaa2", "now")), result(), USER)
    assert [message.content for message in messages if message.role == "tool"] == ["3", LOST]


def test_a_surplus_result_is_kept() -> None:
    assert calls_read(read(USER, result("zzz", "9", "now"))) == [("now", {}, "9")]


def test_a_call_that_nobody_answered_stays_text() -> None:
    assert read(USER, text_call(), USER)[1] == Message("assistant", text_call()["content"])


def test_text_beside_a_call_stays() -> None:
    assert read(USER, calls(call(), content="Well."), result())[1].content == "Well."


def test_other_json_beside_a_call_stays() -> None:
    said = '{"name": "now", "parameters": {}}'
    assert read(USER, calls(call(), content=said), result())[1].content == said


@pytest.mark.parametrize(
    ("role", "ours"), [("developer", "system"), ("System", "system"), ("human", "user"), ("model", "assistant")]
)
def test_roles_by_other_names(role: str, ours: str) -> None:
    assert read({"role": role, "content": "x"})[0] == Message(ours, "x")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_stays_with_the_answer(name: str) -> None:
    assert read(USER, {**ANSWER, name: "I add."})[1] == Message("assistant", "It is 3.", reasoning="I add.")


def test_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "1 +"}, {"type": "input_text", "text": "2"}, "?"]
    assert read({"role": "user", "content": parts})[0].content == "1 +\n2\n?"


def test_halves_of_characters_are_replaced() -> None:
    assert read({"role": "user", "content": "a\ud83d\ude00\ud800"})[0].content == "a\U0001f600\ufffd"


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
REFUSED: list[tuple[str, Any, bool, str]] = [
    ("no list", {}, True, "Type mismatch of '/messages', 'array' not in 'object'"),
    ("no message", [USER, "hello"], True, "Type mismatch of '/messages/1', 'object' not in 'string'"),
    ("no role", [{"content": ""}], True, "required properties at '/messages/0' are 'role,content'"),
    ("a number as role", [{"role": 1, "content": ""}], True,
     "Type mismatch of '/messages/0/role', 'string' not in 'number','integer'"),
    ("an unknown role", [{"role": "banana", "content": ""}], True,
     "'/messages/0/role' is 'banana'; it must be one of system, user, assistant and tool"),
    ("a number", [{"role": "user", "content": 1.5}], True,
     "Type mismatch of '/messages/0/content', 'string' not in 'number'"),
    ("an image", [{"role": "user", "content": [IMAGE]}], True,
     "'/messages/0/content/0' is of type 'image_url'; only text is read here, so leave it out"),
    ("a part without text", [{"role": "user", "content": [{"type": "text"}]}], True,
     "Type mismatch of '/messages/0/content/0/text', 'string' not in 'null'"),
    ("null", [USER, {"role": "assistant", "content": None}], False,
     "Type mismatch of '/messages/1/content', 'string' not in 'null'"),
    ("parts", [{"role": "user", "content": [{"type": "text", "text": "x"}]}], False,
     "Type mismatch of '/messages/0/content', 'string' not in 'array'"),
    ("very many calls", [calls(*[{"name": "a"}] * 10_001)], True,
     "'/messages' has 10001 tool calls; at most 10000 are taken"),
    ("no content", [USER, {"role": "assistant"}], False, "required properties at '/messages/1' are 'role,content'"),
]  # fmt: skip


@pytest.mark.parametrize(("items", "lenient", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(items: Any, lenient: bool, text: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_messages(items, lenient=lenient)
    assert (caught.value.message, caught.value.status, caught.value.code) == (f"Bad input: Error: {text}", 400, 5006)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@settings(max_examples=40, deadline=None)
@given(history=histories())
def test_every_history_reads_back_in_every_shape(history: History, shape: Any) -> None:
    assert calls_read(read(*shape(history))) == calls_of(history)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@settings(max_examples=20, deadline=None)
@given(history=histories())
def test_what_was_said_before_stays_the_same_when_more_is_said(history: History, shape: Any) -> None:
    """Ids, too, so that the prompt begins as the last one did."""
    assert read(*shape([*history, USER]))[:-1] == read(*shape(history))


@settings(max_examples=40, deadline=None)
@given(histories())
def test_a_history_of_chat_completions_is_read_as_it_is(history: History) -> None:
    encoder = RequestEncoder(OPENAI, "m")
    sent = json.loads(encoder.encode(Request(read(*history, lenient=False)), stream=False))
    assert sent["messages"] == history


@settings(max_examples=40, deadline=None)
@given(harmed())
def test_every_call_is_answered_whatever_happened_to_a_history(history: History) -> None:
    messages = read(*history)
    answered([message.to_dict() for message in messages])
    there = {message["content"] for message in history if message["role"] == "tool"}
    assert there <= {message.content for message in messages if message.role == "tool"}


@settings(max_examples=100, deadline=None)
@given(odd | st.lists(odd_messages | odd, max_size=6), st.booleans())
def test_what_is_too_odd_is_refused(items: Any, lenient: bool) -> None:
    with suppress(BadRequestError):
        answered([message.to_dict() for message in read_messages(items, lenient=lenient)])


def test_ten_thousand_messages_are_matched_one_by_one() -> None:
    """All calls first, then all results by name: each waits for the one before it, none is looked at twice."""
    names = [f"tool_{number}" for number in range(5000)]
    asked = calls(*(call(None, name) for name in names))
    messages = read(SYSTEM, asked, *(bare(name, name=name) for name in reversed(names)))
    assert {message.name: message.content for message in messages[2:]} == dict(zip(names, names, strict=True))
