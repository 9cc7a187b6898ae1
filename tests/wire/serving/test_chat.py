"""Chat completions as a server reads them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.wire.dialects import OPENAI, OPENAI_HOSTED, Dialect
from agentkit.wire.requests import RequestEncoder
from agentkit.wire.serving.asked import Asked
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.chat import model_of, read_chat

from ..history.test_properties import histories, odd_messages
from .shapes import History

CARD = Card("@cf/qwen/qwen1.5-1.8b-chat", "2024", max_tokens=256, max_tokens_streaming=1800, capabilities=("lora",))
USER = {"role": "user", "content": "1 + 2?"}
ADD = ToolSpec("add", "Add two numbers.", {"type": "object", "properties": {"a": {"type": "integer"}}})
NOW = ToolSpec("now", "What time it is.", {"type": "object", "properties": {}})
SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}}


def body(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [USER], **fields}


def read(**fields: Any) -> Asked:
    return read_chat(body(**fields), CARD)


def test_the_least_request() -> None:
    request = Request((Message("user", "1 + 2?"),), sampling=Sampling(max_tokens=256), fitting=True)
    assert read() == Asked(request, usage_frame=False)


def test_a_model_without_a_documented_default_may_write_more() -> None:
    request = read_chat(body(), Card("mine")).request
    assert (request.sampling, request.fitting) == (Sampling(), False)
    asked = read_chat(body(max_completion_tokens=9), Card("mine")).request
    assert (asked.sampling.max_tokens, asked.fitting) == (9, True)


def test_a_stream() -> None:
    asked = read(stream=True, stream_options={"include_usage": True})
    assert (asked.stream, asked.usage_frame, asked.request.sampling.max_tokens) == (True, True, 1800)


def test_tools_and_their_choice() -> None:
    choice = {"type": "function", "function": {"name": "add"}}
    request = read(tools=[ADD.to_dict(), NOW.to_dict()], tool_choice=choice, parallel_tool_calls=False).request
    assert (request.tools, request.tool_choice) == ((ADD, NOW), "add")
    assert request.extra == {"parallel_tool_calls": False}


def test_parallel_calls_of_nothing_are_no_matter() -> None:
    assert read(parallel_tool_calls=True).request.extra == {}


@pytest.mark.parametrize(
    "schema",
    [SCHEMA, {"name": "output", "schema": SCHEMA}, {"name": "o", "strict": True, "schema": SCHEMA}, {"schema": SCHEMA}],
    ids=["bare", "wrapped", "strict", "without a name"],
)
def test_a_schema_for_the_answer(schema: Any) -> None:
    asked = read(response_format={"type": "json_schema", "json_schema": schema})
    assert (asked.request.output_schema, asked.request.extra, asked.as_object) == (SCHEMA, {}, False)


def test_any_json_object() -> None:
    asked = read(response_format={"type": "json_object"})
    assert asked.request.output_schema is None
    assert asked.request.extra == {"response_format": {"type": "json_object"}}


@pytest.mark.parametrize("value", [None, {"type": "text"}])
def test_text_is_no_form(value: Any) -> None:
    assert read(response_format=value) == read()


def test_guided_json_is_a_schema_for_the_answer() -> None:
    assert read(guided_json=SCHEMA).request.output_schema == SCHEMA


@pytest.mark.parametrize("form", [{"type": "json_object"}, {"type": "json_schema", "json_schema": SCHEMA}])
def test_tools_go_before_the_form_of_the_answer(form: Any) -> None:
    asked = read(tools=[ADD.to_dict()], response_format=form)
    assert replace(asked, notes=()) == read(tools=[ADD.to_dict()])
    assert asked.notes == ("response_format was ignored beside tools",)
    assert read(tools=[ADD.to_dict()], tool_choice="none", response_format=form) == read(response_format=form)


def test_the_fields_of_this_service() -> None:
    asked = read(top_k=5, repetition_penalty=1.1, lora="mine", options={"rejectIfBusy": True}, events=True)
    assert asked.request.sampling == Sampling(max_tokens=256, top_k=5, repetition_penalty=1.1)
    assert asked.request.extra == {"lora": "mine"}
    assert (asked.reject_if_busy, asked.events) == (True, True)


def test_a_model_without_adapters() -> None:
    with pytest.raises(BadRequestError) as caught:
        read_chat(body(lora="mine"), Card("m"))
    assert (caught.value.status, caught.value.code) == (405, 5005)


def test_null_is_as_good_as_nothing() -> None:
    names = "tools tool_choice response_format stream stream_options n options lora events stop logprobs seed user x"
    assert read(**dict.fromkeys(names.split())) == read()


def test_what_changes_no_answer_is_not_noted() -> None:
    assert read(user="me", metadata={"a": "b"}, store=False, n=1) == read()


def test_what_is_ignored_is_noted() -> None:
    assert read(logprobs=True, reasoning_effort="low", raw=True).notes == ("ignored: logprobs, reasoning_effort, raw",)
    assert read(seed=0).notes == ("seed 0 is outside 1 to 9999999999 and was mapped into it",)
    assert read(tools=[None]).notes == ("tools[0] was dropped: it is None, and no object",)


@pytest.mark.parametrize("fields", [{"logprobs": True}, {"seed": 0}, {"tools": [None]}])
def test_what_is_ignored_is_refused_where_nothing_may_be(fields: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_chat(body(**fields), CARD, strict=True)
    assert caught.value.code == 5006


REFUSED: list[tuple[Any, str]] = [
    ([], "Type mismatch of '/', 'object' not in 'array','binary'"),
    ({"messages": [USER]}, "required properties at '/' are 'model,messages'"),
    ({"model": "m"}, "required properties at '/' are 'model,messages'"),
    (body(model=1), "Type mismatch of '/model', 'string' not in 'number','integer'"),
    (body(messages="hello"), "Type mismatch of '/messages', 'array' not in 'string'"),
    (body(messages=[]), "'/messages' must have at least 1 item"),
    (body(stream="true"), "Type mismatch of '/stream', 'boolean' not in 'string'"),
    (body(stream_options=True), "Type mismatch of '/stream_options', 'object' not in 'boolean'"),
    (body(stream_options={"include_usage": 1}),
     "Type mismatch of '/stream_options/include_usage', 'boolean' not in 'number','integer'"),
    (body(options={"rejectIfBusy": "x"}), "Type mismatch of '/options/rejectIfBusy', 'boolean' not in 'string'"),
    (body(n=2), "'/n' must be <= 1"),
    (body(n=True), "Type mismatch of '/n', 'integer' not in 'boolean'"),
    (body(temperature=6), "'/temperature' must be <= 5"),
    (body(tools={}), "Type mismatch of '/tools', 'array' not in 'object'"),
    (body(response_format="json"), "Type mismatch of '/response_format', 'object' not in 'string'"),
    (body(response_format={}), "required properties at '/response_format' are 'type'"),
    (body(response_format={"type": "xml"}), "enum xml not in text,json_object,json_schema at '/response_format/type'"),
    (body(response_format={"type": "json_schema"}), "required properties at '/response_format' are 'type,json_schema'"),
    (body(guided_json="{}"), "Type mismatch of '/guided_json', 'object' not in 'string'"),
    (body(lora=1), "Type mismatch of '/lora', 'string' not in 'number','integer'"),
]  # fmt: skip


@pytest.mark.parametrize(("given_body", "text"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_is_refused(given_body: Any, text: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_chat(given_body, CARD)
    assert (caught.value.message, caught.value.status, caught.value.code) == (f"Bad input: Error: {text}", 400, 5006)


@pytest.mark.parametrize("given_body", [None, [], {}, {"model": ""}, {"model": None}, {"model": 1}])
def test_a_body_has_to_name_its_model(given_body: Any) -> None:
    with pytest.raises(BadRequestError):
        model_of(given_body)


def test_the_model_of_a_body() -> None:
    assert model_of(body(model="@cf/a/b")) == "@cf/a/b"


samplings = st.builds(
    Sampling,
    max_tokens=st.integers(1, 10_000_000),
    temperature=st.none() | st.floats(0, 5),
    top_p=st.none() | st.floats(0, 2),
    top_k=st.none() | st.integers(1, 50),
    seed=st.none() | st.integers(1, 9_999_999_999),
    repetition_penalty=st.none() | st.floats(0, 2),
    frequency_penalty=st.none() | st.floats(-2, 2),
    presence_penalty=st.none() | st.floats(-2, 2),
    stop=st.lists(st.text(min_size=1, max_size=3), max_size=3),
)
forms: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *({"tools": (ADD, NOW), "tool_choice": choice} for choice in ("auto", "none", "required", "add")),
        *({"output_schema": SCHEMA}, {"extra": {"response_format": {"type": "json_object"}}}),
        *({"extra": {"lora": "a"}}, {"tools": (ADD,), "extra": {"parallel_tool_calls": False}}, {}),
    ]
)


@pytest.mark.parametrize("dialect", [OPENAI, OPENAI_HOSTED], ids=["openai", "hosted"])
@settings(max_examples=60, deadline=None)
@given(histories(), samplings, forms, st.booleans())
def test_what_agentkit_sends_is_read_as_the_same_request(
    dialect: Dialect, history: History, sampling: Sampling, form: dict[str, Any], stream: bool
) -> None:
    request = Request(tuple(map(Message.from_dict, history)), sampling=sampling, **form)
    encoder = RequestEncoder(dialect, CARD.name)
    sent = encoder.encode(request, stream=stream)
    asked = read_chat(json.loads(sent), CARD, strict=True)
    assert replace(asked.request, fitting=False, messages=()) == replace(request, messages=())
    assert encoder.encode(asked.request, stream=stream) == sent
    assert (asked.stream, asked.usage_frame) == (stream, stream)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "a", "auto", "text", "add"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "function", "name", "json_schema", "schema"]), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.sampled_from(
    "model messages tools tool_choice parallel_tool_calls response_format guided_json stream stream_options n options "
    "lora events max_tokens max_completion_tokens temperature top_p top_k seed stop repetition_penalty x".split()
)
bodies = values | st.builds(
    lambda fields, messages, more: {"model": "m", "messages": messages, **fields, **more},
    st.dictionaries(names, values, max_size=5),
    values | st.lists(odd_messages, min_size=1, max_size=3) | st.just([USER]),
    st.just({}) | st.fixed_dictionaries({"model": st.just("m"), "messages": st.just([USER])}),
)


@settings(max_examples=200, deadline=None)
@given(bodies, st.booleans())
def test_nothing_is_too_odd(given_body: Any, strict: bool) -> None:
    """Whatever the JSON, it is a request or it is refused."""
    with suppress(BadRequestError):
        assert isinstance(read_chat(given_body, CARD, strict=strict), Asked)
    with suppress(BadRequestError):
        assert model_of(given_body)
