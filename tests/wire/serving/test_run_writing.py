"""Workers AI's own answers as a server writes them, read by ours and by Cloudflare's client."""

from __future__ import annotations

import json
from typing import Any

import cloudflare
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError, InvalidReplyError, OverloadedError, TruncatedStreamError
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, Request, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.wire.serving.asked import Asked
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.run_writing import RunWriter
from agentkit.wire.sse import EventSplitter

from ..outcome import Outcome, read_stream, read_whole
from ..reply_cases import Case
from .answers import answers, called, cut, said, streamed, whole

CARD = Card("@cf/vendor/model")
CASE = Case("", max_tokens=0)
USAGE = Usage(7, 3, 2, requests=1)
COUNTS = {
    "prompt_tokens": 7,
    "completion_tokens": 3,
    "total_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 2},
}
ADD = ToolCall("aaaaaaaa1", "add", '{"a": 1}')
NOW = ToolCall("aaaaaaaa2", "now", "")
ANSWER: list[Delta] = [ReasoningDelta("Hm."), TextDelta("It "), TextDelta("is é."), Finish("stop", USAGE)]
CALLS: list[Delta] = [ReasoningDelta("I add."), ADD, NOW, Finish("tool_calls", USAGE)]
BROKEN = OverloadedError("No memory is left.", status=429, code=3040)


def writer(*, as_object: bool = False, usage: bool = True) -> RunWriter:
    return RunWriter(Asked(Request(()), as_object=as_object, usage_frame=usage))


def frames(stream: bytes) -> list[Any]:
    """The frames of a stream that is complete."""
    events = [data for _, data in EventSplitter().feed(stream)]
    assert events.pop() == "[DONE]"
    return [json.loads(event) for event in events]


def result(data: bytes) -> Any:
    """What is in the envelope."""
    body = json.loads(data)
    assert list(body) == ["result", "success", "errors", "messages"]
    assert (body["success"], body["errors"], body["messages"]) == (True, [], [])
    return body["result"]


def test_an_answer_has_no_calls_and_no_reason() -> None:
    """Quirks Q19 and Q27; what was thought is left out."""
    assert result(whole(writer(), ANSWER)) == {"response": "It is é.", "usage": COUNTS}


def test_an_answer_with_calls_has_a_null_response_and_objects() -> None:
    """Quirks Q19 and Q22; no ids (quirk Q25)."""
    assert result(whole(writer(), CALLS)) == {
        "response": None,
        "tool_calls": [{"name": "add", "arguments": {"a": 1}}, {"name": "now", "arguments": {}}],
        "usage": COUNTS,
    }


def test_text_beside_calls_stays() -> None:
    assert result(whole(writer(), [TextDelta("Well."), *CALLS]))["response"] == "Well."


def test_arguments_are_what_the_model_wrote() -> None:
    call = ToolCall("aaaaaaaa1", "add", ' {"a": 1.0, "b": 1e2, "a": 12345678901234567890} ')
    assert b'"arguments":{"a": 1.0, "b": 1e2, "a": 12345678901234567890}}' in whole(writer(), [call, Finish()])


@pytest.mark.parametrize("broken", ['{"a": ', "5", "[1]", '{"a": NaN}', '"{}"'])
def test_arguments_that_are_no_object_are_a_text(broken: str) -> None:
    found = result(whole(writer(), [ToolCall("aaaaaaaa1", "add", broken), Finish()]))
    assert found["tool_calls"] == [{"name": "add", "arguments": broken}]


@pytest.mark.parametrize(("text", "value"), [('{"n": 1}', {"n": 1}), (" [1]\n", [1]), ("null", None), ("007", "error")])
def test_json_is_an_object_in_place_of_its_text(text: str, value: Any) -> None:
    """Quirk Q20."""
    deltas: list[Delta] = [TextDelta(text[:2]), TextDelta(text[2:]), Finish("stop", USAGE)]
    if value == "error":
        with pytest.raises(BadRequestError, match="JSON Mode couldn't be met"):
            whole(writer(as_object=True), deltas)
    else:
        assert result(whole(writer(as_object=True), deltas)) == {"response": value, "usage": COUNTS}


def test_json_that_was_cut_is_an_error() -> None:
    """contract/workers_ai.md section 11b."""
    with pytest.raises(BadRequestError, match="JSON Mode couldn't be met") as raised:
        whole(writer(as_object=True), [TextDelta('{"n": '), Finish("length", USAGE)])
    assert (raised.value.status, raised.value.code) == (400, 8007)


def test_json_is_text_where_it_was_not_asked_for() -> None:
    assert result(whole(writer(), [TextDelta('{"n": 1}'), Finish()]))["response"] == '{"n": 1}'


def test_a_runner_that_counts_nothing_gets_zeros() -> None:
    assert result(whole(writer(), [TextDelta("Hi"), Finish()]))["usage"]["total_tokens"] == 0


def test_neurons_are_told_where_they_are_known() -> None:
    found = result(whole(writer(), [TextDelta("Hi"), Finish("stop", Usage(1, 1, neurons=0.25))]))
    assert found["usage"]["neurons"] == 0.25


