"""Chat completions as a server writes them, read by ours and by OpenAI's client."""

from __future__ import annotations

import json
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentkit.errors import InvalidReplyError, OverloadedError, TruncatedStreamError
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, Request, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.wire.serving.asked import Asked
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.chat_writing import ChatWriter
from agentkit.wire.sse import EventSplitter

from ..outcome import Outcome, read_stream, read_whole
from ..reply_cases import Case
from .answers import answers, called, cut, said, streamed, whole

CARD = Card("@cf/qwen/qwen1.5-1.8b-chat")
CASE = Case("", max_tokens=0)
USAGE = Usage(7, 3, 2, requests=1)
ADD = ToolCall("aaaaaaaa1", "add", '{"a": 1}')
NOW = ToolCall("aaaaaaaa2", "now")
ANSWER: list[Delta] = [TextDelta("It "), TextDelta("is é."), Finish("stop", USAGE)]
CALLS: list[Delta] = [ReasoningDelta("I add."), ADD, NOW, Finish("tool_calls", USAGE)]


def writer(*, usage: bool = True) -> ChatWriter:
    return ChatWriter(Asked(Request(()), usage_frame=usage), CARD, "6f1c", 1_700_000_000)


def frames(stream: bytes) -> list[Any]:
    """The chunks of a stream that is complete."""
    events = [data for _, data in EventSplitter().feed(stream)]
    assert events.pop() == "[DONE]"
    return [json.loads(event) for event in events]


def test_a_completion_in_full() -> None:
    assert json.loads(whole(writer(), ANSWER)) == {
        "id": "chatcmpl-6f1c",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "@cf/qwen/qwen1.5-1.8b-chat",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "It is é.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 7,
            "completion_tokens": 3,
            "total_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 2},
        },
    }


def test_a_completion_with_calls() -> None:
    choice = json.loads(whole(writer(), CALLS))["choices"][0]
    ids = [call.pop("id") for call in choice["message"]["tool_calls"]]
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "reasoning_content": "I add.",
        "tool_calls": [
            {"type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}},
            {"type": "function", "function": {"name": "now", "arguments": "{}"}},
        ],
    }
    assert choice["finish_reason"] == "tool_calls"
    assert all(made.startswith("call_") and len(made) >= 21 for made in ids)


def test_a_stream_in_full() -> None:
    chunks = frames(streamed(writer(), ANSWER))
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert {chunk["id"] for chunk in chunks} == {"chatcmpl-6f1c"}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert [chunk["choices"][0]["delta"] for chunk in chunks[:-1]] == [
        {"role": "assistant", "content": ""},
        {"content": "It "},
        {"content": "is é."},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None, None, None, "stop"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == usage | {"prompt_tokens_details": {"cached_tokens": 2}}


def test_a_stream_of_calls() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in frames(streamed(writer(usage=False), CALLS))]
    items = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert deltas[1] == {"reasoning_content": "I add."}
    assert [item["index"] for item in items] == [0, 0, 1, 1]
    assert [item.get("type") for item in items] == ["function", None, "function", None]
    assert [item["function"] for item in items] == [
        {"name": "add", "arguments": ""},
        {"arguments": '{"a": 1}'},
        {"name": "now", "arguments": ""},
        {"arguments": "{}"},
    ]


def test_the_usage_comes_only_where_it_is_asked_for() -> None:
    assert not any("usage" in chunk for chunk in frames(streamed(writer(usage=False), ANSWER)))


def test_an_empty_piece_and_a_repair_are_no_chunks() -> None:
    assert writer().frames(TextDelta("")) == writer().frames(Repaired("it was mended", "a", "b")) == b""


def test_an_answer_of_nothing() -> None:
    assert json.loads(whole(writer(), [Finish()]))["choices"][0]["message"]["content"] == ""
    assert len(frames(streamed(writer(usage=False), [Finish()]))) == 2


@pytest.mark.parametrize(
    ("deltas", "reason"),
    [
        ([Finish("tool_calls")], "stop"),
        ([ADD, Finish("stop")], "tool_calls"),
        ([ADD, Finish("length")], "length"),
        ([TextDelta("a"), Finish("length")], "length"),
        ([Finish("content_filter")], "content_filter"),
        ([TextDelta("a"), Finish("error")], "error"),
    ],
)
def test_the_finish_reason_says_what_there_is(deltas: list[Delta], reason: str) -> None:
    assert json.loads(whole(writer(), deltas))["choices"][0]["finish_reason"] == reason
    assert frames(streamed(writer(usage=False), deltas))[-1]["choices"][0]["finish_reason"] == reason


