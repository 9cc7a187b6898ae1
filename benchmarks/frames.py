"""CPU of reading one frame of a streamed reply, without HTTP; that it does not grow with the length of the reply."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

from harness import Row, pace, report

from agentkit.wire.replies import ReplyReader
from agentkit.wire.sse import EventSplitter

SHORT, LONG = 200, 20_000
"""Frames of a reply."""
TOOLS = tuple(f"tool_{number}" for number in range(20))
HEAD = {"id": "chatcmpl-1f", "object": "chat.completion.chunk", "created": 1, "model": "m"}
WRITTEN = '<tool_call>{"name": "tool_1", "arguments": {"text": "'


def frame(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """A frame as vLLM sends it."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return b"data: %b\n\n" % json.dumps(HEAD | {"choices": [choice]}).encode()


def text(count: int, piece: str = " word", first: str = "The") -> list[bytes]:
    """A reply of words, each frame in a piece of its own."""
    words = [frame({"content": first}), *[frame({"content": piece})] * count]
    return [*words, frame({}, "stop"), b"data: [DONE]\n\n"]


def call(count: int) -> list[bytes]:
    """A reply that is one call, its arguments in fragments."""
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "tool_1", "arguments": '{"text": "'}}
    more, last = ({"index": 0, "function": {"arguments": text}} for text in ("word ", '"}'))
    pieces = [first, *[more] * count, last]
    return [*[frame({"tool_calls": [piece]}) for piece in pieces], frame({}, "tool_calls"), b"data: [DONE]\n\n"]


REPLIES = {
    "text": text,
    "HTML": lambda count: text(count, " <b>"),
    "a call": call,
    "a call written as text": lambda count: text(count, first=WRITTEN),
}


def read(pieces: list[bytes]) -> float:
    """Microseconds of CPU to read one frame of a reply."""
    samples = []
    for _ in range(max(5, 4_000 // len(pieces))):
        start = process_time()
        splitter, reader = EventSplitter(), ReplyReader(model="m", max_tokens=1_000_000, tools=TOOLS)
        for piece in pieces:
            for _, data in splitter.feed(piece):
                reader.feed(data)
        reader.finish()
        samples.append((process_time() - start) / len(pieces) * 1e6)
    return min(samples)


def main() -> None:
    rows = []
    for what, make in REPLIES.items():
        short, long = read(make(SHORT)), read(make(LONG))
        rows.append(Row(f"CPU of a frame of {what}", long, "us", 10, pace=pace()))
        rows.append(Row(f"a frame of {what} of {LONG:,}, over one of {SHORT}", long / short, "x", 1.2))
    report(rows)


if __name__ == "__main__":
    main()
