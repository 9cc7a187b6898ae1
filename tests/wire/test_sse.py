"""Events out of bytes, cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import InvalidReplyError
from agentkit.wire.sse import MAX_FRAME, EventSplitter

CASES = {
    "plain": (b"data: a\n\ndata: b\n\n", ["a", "b"]),
    "no space after the colon": (b"data:a\n\n", ["a"]),
    "only one space is taken": (b"data:  a\n\n", [" a"]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    "CR": (b"data: a\r\rdata: b\r\r", ["a", "b"]),
    "comments and empty lines": (b": hello\n\n\n: PROCESSING\n\ndata: a\n\n", ["a"]),
    "several data lines": (b"data: a\ndata: b\n\n", ["a\nb"]),
    "other fields": (b"id: 1\nretry: 5\nevent: message\ndata: a\n\n", ["a"]),
    "no newline at the end": (b"data: a\n\ndata: b", ["a", "b"]),
    "one newline at the end": (b"data: a\n", ["a"]),
    "empty data": (b"data:\n\n", [""]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
    "characters of several bytes": ("data: é€😀\n\n".encode(), ["é€😀"]),
    "bytes that are no UTF-8": (b"data: a\xffb\n\n", ["a�b"]),
    "line separators of Unicode are no newlines": ("data: a\u2028b\x85c\n\n".encode(), ["a\u2028b\x85c"]),
    "done": (b"data: a\n\ndata: [DONE]\n\n", ["a", "[DONE]"]),
    "bare done": (b"data: a\n\n[DONE]\n", ["a", "[DONE]"]),
    "done without an empty line before it": (b"data: a\ndata: [DONE]\n\n", ["a", "[DONE]"]),
    "nothing": (b"", []),
}


def split(*chunks: bytes) -> list[str]:
    splitter = EventSplitter()
    return [data for chunk in chunks for _, data in splitter.feed(chunk)] + [data for _, data in splitter.close()]


@pytest.mark.parametrize("name", CASES)
def test_events_of(name: str) -> None:
    stream, expected = CASES[name]
    assert split(stream) == expected


@given(st.data(), st.sampled_from(sorted(CASES)))
def test_where_the_stream_is_cut_does_not_matter(data: st.DataObject, name: str) -> None:
    stream, expected = CASES[name]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert split(*chunks) == expected


def test_an_event_comes_as_soon_as_it_is_complete() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b"data: a\n") == []
    assert splitter.feed(b"\n") == [("", "a")]


def test_the_name_of_an_event_holds_for_that_event_only() -> None:
    assert EventSplitter().feed(b"event: error\ndata: a\n\ndata: b\n\n") == [("error", "a"), ("", "b")]


def test_an_event_without_end_is_refused() -> None:
    splitter = EventSplitter()
    with pytest.raises(InvalidReplyError, match="longer than"):
        for _ in range(MAX_FRAME // 65536 + 1):
            splitter.feed(b"x" * 65536)


def test_an_event_of_endless_lines_is_refused() -> None:
    splitter = EventSplitter()
    with pytest.raises(InvalidReplyError, match="longer than"):
        for _ in range(MAX_FRAME // 65536 + 1):
            splitter.feed(b"data: " + b"x" * 65536 + b"\n")


def test_a_huge_event_in_small_pieces_costs_no_more_than_its_size() -> None:
    splitter = EventSplitter()
    for _ in range(20_000):
        assert splitter.feed(b"x" * 100) == []
    assert len(splitter.feed(b"\n\ndata: a\n\n")) == 1
