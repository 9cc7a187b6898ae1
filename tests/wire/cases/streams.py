"""Streams as bytes: what servers do with the lines of events (quirk Q51, contract/workers_ai.md section 9.1)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from ..reply_cases import ADD, Case

HI = b'{"response": "Hi"}'

STREAMS = {
    "lines as the standard has them (9.1)": Case(b"data: %b\n\ndata: [DONE]\n\n" % HI, "Hi"),
    "no space after the colon (Q51)": Case(b"data:%b\n\ndata:[DONE]\n\n" % HI, "Hi"),
    "CRLF (Q51)": Case(b"data: %b\r\n\r\ndata: [DONE]\r\n\r\n" % HI, "Hi"),
    "CR (Q51)": Case(b"data: %b\r\rdata: [DONE]\r\r" % HI, "Hi"),
    "LF and CRLF mixed (Q51)": Case(b"data: %b\r\n\ndata: %b\n\r\ndata: [DONE]\n\r\n" % (HI, HI), "HiHi"),
    "comments, as a heartbeat (Q51)": Case(b": PROCESSING\n\n:\n\n: ping\ndata: %b\n: ping\n\ndata: [DONE]\n\n" % HI, "Hi"),
    "empty lines (Q51)": Case(b"\n\n\ndata: %b\n\n\n\ndata: [DONE]\n\n\n" % HI, "Hi"),
    "a byte order mark": Case(b"\xef\xbb\xbfdata: %b\n\ndata: [DONE]\n\n" % HI, "Hi"),
    "names of events, ids, retry": Case(b"retry: 10\nevent: message\nid: 1\ndata: %b\n\nevent: done\ndata: [DONE]\n\n" % HI, "Hi"),
    "no newline at the end (Q51)": Case(b"data: %b\n\ndata: [DONE]" % HI, "Hi"),
    "one newline at the end (Q51)": Case(b"data: %b\n\ndata: [DONE]\n" % HI, "Hi"),
    "a bare [DONE] (Q49)": Case(b"data: %b\n\n[DONE]\n" % HI, "Hi"),
    "[DONE] without an empty line before it": Case(b"data: %b\ndata: [DONE]\n\n" % HI, "Hi"),
    "[DONE] twice (Q49)": Case(b"data: %b\n\ndata: [DONE]\n\ndata: [DONE]\n\n" % HI, "Hi"),
    "something after [DONE] (Q49)": Case(b'data: %b\n\ndata: [DONE]\n\ndata: {"p": "ab"}\n\n' % HI, "Hi"),
    "no [DONE], the last event without its empty line (Q49)": Case(b'data: %b\n\ndata: {"response": "", "finish_reason": "stop"}' % HI, "Hi"),
    "single newlines between events": Case(b"data: %b\ndata: %b\ndata: [DONE]\n" % (HI, HI), "HiHi"),
    "JSON over several lines": Case(b'data: {\ndata: "response":\ndata: "Hi"}\n\ndata: [DONE]\n\n', "Hi"),
    "several frames in one event": Case(b'data: {"response": "Hel"}\ndata: {"response": "lo"}\n\ndata: [DONE]\n\n', "Hello"),
    "white space around the JSON": Case(b"data:   %b  \n\ndata: [DONE]\n\n" % HI, "Hi"),
    "characters of two, three and four bytes (Q51)": Case('data: {"response": "é€😀"}\n\ndata: [DONE]\n\n'.encode(), "é€😀"),
    "line separators of Unicode in the text": Case('data: {"response": "a\u2028b\u2029c\x85d"}\n\ndata: [DONE]\n\n'.encode(), "a\u2028b\u2029c\x85d"),
    "bytes that are no UTF-8": Case(b'data: {"response": "a\xffb"}\n\ndata: [DONE]\n\n', "a\ufffdb"),
    "a byte order mark inside a text": Case('data: {"response": "a\ufeffb"}\n\ndata: [DONE]\n\n'.encode(), "a\ufeffb"),
    "control characters, escaped": Case(b'data: {"response": "a\\u0000\\n\\u001f"}\n\ndata: [DONE]\n\n', "a\0\n\x1f"),
    "a huge frame (Q51)": Case(b'data: {"response": "%b"}\n\ndata: [DONE]\n\n' % (b"word " * 60_000), "word " * 60_000),
    "huge arguments": Case(b'data: {"tool_calls": [{"name": "add", "arguments": {"a": "%b"}}]}\n\ndata: [DONE]\n\n' % (b"x" * 100_000), calls=[("add", '{"a": "%s"}' % ("x" * 100_000))]),
    "a call with CRLF, without newline at the end": Case(
        b'data: {"tool_calls":[{"index":0,"function":{"name":"add","arguments":"{\\"a\\""}}]}\r\n\r\ndata: {"tool_calls":[{"index":0,"function":{"arguments":": 1}"}}]}\r\n\r\ndata: [DONE]', calls=[ADD]),
    "JSON lines without data": Case(b'data: %b\n\n{"response": "!"}\n\ndata: [DONE]\n\n' % HI, "Hi!"),
}
