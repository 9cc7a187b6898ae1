"""CPU of reading one frame of a streamed reply, with tools offered, in short and in long replies."""

from __future__ import annotations

import json
from time import process_time

from harness import Row, report

from agentkit.wire.replies import ReplyReader

TOOLS = ("get_weather", "search")
FEW, MANY = 1_000, 50_000
CALL = '<tool_call>{"name": "search", "arguments": {"query": "'


def seconds(piece: str, count: int, begin: str = "x") -> float:
    """CPU seconds of reading a reply of `count` frames."""
    frame = json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]})
    first = json.dumps({"choices": [{"index": 0, "delta": {"content": begin}}]})
    samples = []
    for _ in range(7 if count == FEW else 3):
        reader = ReplyReader(tools=TOOLS)
        start = process_time()
        reader.feed(first)
        for _ in range(count):
            reader.feed(frame)
        reader.feed("[DONE]")
        reader.finish()
        samples.append(process_time() - start)
    return min(samples)


def main() -> None:
    text, long = seconds(" word", FEW) / FEW, seconds(" word", MANY) / MANY
    marks = seconds(" <b>", MANY) / MANY
    call, long_call = seconds(" word", FEW, CALL) / FEW, seconds(" word", MANY, CALL) / MANY
    report(
        [
            Row("CPU of a frame of text", long * 1e6, "us", 10),
            Row("CPU of a frame of HTML", marks * 1e6, "us", 10),
            Row("CPU of a frame of a call written as text", long_call * 1e6, "us", 10),
            Row(f"a frame of {MANY:,} over one of {FEW:,}, text", long / text, "x", 1.3),
            Row(f"a frame of {MANY:,} over one of {FEW:,}, a call written as text", long_call / call, "x", 1.3),
        ]
    )


if __name__ == "__main__":
    main()
