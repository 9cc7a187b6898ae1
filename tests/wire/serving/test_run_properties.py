"""What holds for every body of `/ai/run`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.wire.dialects import WORKERS_AI
from agentkit.wire.requests import RequestEncoder
from agentkit.wire.serving.card import Card, Edition
from agentkit.wire.serving.run import read_run
from agentkit.wire.serving.schemas import inputs
from agentkit.wire.serving.validation import refusal

from ..history.test_properties import histories
from .bodies import documented_bodies
from .documented import EDITIONS, published
from .test_strictness import BODY

ADD = ToolSpec("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer", "description": "A."}}})
NOW = ToolSpec("now", "The time.", {"type": "object", "properties": {}})


def card(edition: Edition) -> Card:
    return Card("@cf/vendor/model", edition, capabilities=("lora",))


def refused(body: Any, edition: Edition, *, strict: bool = False) -> BadRequestError | None:
    """The error of a body that is refused."""
    try:
        read_run(body, card(edition), strict=strict)
    except BadRequestError as error:
        return error
    return None


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("strict", [False, True])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_documented_body_is_answered(edition: Edition, place: int, strict: bool, data: st.DataObject) -> None:
    """JSON with `stream` aside, which the documents refuse; the strict reading also refuses what would be ignored."""
    body = data.draw(documented_bodies(edition, place))
    if "response_format" in body:
        body.pop("stream", None)
    branch = {"type": "object", **published(edition, "input")["oneOf"][place]}
    jsonschema.Draft202012Validator(branch).validate(body)
    lenient = read_run(body, card(edition))
    assert lenient.stream is body.get("stream", False)
    assert len(lenient.request.messages) >= place if body.get("messages") else True
    if strict:
        if lenient.notes:
            with pytest.raises(BadRequestError):
                read_run(body, card(edition), strict=True)
        else:
            assert read_run(body, card(edition), strict=True) == lenient


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EDITIONS), BODY)
def test_a_body_is_refused_with_the_validators_words_or_answered(edition: Edition, body: Any) -> None:
    told, error = refusal(inputs(edition), body), refused(body, edition)
    if told is not None:
        assert error is not None
        assert (error.status, error.code, error.message) == (400, 5006, f"Bad input: Error: {told}")
    elif error is not None:  # what only the conversation can tell, or the combination with `stream`
        are_messages = all(isinstance(item, dict) for item in body.get("messages", ()))
        assert error.code == (5023 if are_messages else 5006)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    "prompt messages tools tool_choice parallel_tool_calls response_format guided_json stream options lora events raw "
    "max_tokens max_completion_tokens temperature top_p top_k seed stop repetition_penalty requests request_id".split()
)


@settings(max_examples=200, deadline=None)
@given(values | st.dictionaries(names, values, max_size=5), st.sampled_from(EDITIONS), st.booleans())
def test_nothing_but_a_refusal_is_raised(body: Any, edition: Edition, strict: bool) -> None:
    error = refused(body, edition, strict=strict)
    assert error is None or error.code in (5006, 5023, 8001)


samplings = st.builds(
    Sampling,
    max_tokens=st.integers(1, 10_000_000),
    temperature=st.none() | st.floats(0, 5),
    top_p=st.none() | st.floats(0.001, 1),
    top_k=st.none() | st.integers(1, 50),
    seed=st.none() | st.integers(1, 9_999_999_999),
    repetition_penalty=st.none() | st.floats(0, 2),
    frequency_penalty=st.none() | st.floats(-2, 2),
    presence_penalty=st.none() | st.floats(-2, 2),
    stop=st.lists(st.text(min_size=1, max_size=3), max_size=2),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Requests of our own client."""
    messages = tuple(map(Message.from_dict, draw(histories())))
    tools = draw(st.sampled_from([(), (ADD,), (ADD, NOW)]))
    choice = draw(st.sampled_from(["auto", "none", "required", *(tool.name for tool in tools)])) if tools else "auto"
    schema = draw(st.sampled_from([None, {"type": "object"}, {"type": "array", "items": {}}])) if not tools else None
    return Request(messages, tools, choice, draw(samplings), schema)


@settings(max_examples=80, deadline=None)
@given(requests(), st.booleans())
def test_what_our_client_writes_is_read_as_the_same(request: Request, stream: bool) -> None:
    encoder = RequestEncoder(WORKERS_AI)
    stream = encoder.streams(request, stream)
    body = json.loads(encoder.encode(request, stream=stream))
    asked = read_run(body, Card("@cf/vendor/model"))
    assert (asked.stream, asked.as_object, asked.notes) == (stream, request.output_schema is not None, ())
    assert asked.request == replace(request, messages=asked.request.messages, fitting=True)
    assert [_plainly(message) for message in asked.request.messages] == [_plainly(one) for one in request.messages]
    if all(len(call.id) == 9 for message in request.messages for call in message.tool_calls):
        assert asked.request.messages == request.messages


def _plainly(message: Message) -> Any:
    """A message without the ids of its calls, which templates want in a form of theirs."""
    calls = [(call.name, json.loads(call.arguments)) for call in message.tool_calls]
    return message.role, message.content, calls, message.name, message.reasoning
