"""Replies of the table in `cases/`, and of every other kind: the same deltas, or a clean error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import InvalidReplyError, RateLimitedError, RunnerError, TruncatedStreamError
from agentkit.generation import Finish
from agentkit.messages import Usage
from agentkit.wire.replies import ReplyReader

from .cases.table import CASES, STREAMS, WHOLE, streamed, written
from .outcome import Outcome, differences, read_stream, read_whole
from .reply_cases import Case

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
    "done",
    "reasoning",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
OFFERED = ("add", "sub", "now", "get_vn_details")
SHORT = [name for name in STREAMS if len(streamed(STREAMS[name]) or b"") < 5_000]
EARLY = ("text after the finish_reason", "a finish_reason on every frame", "delta null")
"""Rows in which the reply says that it is over before it is."""
VALID = [name for name in SHORT if STREAMS[name].error is None and not name.endswith(EARLY)]


def read(case: Case) -> Outcome:
    stream = streamed(case)
    return read_whole(case, written(case.came)) if stream is None else read_stream(case, [stream])


def pieces(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = sorted(cuts)
    return [stream[a:b] for a, b in zip([0, *ends], [*ends, len(stream)], strict=True)]


@pytest.mark.parametrize("name", CASES)
def test_reply(name: str) -> None:
    assert differences(CASES[name], read(CASES[name])) == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.tools])
def test_tools_that_are_offered_change_nothing_where_no_call_is_written_as_text(name: str) -> None:
    if not any(word in CASES[name].text for word in ('"name"', "<tool")):
        assert differences(CASES[name], read(replace(CASES[name], tools=OFFERED))) == []


@pytest.mark.parametrize("name", STREAMS)
def test_the_bytes_of_a_stream_may_come_one_by_one(name: str) -> None:
    stream = streamed(STREAMS[name]) or b""
    size = 1 if len(stream) < 20_000 else 4_999
    chunks = (stream[at : at + size] for at in range(0, len(stream), size))
    assert differences(STREAMS[name], read_stream(STREAMS[name], chunks)) == []


@pytest.mark.parametrize("name", [name for name in SHORT if isinstance(STREAMS[name].came, list)])
@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_a_stream_with_other_newlines_reads_the_same(name: str, newline: str) -> None:
    """And without the last one."""
    stream = (streamed(STREAMS[name]) or b"").rstrip(b"\n").replace(b"\n", newline.encode())
    assert differences(STREAMS[name], read_stream(STREAMS[name], [stream])) == []


@settings(max_examples=300)
@given(st.data(), st.sampled_from(SHORT))
def test_a_stream_split_anywhere_is_the_same(data: st.DataObject, name: str) -> None:
    case = STREAMS[name]
    stream = streamed(case) or b""
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    assert read_stream(case, pieces(stream, cuts)) == read_stream(case, [stream])


@pytest.mark.parametrize("name", VALID)
def test_a_stream_cut_at_every_byte_is_whole_or_truncated(name: str) -> None:
    """A cut stream has the same calls and text, or it is told to be cut, with the beginning of the text.

    Where nothing of an answer had come, there is no telling that it was a stream.
    """
    case = STREAMS[name]
    stream = streamed(case) or b""
    full = read_stream(case, [stream])
    for cut in range(len(stream)):
        found = read_stream(case, [stream[:cut]])
        if found.error is None:
            same = replace(full, usage=found.usage, reason=found.reason)
            assert found == replace(same, model=found.model), cut
            continue
        assert found.error is TruncatedStreamError or (
            found.error is InvalidReplyError and "neither an answer" in found.says and not found.text
        ), (cut, found)
        assert case.tools or full.text.startswith(found.text.rstrip("\ufffd")), cut


@given(JSON, st.booleans(), st.booleans())
def test_whatever_json_comes_only_our_errors_are_raised(frame: Any, whole: bool, offered: bool) -> None:
    reader = ReplyReader(tools=OFFERED if offered else ())
    with suppress(RunnerError):
        reader.feed(json.dumps(frame), whole=whole)
        assert isinstance(reader.finish()[-1], Finish)


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_whatever_bytes_come_only_our_errors_are_raised(chunks: list[bytes]) -> None:
    read_stream(Case(None), [b"data: ", *chunks])


@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2000))
def test_a_whole_reply_that_is_cut_is_whole_or_an_error(name: str, cut: int) -> None:
    case = WHOLE[name]
    found = read_whole(case, written(case.came)[:cut])
    assert found.error is not None or found.reason


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


def test_a_finished_stream_may_end_in_the_middle_of_an_event() -> None:
    reader = ReplyReader()
    reader.feed('{"response": "x", "finish_reason": "stop"}')
    assert reader.feed_last('{"usage": {"prompt') == []
