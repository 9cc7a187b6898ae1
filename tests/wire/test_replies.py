"""Replies of the table in `reply_cases`, and of every other kind: the same deltas, or a clean error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import InvalidReplyError, OverloadedError, RateLimitedError, RunnerError, TruncatedStreamError
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.wire.replies import ReplyReader
from agentkit.wire.sse import EventSplitter

from .reply_cases import STREAMS, WHOLE, delta

CASES = {f"whole: {name}": case for name, case in WHOLE.items()}
CASES |= {f"stream: {name}": case for name, case in STREAMS.items()}

KEYS = [
    "response",
    "tool_calls",
    "choices",
    "delta",
    "message",
    "content",
    "function",
    "name",
    "arguments",
    "id",
    "index",
    "usage",
    "result",
    "success",
    "errors",
    "error",
    "code",
    "finish_reason",
    "streamed_data",
    "prompt_tokens",
    "model",
    "text",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


def written(frame: Any) -> str:
    return frame if isinstance(frame, str) else json.dumps(frame)


def read(came: Any) -> list[Delta]:
    reader = ReplyReader(model="asked", max_tokens=100)
    if isinstance(came, list):
        deltas = [item for frame in came for item in reader.feed(written(frame))]
    else:
        deltas = reader.feed(written(came), whole=True)
    return [*deltas, *reader.finish()]


def texts(deltas: Sequence[Delta]) -> str:
    return "".join(item.text for item in deltas if isinstance(item, TextDelta))


@pytest.mark.parametrize("name", CASES)
def test_reply(name: str) -> None:
    case = CASES[name]
    deltas = read(case.came)
    calls = [item for item in deltas if isinstance(item, ToolCall)]
    finish = deltas[-1]
    assert texts(deltas) == case.text
    assert [(call.name, call.arguments) for call in calls] == list(case.calls)
    assert "".join(item.text for item in deltas if isinstance(item, ReasoningDelta)) == case.reasoning
    assert [item.what for item in deltas if isinstance(item, Repaired)] == list(case.repairs)
    if case.ids is not None:
        assert [call.original_id for call in calls] == list(case.ids)
    reason = case.reason or ("tool_calls" if case.calls else "stop")
    assert finish == Finish(reason, case.usage, case.model)  # type: ignore[arg-type]
    assert sum(isinstance(item, Finish) for item in deltas) == 1


@pytest.mark.parametrize("name", CASES)
def test_every_call_has_an_id_of_its_own(name: str) -> None:
    ids = [item.id for item in read(CASES[name].came) if isinstance(item, ToolCall)]
    assert len(set(ids)) == len(ids)
    assert all(len(made) == 9 and made.isalnum() for made in ids)


@pytest.mark.parametrize("name", [name for name in STREAMS if "newline" not in name])
def test_a_stream_with_another_ending_reads_the_same(name: str) -> None:
    """As bytes through the splitter, CRLF, and without the last newline."""
    stream = "\r\n\r\n".join(f"data: {line}" for line in map(written, STREAMS[name].came)).encode()
    splitter, reader = EventSplitter(), ReplyReader(model="asked", max_tokens=100)
    deltas = [d for chunk in (stream[:7], stream[7:]) for _, data in splitter.feed(chunk) for d in reader.feed(data)]
    deltas += [d for _, data in splitter.close() for d in reader.feed(data)]
    assert texts([*deltas, *reader.finish()]) == STREAMS[name].text


@given(st.sampled_from(sorted(STREAMS)), st.integers(0, 2000))
def test_a_stream_cut_anywhere_is_whole_or_truncated(name: str, cut: int) -> None:
    """Never another exception than a clean one with the text so far."""
    stream = "".join(f"data: {written(frame)}\n\n" for frame in STREAMS[name].came).encode()[:cut]
    splitter, reader = EventSplitter(), ReplyReader()
    said, caught = "", None
    try:
        for events in (splitter.feed(stream), splitter.close()):
            for _, data in events:
                said += texts(reader.feed(data))
        reader.finish()
    except (TruncatedStreamError, InvalidReplyError) as error:
        caught = error
    assert caught is None or caught.text == said or isinstance(caught, InvalidReplyError)


@given(JSON, st.booleans())
def test_whatever_json_comes_only_our_errors_are_raised(frame: Any, whole: bool) -> None:
    reader = ReplyReader()
    with suppress(RunnerError):
        reader.feed(json.dumps(frame), whole=whole)
        assert isinstance(reader.finish()[-1], Finish)


def test_a_finish_reason_that_more_text_follows_was_none() -> None:
    with pytest.raises(TruncatedStreamError):
        read([delta("Hel", "stop"), delta("lo")])


def test_a_truncated_stream_keeps_its_text() -> None:
    with pytest.raises(TruncatedStreamError) as caught:
        read([delta("Hel"), delta("lo")])
    assert caught.value.text == "Hello"


@pytest.mark.parametrize("came", [{}, {"hello": 1}, [], "[]", "5", '"text"', [{"hello": 1}], {"choices": []}])
def test_what_is_no_reply_is_refused(came: Any) -> None:
    with pytest.raises(InvalidReplyError, match="neither an answer nor an error"):
        read(came)


@pytest.mark.parametrize("came", ["", "<html>", "{", "{'a': 1}", "[" * 100_000])
def test_what_is_no_json_is_refused(came: str) -> None:
    with pytest.raises(InvalidReplyError, match="not JSON"):
        ReplyReader().feed(came, whole=True)


@pytest.mark.parametrize(
    "frame",
    [
        {"errors": [{"code": 3040, "message": "Capacity temporarily exceeded"}], "success": False},
        {"errors": [{"code": 3040, "message": "Capacity temporarily exceeded"}]},
        {"success": False, "errors": [{"code": 3040, "message": "x"}], "result": {"response": "not this"}},
        {"error": {"message": "x", "code": 3040}},
        {"error": [{"code": 3040, "message": "x"}], "internalCode": 3040},
        {"error": "Capacity", "code": 3040},
    ],
)
def test_an_error_in_a_frame_is_raised_with_the_text_so_far(frame: dict[str, Any]) -> None:
    reader = ReplyReader()
    reader.feed(written(delta("Hel")))
    with pytest.raises(RunnerError) as caught:
        reader.feed(written(frame))
    assert caught.value.text == "Hel"


def test_an_error_under_http_200_has_its_class() -> None:
    with pytest.raises(OverloadedError):
        read({"errors": [{"code": 3040, "message": "Capacity temporarily exceeded"}], "success": False, "result": {}})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ('{"errors": [{"code": 3021, "message": "rate"}]}', RateLimitedError),
        ('{"code": 3021, "message": "rate"}', RateLimitedError),
        ('{"message": "it broke"}', RunnerError),
        ("it broke", RunnerError),
        ("", RunnerError),
    ],
)
def test_an_error_event_is_an_error_whatever_it_holds(data: str, kind: type[RunnerError]) -> None:
    assert isinstance(ReplyReader().fail(data), kind)


def test_the_headers_say_what_a_reply_does_not() -> None:
    reader = ReplyReader()
    reader.feed('{"response": "x"}', whole=True)
    finish = reader.finish(request_id="r1", neurons=1.98)[-1]
    assert finish == Finish("stop", Usage(neurons=1.98, requests=1), "", request_id="r1")
