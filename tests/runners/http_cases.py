"""What servers send: replies that say Hello, and what is no reply, with the error that it is."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

from agentkit.errors import (
    AgentKitError,
    ConnectionFailedError,
    InvalidReplyError,
    OverloadedError,
    ServerError,
    TruncatedStreamError,
)

from .loopback import chunk, events, reply

HELLO = {"choices": [{"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}]}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def said(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def frame(text: str) -> bytes:
    return chunk(b'data: {"response": "%b"}\n\n' % text.encode())

STREAM = events(said("Hel"), said("lo", "stop"))


JSON_BYTES = b'{"response": "Hello"}'

REPLIES: dict[str, Sequence[Any]] = {
    "a stream": STREAM,
    "JSON": reply(HELLO),
    "JSON with white space before it": reply(b"\n\n  " + JSON_BYTES),
    "JSON with white space before it, in pieces": [b"HTTP/1.0 200 OK\r\n\r\n \n", 0.01, JSON_BYTES, "close"],
    "JSON without a content type": [b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n" + JSON_BYTES],
    "JSON that calls itself a stream": reply(HELLO, kind="text/event-stream"),
    "JSON with a byte order mark": reply(b"\xef\xbb\xbf" + JSON_BYTES),
    "a stream with a byte order mark": reply(b'\xef\xbb\xbfdata: {"response": "Hello"}\n\ndata: [DONE]\n\n'),
    "JSON, compressed": reply(gzip.compress(JSON_BYTES), content_encoding="gzip"),
    "JSON in small pieces": [HEAD, *(chunk(JSON_BYTES[i : i + 3]) for i in range(0, 21, 3)), b"0\r\n\r\n"],
    "a stream that calls itself text": reply(b'data: {"response": "Hello"}\n\ndata: [DONE]\n\n', kind="text/plain"),
    "a stream that begins with a comment": [HEAD, chunk(b": hi\n\n"), frame("Hello"), chunk(b"data: [DONE]\n\n0"), b"0\r\n\r\n"],
    "a stream, compressed": reply(gzip.compress(b'data: {"response": "Hello"}\n\ndata: [DONE]\n\n'), content_encoding="gzip"),
    "a stream until the connection closes": [b"HTTP/1.0 200 OK\r\n\r\ndata: {\"response\": \"Hello\"}\n\ndata: [DONE]\n\n", "close"],
    "a stream without its last newline": reply(b'data: {"response": "Hello"}\n\ndata: [DONE]', kind="text/event-stream"),
    "a stream that breaks after done": [HEAD, frame("Hello"), chunk(b"data: [DONE]\n\n"), "close"],
    "a stream that breaks after its finish_reason": [HEAD, chunk(b'data: {"response": "Hello", "finish_reason": "stop"}\n\n'), "close"],
}


BROKEN: dict[str, tuple[Sequence[Any], type[AgentKitError], str]] = {
    "a page": (reply("<html><title>Welcome</title></html>", kind="text/html"), InvalidReplyError, "not JSON: '<html>"),
    "a page with an error": (reply("<html><title>Bad Gateway</title></html>", 502), ServerError, "An HTML page: Bad Gateway"),
    "some text": (reply("OK", kind="text/plain"), InvalidReplyError, "neither an answer nor an error: 'OK'"),
    "nothing": ([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"], InvalidReplyError, "is empty"),
    "nothing but white space": (reply(" \n\n "), InvalidReplyError, "is empty"),
    "no content": ([b"HTTP/1.1 204 No Content\r\n\r\n"], InvalidReplyError, "is empty"),
    "other JSON": (reply({"hello": 1}), InvalidReplyError, "neither an answer nor an error"),
    "JSON that is cut": (reply('{"response": "Hel'), InvalidReplyError, "not JSON"),
    "events that are no JSON": (events("hello"), InvalidReplyError, "not JSON: 'hello'"),
    "bytes": (reply(b"\x89PNG\r\n\x1a\n" + b"\x00" * 999), InvalidReplyError, "neither an answer"),
    "bad compression": (reply(b"no gzip", content_encoding="gzip"), InvalidReplyError, "decompressed"),
    "another protocol": ([b"SSH-2.0-OpenSSH_9.6\r\n", "hang"], InvalidReplyError, "does not speak HTTP"),
    "a redirect": (reply("", 307, location="https://other.test/v1"), InvalidReplyError, "redirects to 'https://other.test/v1'"),
    "an end before the answer": (["close"], ConnectionFailedError, "without an answer"),
    "an end in the headers": ([b"HTTP/1.1 200 OK\r\n", "close"], ConnectionFailedError, "in the middle"),
    "an end before the first event": ([HEAD, chunk(b": hi\n\n"), "close"], ConnectionFailedError, "in the middle"),
    "an end without done": (events(said("Hel"), said("lo"), done=False), TruncatedStreamError, "ended before the answer"),
    "an end in the stream": ([HEAD, frame("Hello"), "close"], TruncatedStreamError, "in the middle"),
    "an end in an event": ([HEAD, frame("Hello"), b"20\r\ndata: {", "close"], TruncatedStreamError, "in the middle"),
    "an error in the stream": (events({"response": "Hello"}, {"errors": [{"code": 3040, "message": "No capacity"}]}), OverloadedError, "No capacity"),
    "an error event": ([HEAD, frame("Hello"), chunk(b'event: error\ndata: {"message": "it broke"}\n\n'), b"0\r\n\r\n"], ServerError, "it broke"),
    "rubbish in the stream": ([HEAD, frame("Hello"), chunk(b"data: {no\n\n"), b"0\r\n\r\n"], InvalidReplyError, "not JSON"),
}
