"""Requests: what is sent, to the strictest reading, and what it costs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import ConfigurationError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.wire.dialects import OPENAI, OPENAI_HOSTED, WORKERS_AI, Dialect
from agentkit.wire.requests import RequestEncoder

DIALECTS = [OPENAI, OPENAI_HOSTED, WORKERS_AI]
SEED = json.loads((Path(__file__).parent.parent / "data/seed002.llama-2-13b-chat-awq.input.schema.json").read_text())

CALL = ToolCall("abcdefghi", "add", '{"a": 1}')
ADD = ToolSpec(
    "add",
    "Add one.",
    {"type": "object", "properties": {"a": {"type": "integer", "description": "A number."}}, "required": ["a"]},
)
HISTORY = (
    Message("system", "Be brief."),
    Message("user", "1 + 1?"),
    Message("assistant", "", (CALL,), reasoning="I add."),
    Message("tool", "2", tool_call_id="abcdefghi", name="add"),
    Message("assistant", "2"),
)


def encode(request: Request, dialect: Dialect = OPENAI, *, stream: bool = False) -> Any:
    return json.loads(RequestEncoder(dialect, "m").encode(request, stream=stream))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_satisfies_the_documented_schema(dialect: Dialect, stream: bool) -> None:
    request = Request(HISTORY, (ADD,), sampling=Sampling(temperature=0.5, top_p=0.9, top_k=5, seed=1))
    jsonschema.Draft202012Validator(SEED).validate(encode(request, dialect, stream=stream))


def test_a_request_in_full() -> None:
    body = RequestEncoder(OPENAI, "m").encode(Request(HISTORY[1:2], (ADD,)), stream=True)
    tool = json.dumps([ADD.to_dict()], separators=(",", ":"))
    assert body.decode() == (
        f'{{"model":"m","tools":{tool},"messages":[{{"role":"user","content":"1 + 1?"}}],'
        '"max_tokens":2048,"stream":true,"stream_options":{"include_usage":true}}'
    )


def test_workers_ai_has_its_model_in_the_url() -> None:
    body = json.loads(RequestEncoder(WORKERS_AI).encode(Request(HISTORY[1:2]), stream=False))
    assert body == {"messages": [{"role": "user", "content": "1 + 1?"}], "max_tokens": 2048}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_content_is_never_null(dialect: Dialect) -> None:
    assert [message["content"] for message in encode(Request(HISTORY), dialect)["messages"]][2] == ""


def test_a_result_names_the_call_and_the_tool() -> None:
    message = encode(Request(HISTORY))["messages"][3]
    assert message == {"role": "tool", "content": "2", "tool_call_id": "abcdefghi", "name": "add"}


def test_the_server_gets_its_own_ids_back() -> None:
    call = replace(CALL, original_id="functions.add:0")
    messages = encode(Request([Message("assistant", "", (call,)), replace(HISTORY[3])]))["messages"]
    assert messages[0]["tool_calls"][0]["id"] == messages[1]["tool_call_id"] == "functions.add:0"


def test_a_repeated_id_of_the_server_belongs_to_the_call_before() -> None:
    first, second = (ToolCall(name * 9, "add", "{}", "x:0") for name in "ab")
    results = [Message("tool", "1", tool_call_id=name * 9, name="add") for name in "ab"]
    history = [Message("assistant", "", (first,)), results[0], Message("assistant", "", (second,)), results[1]]
    assert [m.get("tool_call_id") for m in encode(Request(history))["messages"]] == [None, "x:0", None, "x:0"]


def test_a_result_without_its_call_keeps_its_id() -> None:
    assert encode(Request([HISTORY[3]]))["messages"][0]["tool_call_id"] == "abcdefghi"


@pytest.mark.parametrize("arguments", ["", "null", "[]", '"x"', "{", "{'a': 1}", '{"a": NaN}', "[" * 100_000])
def test_arguments_that_are_no_object_are_sent_as_an_empty_one(arguments: str) -> None:
    history = [Message("assistant", "", (replace(CALL, arguments=arguments),))]
    assert encode(Request(history))["messages"][0]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_arguments_that_are_an_object_are_sent_as_they_are() -> None:
    text = '{"a" :1,  "b":"\\u00e9" }'
    history = [Message("assistant", "", (replace(CALL, arguments=text),))]
    assert encode(Request(history))["messages"][0]["tool_calls"][0]["function"]["arguments"] == text


def test_reasoning_goes_only_where_it_is_taken() -> None:
    assert "reasoning" not in encode(Request(HISTORY), OPENAI)["messages"][2]
    assert encode(Request(HISTORY), WORKERS_AI)["messages"][2]["reasoning"] == "I add."


def test_the_hosted_service_has_its_own_word_for_max_tokens() -> None:
    body = encode(Request(HISTORY, sampling=Sampling(max_tokens=5)), OPENAI_HOSTED)
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body


def test_options_that_are_not_set_are_left_out() -> None:
    assert set(encode(Request(HISTORY))) == {"model", "messages", "max_tokens"}


def test_options_that_are_set_are_sent() -> None:
    options = {"temperature": 0, "top_p": 0.5, "top_k": 3, "seed": 7, "frequency_penalty": 1.5, "stop": ["a"]}
    body = encode(Request(HISTORY, sampling=Sampling(**options)))  # type: ignore[arg-type]
    assert {name: body[name] for name in options} == options


CHOICES = {
    "none": "none",
    "required": "required",
    "any": "required",
    "add": {"type": "function", "function": {"name": "add"}},
}


@pytest.mark.parametrize("choice", CHOICES)
def test_tool_choice(choice: str) -> None:
    assert encode(Request(HISTORY, (ADD,), choice))["tool_choice"] == CHOICES[choice]


def test_a_tool_may_be_called_any() -> None:
    tool = replace(ADD, name="any")
    assert encode(Request(HISTORY, (tool,), "any"))["tool_choice"]["function"] == {"name": "any"}


@pytest.mark.parametrize("request_", [Request(HISTORY, (ADD,)), Request(HISTORY, (), "required")])
def test_tool_choice_is_left_out_where_it_says_nothing(request_: Request) -> None:
    assert "tool_choice" not in encode(request_)


def test_a_schema_is_wrapped_for_openai_and_bare_for_workers_ai() -> None:
    schema = {"type": "object", "properties": {}}
    request = Request(HISTORY, output_schema=schema)
    assert encode(request)["response_format"]["json_schema"] == {"name": "output", "schema": schema}
    assert encode(request, WORKERS_AI)["response_format"] == {"type": "json_schema", "json_schema": schema}


def test_workers_ai_never_streams_a_schema() -> None:
    request = Request(HISTORY, output_schema={})
    assert not RequestEncoder(WORKERS_AI).streams(request, True)
    assert RequestEncoder(OPENAI).streams(request, True)
    assert not RequestEncoder(OPENAI).streams(request, False)


def test_further_fields_are_sent() -> None:
    assert encode(Request(HISTORY, extra={"lora": "x"}))["lora"] == "x"


def test_a_further_field_takes_the_place_of_ours() -> None:
    body = RequestEncoder(OPENAI, "m").encode(Request(HISTORY, extra={"max_tokens": 1, "stream": False}), stream=True)
    assert json.loads(body)["max_tokens"] == 1
    assert body.count(b'"max_tokens"') == body.count(b'"stream"') == 1


@pytest.mark.parametrize("name", ["model", "messages", "tools", "prompt"])
def test_some_fields_cannot_be_given(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        encode(Request(HISTORY, extra={name: 1}))


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}, b"x"])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be JSON"):
        encode(Request(HISTORY, extra={"x": value}))


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be JSON"):
        encode(Request([Message("user", b"x")]))  # type: ignore[arg-type]


@given(st.text())
def test_every_text_can_be_sent(text: str) -> None:
    sent = encode(Request([Message("user", text)]))["messages"][0]["content"]
    assert sent == text.encode("utf-8", "replace").decode()


def test_consecutive_requests_share_every_byte_up_to_the_new_messages() -> None:
    """Twenty turns with tools, in which everything changes that may."""
    encoder = RequestEncoder(OPENAI, "m")
    messages = [Message("system", "Be brief."), Message("user", "Count.")]
    before = b""
    for turn in range(20):
        choice = "required" if turn == 0 else "auto"
        sampling = Sampling(max_tokens=100 + turn)
        body = encoder.encode(Request(messages, (ADD,), choice, sampling), stream=turn % 2 == 0)
        assert body.startswith(before)
        before = body[: body.index(b'],"max_tokens"')]
        call = ToolCall(f"call{turn:05}", "add", f'{{"a": {turn}}}', f"id{turn}")
        messages += [Message("assistant", "", (call,)), Message("tool", str(turn), tool_call_id=call.id, name="add")]


def test_a_message_is_encoded_once_per_dialect() -> None:
    message = Message("user", "x")
    for dialect in DIALECTS:
        encode(Request([message]), dialect)
    assert set(message.encoded) == {"openai", "workers-ai"}
    message.encoded["openai"] = b'{"role":"user","content":"kept"}'
    assert encode(Request([message]))["messages"][0]["content"] == "kept"


def test_a_message_put_in_among_earlier_ones_is_sent() -> None:
    texts = ["a", "b", "c", "d"]
    messages = [Message("user", text) for text in texts]
    encode(Request([messages[0], messages[3]]))
    assert [message["content"] for message in encode(Request(messages))["messages"]] == texts


def test_tools_are_encoded_once_per_tuple() -> None:
    encoder = RequestEncoder(OPENAI, "m")
    parameters: dict[str, Any] = {"type": "object", "properties": {}}
    tools = (replace(ADD, parameters=parameters),)
    first = encoder.encode(Request(HISTORY, tools), stream=False)
    parameters["changed"] = True
    assert encoder.encode(Request(HISTORY, tools), stream=False) == first
    assert encoder.encode(Request(HISTORY, (*tools, ADD)), stream=False) != first


def test_many_sets_of_tools_do_not_mix() -> None:
    encoder = RequestEncoder(OPENAI, "m")
    for number in range(300):
        body = json.loads(encoder.encode(Request(HISTORY, (replace(ADD, name=f"t{number}"),)), stream=False))
        assert body["tools"][0]["function"]["name"] == f"t{number}"


def test_the_messages_of_a_request_are_not_changed() -> None:
    messages = list(HISTORY)
    encode(Request(messages))
    assert messages == list(HISTORY)
