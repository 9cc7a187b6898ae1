"""Bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from agentkit.errors import BadRequestError, TimedOutError
from agentkit.server.body import DEEPEST, check_limits, parse_json, read_bytes, read_json
from agentkit.server.settings import Settings


def scope(**headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "headers": pairs}


class Sender:
    """A client that sends a body piece by piece, and counts what was taken of it."""

    def __init__(self, pieces: Sequence[bytes], *, ends: bool = True) -> None:
        self.pieces = pieces
        self.ends = ends
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        if self.taken == len(self.pieces):
            return {"type": "http.disconnect"}
        piece = self.pieces[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": piece, "more_body": self.taken < len(self.pieces) or not self.ends}


@pytest.mark.anyio
async def test_a_body_comes_in_pieces() -> None:
    assert await read_bytes(scope(), Sender([b'{"a"', b": 1}"]).receive, 100) == b'{"a": 1}'


@pytest.mark.anyio
async def test_a_body_that_is_told_to_be_too_large_is_not_read() -> None:
    sender = Sender([b"x"])
    with pytest.raises(BadRequestError) as caught:
        await read_bytes(scope(content_length="101"), sender.receive, 100)
    assert (caught.value.status, caught.value.code) == (413, 3006)
    assert sender.taken == 0


@pytest.mark.anyio
async def test_a_body_that_turns_out_too_large_is_not_read_to_its_end() -> None:
    sender = Sender([b"x" * 60] * 10)
    with pytest.raises(BadRequestError) as caught:
        await read_bytes(scope(content_length="10"), sender.receive, 100)
    assert (caught.value.status, caught.value.code) == (413, 3006)
    assert sender.taken == 2


@pytest.mark.anyio
@pytest.mark.parametrize("length", ["", "many", "-1", "²", "0x10", "1"])
async def test_a_length_that_is_none_is_no_crash(length: str) -> None:
    headers = {"type": "http", "headers": [(b"content-length", length.encode("latin-1"))]}
    assert await read_bytes(headers, Sender([b"{}"]).receive, 100) == b"{}"


@pytest.mark.anyio
async def test_a_length_beyond_all_numbers_is_too_large() -> None:
    with pytest.raises(BadRequestError) as caught:
        await read_bytes(scope(content_length="9" * 5000), Sender([b"{}"]).receive, 100)
    assert caught.value.status == 413


@pytest.mark.anyio
async def test_a_client_that_leaves_amid_its_body_is_told_apart() -> None:
    with pytest.raises(ClientDisconnect):
        await read_bytes(scope(), Sender([b"{"], ends=False).receive, 100)


@pytest.mark.anyio
async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def receive() -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    with pytest.raises(TimedOutError) as caught:
        await read_json(scope(), receive, 100, 0.01)
    assert (caught.value.status, caught.value.code) == (408, 3007)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"{",
        b"{'a': 1}",
        b"\xff\xfe{\x00}\x00",
        b"\xc3(",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 301 + b"}",
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"prompt=hello",
        b'{"a": 1} {"b": 2}',
        b"\x00",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_json(body)
    assert (caught.value.status, caught.value.code) == (400, 3003)
    assert caught.value.message.startswith("Request is missing headers or body: ")


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_bytes_are_json_or_refused(body: bytes) -> None:
    with suppress(BadRequestError):
        parse_json(body)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(json_values, st.booleans())
def test_json_is_read_as_it_is(value: Any, ascii_only: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@settings(deadline=None)
@given(st.text())
def test_texts_can_be_encoded_whatever_was_sent(text: str) -> None:
    parse_json(json.dumps({text: [text]}).encode())
    [[key, [value]]] = parse_json(json.dumps({text: [text]}).encode()).items()
    assert key == value == value.encode().decode()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'"\uD83D\uDE00"', "😀"),
    ],
)
def test_half_a_character_becomes_the_sign_for_it(sent: bytes, read: str) -> None:
    assert parse_json(sent) == read


def test_a_mark_at_the_beginning_is_no_error() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


def test_of_equal_keys_the_last_one_counts() -> None:
    assert parse_json(b'{"a": 1, "a": 2}') == {"a": 2}


def test_the_deepest_body_that_is_taken() -> None:
    body = b"[" * DEEPEST + b"]" * DEEPEST
    value = parse_json(body)
    for _ in range(DEEPEST - 1):
        [value] = value
    assert value == []


def test_a_wide_body_is_not_deep() -> None:
    assert len(parse_json(b"[" + b",".join([b"[{}]"] * 1000) + b"]")) == 1000


SMALL = Settings(most_messages=2, most_tools=1, most_tokens=10)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [1, 2, 3]},
        {"tools": [1, 2]},
        {"max_tokens": 11},
        {"max_completion_tokens": 11},
        {"max_tokens": 10**300},
        {"max_tokens": 1e300},
    ],
)
def test_too_much_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError) as caught:
        check_limits(body, SMALL)
    assert (caught.value.status, caught.value.code) == (400, 5006)


@pytest.mark.parametrize(
    "body",
    [{"messages": [1, 2], "tools": [1], "max_tokens": 10}, {"max_tokens": "many", "messages": None}, [], None, "x", {}],
)
def test_what_is_not_too_much_is_left_to_validation(body: Any) -> None:
    check_limits(body, SMALL)
