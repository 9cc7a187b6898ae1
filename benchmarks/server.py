"""A model server that costs next to nothing: it asks for a tool N times, then answers.

The model's name says what it does: `turns=50`, `turns=3,delay=0.2`, `tokens=1000`, `calls=64`. Run as a process of its
own, so that the client's CPU time is the client's alone. Prints its port.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys


def call(number: int) -> dict[str, object]:
    """A call that is never the same as an earlier one: agentkit would notice that it goes round in circles."""
    function = {"name": "add", "arguments": f'{{"a": {number}, "b": 2}}'}
    return {"id": f"call_{number:05}", "type": "function", "function": function}


def plan(body: bytes) -> dict[str, float]:
    model = re.search(rb'"model": ?"([^"]*)"', body)
    pairs = (part.split("=") for part in (model[1].decode() if model else "").split(",") if "=" in part)
    return {key: float(value) for key, value in pairs}


def reply(body: bytes, wanted: dict[str, float]) -> bytes:
    results = body.count(b'"role":"tool"') + body.count(b'"role": "tool"')
    width = int(wanted.get("calls", 1))
    if results >= wanted.get("turns", 0) * width:
        message: dict[str, object] = {"role": "assistant", "content": "The sum is 3, as the tool has said."}
        reason = "stop"
    else:
        calls = [call(results + index) for index in range(width)]
        message = {"role": "assistant", "content": "", "tool_calls": calls}
        reason = "tool_calls"
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return json.dumps(
        {"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}
    ).encode()


def frames(tokens: int) -> list[bytes]:
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    pieces = [
        {**chunk, "choices": [{"index": 0, "delta": {"content": f" word{i}"}, "finish_reason": None}]}
        for i in range(tokens)
    ]
    last = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    datas = [b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in [*pieces, last]]
    return [b"%x\r\n%b\r\n" % (len(data), data) for data in [*datas, b"data: [DONE]\n\n"]] + [b"0\r\n\r\n"]


class Server(asyncio.Protocol):
    connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Server.connections += 1
        self.transport = transport
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            length = re.search(rb"content-length: *(\d+)", self.data[:end], re.IGNORECASE)
            total = end + 4 + (int(length[1]) if length else 0)
            if len(self.data) < total:
                return
            head, body, self.data = self.data[:end], self.data[end + 4 : total], self.data[total:]
            self.answer(head, body)

    def answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /connections"):
            self.send(json.dumps(Server.connections).encode())
            return
        wanted = plan(body)
        if "tokens" in wanted:
            self.stream(int(wanted["tokens"]), wanted.get("gap", 0))
        elif "delay" in wanted:
            asyncio.get_running_loop().call_later(wanted["delay"], self.send, reply(body, wanted))
        else:
            self.send(reply(body, wanted))

    def send(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)  # type: ignore[attr-defined]

    def stream(self, tokens: int, gap: float) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        pieces = frames(tokens)
        if not gap:
            self.transport.write(head + b"".join(pieces))  # type: ignore[attr-defined]
            return
        self.transport.write(head)  # type: ignore[attr-defined]
        loop = asyncio.get_running_loop()
        for index, piece in enumerate(pieces):
            loop.call_later(gap * index, self.transport.write, piece)  # type: ignore[attr-defined]


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until the parent goes


if __name__ == "__main__":
    asyncio.run(main())