def test_no_two_calls_have_one_id() -> None:
    bodies = [json.loads(whole(writer(), CALLS)) for _ in range(100)]
    ids = [call["id"] for body in bodies for call in body["choices"][0]["message"]["tool_calls"]]
    assert len(set(ids)) == 200


def test_halves_of_characters_are_replaced() -> None:
    assert b'{"content":"a?"}' in writer().frames(TextDelta("a\ud800"))


def expected(deltas: list[Delta]) -> dict[str, Any]:
    end = deltas[-1]
    assert isinstance(end, Finish)
    by_calls = end.reason in ("stop", "tool_calls")
    return {
        "text": said(deltas, TextDelta),
        "reasoning": said(deltas, ReasoningDelta),
        "calls": called(deltas),
        "reason": ("tool_calls" if called(deltas) else "stop") if by_calls else end.reason,
        "usage": end.usage,
        "model": CARD.name,
    }


def parts(found: Outcome) -> dict[str, Any]:
    names = ("text", "reasoning", "calls", "reason", "usage", "model")
    return {name: getattr(found, name) for name in names}


@settings(max_examples=150, deadline=None)
@given(answers())
def test_what_is_written_whole_is_read_as_the_same(deltas: list[Delta]) -> None:
    data = whole(writer(), deltas)
    assert parts(read_whole(CASE, data.decode())) == expected(deltas)
    ChatCompletion.model_validate(json.loads(data), strict=True)


@settings(max_examples=150, deadline=None)
@given(answers(), st.data())
def test_what_is_streamed_is_read_as_the_same_wherever_it_is_cut(deltas: list[Delta], data: st.DataObject) -> None:
    stream = streamed(writer(), deltas)
    assert parts(read_stream(CASE, cut(stream, data))) == expected(deltas)
    for chunk in frames(stream):
        ChatCompletionChunk.model_validate(chunk, strict=True)


@settings(max_examples=100, deadline=None)
@given(answers(), st.data())
def test_a_stream_that_lacks_its_end_is_never_taken_for_complete(deltas: list[Delta], data: st.DataObject) -> None:
    stream = streamed(writer(), deltas[:-1])
    part = stream[: data.draw(st.integers(0, len(stream)))]
    assert read_stream(CASE, [part]).error in (TruncatedStreamError, InvalidReplyError)


def asking(content: bytes, kind: str = "text/event-stream") -> openai.OpenAI:
    """OpenAI's client before a server that always sends the same."""
    answer = httpx.Response(200, content=content, headers={"content-type": kind})
    transport = httpx.MockTransport(lambda request: answer)
    return openai.OpenAI(
        api_key="none", base_url="http://localhost/v1", http_client=httpx.Client(transport=transport), max_retries=0
    )


def test_openais_client_reads_a_completion() -> None:
    with asking(whole(writer(), CALLS), "application/json") as client:
        found = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    calls = found.choices[0].message.tool_calls or []
    assert [(call.function.name, call.function.arguments) for call in calls if call.type == "function"] == [
        ("add", '{"a": 1}'),
        ("now", "{}"),
    ]
    assert found.usage is not None
    assert found.usage.total_tokens == 10


def test_openais_client_puts_a_stream_together() -> None:
    with (
        asking(streamed(writer(), [TextDelta("Well."), *CALLS])) as client,
        client.chat.completions.stream(model="m", messages=[{"role": "user", "content": "x"}]) as stream,
    ):
        found = stream.get_final_completion()
    message = found.choices[0].message
    assert message.content == "Well."
    assert [call.function.arguments for call in message.tool_calls or []] == ['{"a": 1}', "{}"]
    assert found.choices[0].finish_reason == "tool_calls"


BROKEN = OverloadedError("No memory is left.", status=429, code=3040)


def test_openais_client_raises_where_a_stream_breaks_off() -> None:
    writing = writer()
    content = writing.frames(TextDelta("It ")) + writing.failure(BROKEN)
    with asking(content) as client, client.chat.completions.create(model="m", messages=[], stream=True) as stream:
        assert [next(stream).choices[0].delta.content for _ in range(2)] == ["", "It "]
        with pytest.raises(openai.APIError, match=r"No memory is left\. \(6f1c\)") as caught:
            next(stream)
    assert caught.value.code == "engine_overloaded"


def test_ours_raises_there_and_has_the_text() -> None:
    writing = writer()
    content = writing.frames(TextDelta("It ")) + writing.failure(BROKEN)
    found = read_stream(CASE, [content])
    assert (found.error, found.text) == (OverloadedError, "It ")
    assert b"[DONE]" not in content


def test_a_stream_can_break_off_before_anything_was_said() -> None:
    assert read_stream(CASE, [writer().failure(BROKEN)]).error is OverloadedError
