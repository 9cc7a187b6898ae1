"""Whatever is sent, every request is answered in a documented way, and nothing is left behind."""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from agentkit.runners.scripted import Scripted
from agentkit.server.assembly import assemble

from .conftest import Running, running, served
from .raw import Answer, request, until, wire
from .runners import Endless, Pieces

ROUNDS = int(os.environ.get("AGENTKIT_FUZZ", "900"))
"""How many requests are made."""
MODEL = "@cf/test/model"
RUN, CHAT = f"/ai/run/{MODEL}", "/v1/chat/completions"
DEFECT = (4007, 7009)
"""Codes that only a defect has here."""

SCALARS: list[Any] = [
    *(None, True, False, 0, 1, -1, 256.0, 0.5, 1e308, -1e308, 10**25, 10**299, [], {}, [[]], [None], {"": None}),
    *("", "a", "Hello", "\x00", "\ud800", "é" * 50, "x" * 5000, "[DONE]", "data: x\n\n", "@cf/test/model"),
    *("auto", "required", "json_object", "user", "tool", {"a": {"b": [1, "c"]}}),
]
KEYS = """
    prompt messages stream max_tokens raw temperature top_p top_k seed repetition_penalty frequency_penalty stop lora
    image presence_penalty functions tools response_format requests request_id tool_choice model input role content name
    code type function parameters description properties required tool_calls tool_call_id arguments id index json_schema
    schema strict options rejectIfBusy stream_options include_usage n logprobs user parallel_tool_calls
    max_completion_tokens __proto__ text
""".split()
PARAMETERS = {"type": "object", "properties": {"a": {"type": "number"}}}
TOOL = {"type": "function", "function": {"name": "add", "description": "x", "parameters": PARAMETERS}}
CALL = {"id": "1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
ROUND_TRIP = [
    {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "1", "name": "add", "content": "5"},
]
SEEDS: list[Any] = [
    {"prompt": "Hello"},
    {"prompt": "Hello", "stream": True, "max_tokens": 5, "temperature": 0.5, "seed": 5, "raw": True},
    {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Hello"}], "stream": True},
    {"messages": [{"role": "user", "content": "Hello"}], "tools": [TOOL, TOOL["function"]], "tool_choice": "auto"},
    {"messages": ROUND_TRIP, "tools": [TOOL]},
    {"prompt": "Hello", "response_format": {"type": "json_schema", "json_schema": PARAMETERS}},
    {"requests": [{"prompt": "Hello", "external_reference": "1"}]},
    {"request_id": "x"},
    {"model": MODEL, "input": {"prompt": "Hello"}},
]
PATHS = [RUN, RUN, CHAT, CHAT, f"/client/v4/accounts/x{RUN}", f"/client/v4/accounts/x/ai{CHAT}", "/ai/run"]
QUERIES = ["", "", "", "?", "?queueRequest=true", "?queueRequest=", "?a=%ff&a=&=&&;", "?stream=true"]
ODDITIES = ["%", "%00", "%2f", "/", "//", "..", "?", "#", "%ff", "%0a", ";", "\\", "@", "~", "é", ""]
HEADERS = "content_type accept authorization x_auth_key origin cookie range te upgrade x".split()
VALUES = ["", "x", "Bearer x", "http://localhost", "\xe9", "a" * 3000, "text/plain", "0", "websocket"]


class Mischief:
    """Makes requests that are almost right."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def value(self, depth: int = 0) -> Any:
        kind = self.dice.random()
        if kind < 0.6 or depth > 4:
            return self.dice.choice(SCALARS)
        if kind < 0.8:
            return [self.value(depth + 1) for _ in range(self.dice.randrange(4))]
        return {self.dice.choice(KEYS): self.value(depth + 1) for _ in range(self.dice.randrange(4))}

    def changed(self, value: Any) -> Any:
        """The value with something in it replaced, added or removed."""
        if isinstance(value, dict) and value and self.dice.random() < 0.8:
            result = dict(value)
            key = self.dice.choice([*result, self.dice.choice(KEYS)])
            if self.dice.random() < 0.15:
                result.pop(key, None)
            else:
                result[key] = self.changed(result[key]) if key in result else self.value()
            return result
        if isinstance(value, list) and value and self.dice.random() < 0.8:
            items = list(value)
            place = self.dice.randrange(len(items))
            items[place : place + self.dice.randrange(2)] = [self.changed(items[place])] * self.dice.randrange(3)
            return items
        return self.value()

    def body(self) -> bytes:
        value = self.dice.choice(SEEDS)
        for _ in range(self.dice.randrange(4)):
            value = self.changed(value)
        if isinstance(value, dict) and self.dice.random() < 0.7:
            value.setdefault("model", MODEL)
        data = json.dumps(value).encode()
        if self.dice.random() < 0.1:
            place = self.dice.randrange(len(data))
            data = data[:place] + self.dice.randbytes(self.dice.randrange(3)) + data[place + self.dice.randrange(3) :]
        return data

    def path(self) -> str:
        path = self.dice.choice(PATHS)
        if self.dice.random() < 0.15:
            place = self.dice.randrange(len(path))
            path = path[:place] + self.dice.choice(ODDITIES) + path[place + self.dice.randrange(3) :]
        return path + self.dice.choice(QUERIES)

    def request(self) -> bytes:
        headers = {self.dice.choice(HEADERS): self.dice.choice(VALUES) for _ in range(self.dice.randrange(3))}
        method = self.dice.choice(["POST"] * 12 + ["GET", "PUT", "OPTIONS", "DELETE", "QUERY"])
        return request(self.path(), self.body(), method, **headers)


@pytest.fixture(scope="module", params=[False, True], ids=["lenient", "strict"])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    models = [
        served(Scripted(["Hello there, friend"], loop=True), MODEL),
        served(Endless("word ", 0.001), "endless"),
        served(Pieces(2000, 500), "long"),
    ]
    with running(models, assemble, strict=request.param) as server:
        yield server


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_request_is_answered_in_a_documented_way(
    server: Running, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    mischief = Mischief(seed)
    for number in range(ROUNDS // 3):
        data = mischief.request()
        with wire(server.address) as connection:
            connection.send(data)
            answer = connection.answer()
            _check(answer, data)
        assert not caplog.records, (number, data, caplog.text)


def _check(answer: Answer, data: bytes) -> None:
    assert answer.status in (200, 400, 403, 404, 405, 408, 413, 429), (data, answer)
    if answer.headers["content-type"].startswith("text/"):
        return  # a stream, or what is no HTTP
    assert answer.headers["content-type"] == "application/json", data
    assert answer.headers["cf-ai-req-id"]
    body = answer.json if answer.body else {}
    if answer.status >= 400:
        assert ("errors" in body and body["success"] is False) or "error" in body, (data, answer)
    for error in body.get("errors", ()):
        assert error["code"] not in DEFECT, (data, answer)
        assert isinstance(error["message"], str)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clients_that_leave_at_any_time_leave_nothing_behind(
    server: Running, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    dice = random.Random(seed)
    for _ in range(ROUNDS // 10):
        name = dice.choice([MODEL, "endless", "long"])
        data = request(f"/ai/run/{name}", {"prompt": "Hello" * dice.randrange(200), "stream": dice.random() < 0.7})
        with wire(server.address) as connection:
            connection.send(data[: dice.randrange(len(data))] if dice.random() < 0.4 else data * dice.randrange(1, 3))
            if dice.random() < 0.5:
                connection.socket.settimeout(0.02)
                with suppress(OSError):
                    connection.socket.recv(dice.randrange(1, 5000))
    until(lambda: server.state.admission.running == 0 and server.state.admission.waiting == 0)
    until(lambda: not server.server.server_state.connections and not server.server.server_state.tasks)
    assert not caplog.records, caplog.text