def test_a_stream_in_full() -> None:
    assert (
        streamed(writer(), ANSWER)
        == (
            'data: {"response":"It "}\n\n'
            'data: {"response":"is é."}\n\n'
            'data: {"response":"","usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,'
            '"prompt_tokens_details":{"cached_tokens":2}}}\n\n'
            "data: [DONE]\n\n"
        ).encode()
    )


def test_a_stream_of_calls() -> None:
    """contract/workers_ai.md section 9.3: a call is whole in one frame, its arguments a text."""
    add, now, end = frames(streamed(writer(), CALLS))
    function = {"name": "add", "arguments": '{"a": 1}'}
    item = {
        "id": "aaaaaaaa1",
        "type": "function",
        "index": 0,
        "function": function,
        "name": "add",
        "arguments": {"a": 1},
    }
    assert add == {"response": "", "tool_calls": [item]}
    assert now["tool_calls"][0]["index"] == 1
    assert now["tool_calls"][0]["function"] == {"name": "now", "arguments": "{}"}
    assert end == {"response": "", "usage": COUNTS}


def test_the_usage_may_be_left_out() -> None:
    assert streamed(writer(usage=False), [Finish("stop", USAGE)]) == b"data: [DONE]\n\n"


@pytest.mark.parametrize("delta", [TextDelta(""), ReasoningDelta("Hm."), Repaired("x", "a", "b")])
def test_what_is_no_answer_is_no_frame(delta: Delta) -> None:
    assert writer().frames(delta) == b""


def test_a_frame_is_one_line_whatever_a_line_is() -> None:
    """Some clients split at every character that Unicode calls a separator."""
    text = 'a\nb\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"\\é'
    frame = writer().frames(TextDelta(text)).decode()
    assert frame.splitlines() == [frame[:-2], ""]
    assert json.loads(frame.removeprefix("data: ")) == {"response": text}


def test_halves_of_characters_are_replaced() -> None:
    deltas: list[Delta] = [TextDelta("a\ud83d"), ToolCall("aaaaaaaa1", "f\ud83d", '{"a": "\ud83d"}'), Finish()]
    assert json.loads(whole(writer(), deltas))["result"]["response"] == "a\ufffd"
    assert frames(streamed(writer(), deltas))[0] == {"response": "a\ufffd"}


def expected(deltas: list[Delta]) -> dict[str, Any]:
    end = deltas[-1]
    assert isinstance(end, Finish)
    calls = [(name, json.loads(arguments)) for name, arguments in called(deltas)]
    return {"text": said(deltas, TextDelta), "calls": calls, "usage": end.usage}


def parts(found: Outcome) -> dict[str, Any]:
    calls = [(name, json.loads(arguments)) for name, arguments in found.calls]
    return {"text": found.text, "calls": calls, "usage": found.usage}


@settings(max_examples=80, deadline=None)
@given(answers())
def test_what_is_written_whole_is_read_as_the_same(deltas: list[Delta]) -> None:
    assert parts(read_whole(CASE, whole(writer(), deltas).decode())) == expected(deltas)


@settings(max_examples=80, deadline=None)
@given(answers(), st.data())
def test_what_is_streamed_is_read_as_the_same_wherever_it_is_cut(deltas: list[Delta], data: st.DataObject) -> None:
    assert parts(read_stream(CASE, cut(streamed(writer(), deltas), data))) == expected(deltas)


@settings(max_examples=60, deadline=None)
@given(answers(), st.data())
def test_a_stream_that_lacks_its_end_is_never_taken_for_complete(deltas: list[Delta], data: st.DataObject) -> None:
    stream = streamed(writer(), deltas[:-1])
    part = stream[: data.draw(st.integers(0, len(stream)))]
    assert read_stream(CASE, [part]).error in (TruncatedStreamError, InvalidReplyError)


def test_ours_raises_where_a_stream_breaks_off_and_has_the_text() -> None:
    """Quirk Q50."""
    writing = writer()
    content = writing.frames(TextDelta("It ")) + writing.failure(BROKEN)
    found = read_stream(CASE, [content])
    assert (found.error, found.text) == (OverloadedError, "It ")
    assert b"[DONE]" not in content


def test_a_failure_in_full() -> None:
    told = {"message": "AiError: No memory is left.", "code": 3040}
    frame = writer().failure(BROKEN)
    assert json.loads(frame.removeprefix(b"data: ")) == {"errors": [told], "success": False}


@pytest.mark.parametrize(("deltas", "response"), [(ANSWER, "It is é."), (CALLS, None)])
def test_cloudflares_client_reads_an_answer(deltas: list[Delta], response: str | None) -> None:
    answer = httpx.Response(200, content=whole(writer(), deltas), headers={"content-type": "application/json"})
    transport = httpx.MockTransport(lambda request: answer)
    with cloudflare.Cloudflare(api_token="none", http_client=httpx.Client(transport=transport)) as client:
        found: Any = client.ai.run("@cf/vendor/model", account_id="x", prompt="Hi")
    assert found["response"] == response
