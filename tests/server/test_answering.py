"""From a request to its answer, over real connections."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.routing import Route
from starlette.types import ASGIApp

from agentkit.errors import BadRequestError, ConnectionFailedError, ContextOverflowError, OverloadedError, WeightsError
from agentkit.runners.scripted import Scripted
from agentkit.server.app import make_app
from agentkit.server.exchange import Endpoint, Exchange
from agentkit.server.state import State
from agentkit.server.watched import Watched
from agentkit.wire.serving.refusals import inference_body

from .conftest import Serve, served
from .raw import ask, request, until, wire
from .runners import Endings, Endless, Odd, Pieces, Silent

PROMPT = {"prompt": "Hello"}
STREAM = PROMPT | {"stream": True}


def frames(body: bytes) -> list[Any]:
    """What the frames of a stream say; `[DONE]` as a text."""
    texts = [frame.removeprefix("data: ") for frame in body.decode().split("\n\n") if frame]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def texts(body: bytes) -> str:
    return "".join(frame.get("response") or "" for frame in frames(body) if isinstance(frame, dict))


def test_an_answer_in_one_piece(serve: Serve) -> None:
    answer = ask(serve(Scripted(["Hello there"])).address, body=PROMPT)
    assert answer.status == 200
    assert answer.json["result"]["response"] == "Hello there"
    assert answer.json["success"] is True
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.headers["cf-ai-req-id"]) == 36
    assert answer.headers["cf-ray"]
    assert "server" not in answer.headers


def test_an_answer_in_frames(serve: Serve) -> None:
    answer = ask(serve(Scripted(["Hello there"])).address, body=STREAM)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert len(answer.headers["cf-ai-req-id"]) == 36
    assert texts(answer.body) == "Hello there"
    assert frames(answer.body)[-1] == "[DONE]"


def test_every_answer_has_ids_of_its_own(serve: Serve) -> None:
    server = serve(Scripted(["a"], loop=True))
    ids = {ask(server.address, body=PROMPT).headers["cf-ai-req-id"] for _ in range(20)}
    assert len(ids) == 20


def test_frames_arrive_as_they_are_made(serve: Serve) -> None:
    with wire(serve(Endless(pause=0.05)).address) as connection:
        connection.send(request(body=STREAM))
        assert connection.head()[0] == 200
        assert texts(connection.chunk()) == "word "
        assert texts(connection.chunk()) == "word "


ERRORS = [
    (BadRequestError("no", status=400, code=8001), 400, 8001),
    (ContextOverflowError("long", tokens=9, limit=8), 413, 5021),
    (OverloadedError("full", retry_after=1.5), 429, 3040),
    (ConnectionFailedError("http://upstream is gone"), 503, 3050),
    (WeightsError("/home/me/model.gguf is broken"), 500, 4007),
    (ZeroDivisionError("secret of mine"), 500, 4007),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("error", "status", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_before_the_answer_has_its_status(
    serve: Serve, error: Exception, status: int, code: int, stream: bool
) -> None:
    answer = ask(serve(Endings(error)).address, body=PROMPT | {"stream": stream})
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["result"] == {}
    assert ("retry-after" in answer.headers) == (code == 3040)
    assert "secret" not in str(answer.body)
    assert "/home" not in str(answer.body)


@pytest.mark.parametrize(("error", "status", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_amid_the_frames_ends_them_without_the_mark(
    serve: Serve, error: Exception, status: int, code: int
) -> None:
    answer = ask(serve(Endings(error, "word")).address, body=STREAM)
    first, last = frames(answer.body)
    assert answer.status == 200
    assert first["response"] == "word"
    assert (last["success"], last["errors"][0]["code"]) == (False, code)
    assert "secret" not in str(answer.body)


def test_the_operator_is_told_what_the_client_is_not(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(serve(Endings(ZeroDivisionError("secret of mine"))).address, body=PROMPT)
    assert "secret of mine" in caplog.text
    assert "Traceback" in caplog.text
    assert answer.headers["cf-ai-req-id"] in caplog.text


def test_an_error_that_explains_itself_is_one_line_for_the_operator(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    gone = ConnectionFailedError("No connection to gpu:1.", hint="Is the server running there?")
    gone.__cause__ = OSError("secret of mine")
    ask(serve(Endings(gone)).address, body=PROMPT)
    assert "No connection to gpu:1. Is the server running there?" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_an_end_is_an_error(serve: Serve, stream: bool) -> None:
    answer = ask(serve(Endings(None, "word")).address, body=PROMPT | {"stream": stream})
    assert answer.status == (200 if stream else 500)
    assert b"[DONE]" not in answer.body
    assert b"4007" in answer.body


def test_the_server_goes_on_after_errors(serve: Serve) -> None:
    server = serve([served(Endings(ZeroDivisionError()), "bad"), served(Scripted(["fine"]), "good")])
    with wire(server.address) as connection:
        connection.send(request("/ai/run/bad", PROMPT))
        assert connection.answer().status == 500
        connection.send(request("/ai/run/good", PROMPT))
        assert connection.answer().json["result"]["response"] == "fine"


@pytest.mark.parametrize("runner", [Silent(), Endless()], ids=lambda runner: type(runner).__name__)
@pytest.mark.parametrize("stream", [False, True])
def test_the_work_stops_when_the_client_goes_away(serve: Serve, runner: Odd, stream: bool) -> None:
    server = serve(runner)
    with wire(server.address) as connection:
        connection.send(request(body=PROMPT | {"stream": stream}))
        until(lambda: runner.running == 1)
    until(lambda: runner.running == 0)
    until(lambda: server.state.admission.running == 0)


def test_the_work_stops_when_the_client_had_sent_more_and_goes_away(serve: Serve) -> None:
    runner = Endless()
    with wire(serve(runner).address) as connection:
        connection.send(request(body=STREAM) * 3)
        until(lambda: runner.running == 1)
    until(lambda: runner.running == 0)
    assert runner.begun == 1


def test_who_waits_and_leaves_is_never_worked_for(serve: Serve) -> None:
    runner = Silent()
    server = serve(runner, most_running=1)
    with wire(server.address) as first:
        first.send(request(body=PROMPT))
        until(lambda: runner.running == 1)
        with wire(server.address) as second:
            second.send(request(body=PROMPT))
            until(lambda: server.state.admission.waiting == 1)
        until(lambda: server.state.admission.waiting == 0)
        assert runner.begun == 1


def test_a_full_server_says_when_to_come_back(serve: Serve) -> None:
    runner = Silent()
    server = serve(runner, most_running=1, most_waiting=0)
    with wire(server.address) as first:
        first.send(request(body=PROMPT))
        until(lambda: runner.running == 1)
        answer = ask(server.address, body=STREAM)
        assert (answer.status, answer.code) == (429, 3040)
        assert answer.headers["retry-after"] == "1"


def test_a_request_may_ask_not_to_wait(serve: Serve) -> None:
    runner = Silent()
    server = serve(runner, most_running=1, most_waiting=9)
    with wire(server.address) as first:
        first.send(request(body=PROMPT))
        until(lambda: runner.running == 1)
        answer = ask(server.address, body=PROMPT | {"options": {"rejectIfBusy": True}})
        assert (answer.status, answer.code) == (429, 3040)


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_takes_too_long_is_ended(serve: Serve, stream: bool) -> None:
    runner = Silent()
    answer = ask(serve(runner, deadline=0.2).address, body=PROMPT | {"stream": stream})
    assert (answer.status, answer.code) == (408, 3046)
    assert runner.broken_off == 1


def test_a_stream_that_takes_too_long_is_ended(serve: Serve) -> None:
    runner = Endless()
    answer = ask(serve(runner, deadline=1.5).address, body=STREAM)
    assert frames(answer.body)[-1]["errors"][0]["code"] == 3046
    assert texts(answer.body).startswith("word word ")
    until(lambda: runner.running == 0)


def test_a_slow_reader_gets_everything_and_keeps_nobody_waiting(serve: Serve) -> None:
    runner = Pieces(400, 20_000)
    server = serve([served(runner, "large"), served(Scripted(["fine"], loop=True), "small")], most_running=1)
    with wire(server.address) as slow:
        slow.send(request("/ai/run/large", STREAM))
        assert slow.head()[0] == 200
        received = slow.chunk()
        while len(received) < 7_000_000:
            received += slow.chunk()
        until(lambda: server.state.admission.running == 0)
        assert ask(server.address, "/ai/run/small", PROMPT).json["result"]["response"] == "fine"
        received += b"".join(iter(slow.chunk, b""))
    assert texts(received) == "".join(f"{number}:".ljust(20_000, "x") for number in range(400))
    assert frames(received)[-1] == "[DONE]"


def test_what_waits_for_a_client_that_does_not_read_is_bounded(serve: Serve) -> None:
    runner = Endless("x" * 10_000, pause=0)
    server = serve(runner, stalled=0.5)
    with wire(server.address) as connection:
        connection.send(request(body=STREAM))
        until(lambda: runner.broken_off == 1, 30)
        assert runner.said < 2500, "more than 25 MB were made for nobody"
        until(lambda: server.state.admission.running == 0)
        until(lambda: not server.server.server_state.connections)


def test_one_connection_for_many_requests(serve: Serve) -> None:
    server = serve(Scripted(["one two"], loop=True))
    with wire(server.address) as connection:
        for number in range(30):
            connection.send(request(body=PROMPT | {"stream": number % 2 == 0}))
            assert b"one" in connection.answer().body
        assert len(server.server.server_state.connections) == 1


def test_requests_that_are_sent_ahead_are_answered_in_order(serve: Serve) -> None:
    with wire(serve(Scripted(["one", "two", "three"])).address) as connection:
        connection.send(b"".join(request(body=PROMPT) for _ in range(3)))
        assert [connection.answer().json["result"]["response"] for _ in range(3)] == ["one", "two", "three"]


def test_nothing_is_left_behind(serve: Serve) -> None:
    server = serve([served(Endless(), "endless"), served(Scripted(["fine"], loop=True), "fine")])
    for number in range(100):
        with wire(server.address) as connection:
            connection.send(request(f"/ai/run/{'endless' if number % 2 else 'fine'}", STREAM))
            connection.head()
    until(lambda: server.state.admission.running == 0)
    until(lambda: not server.server.server_state.connections)
    until(lambda: not server.server.server_state.tasks)


def test_an_error_in_the_background_stops_nobody(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ZeroDivisionError("in the background")

    def make(state: State) -> ASGIApp:
        state.background.insert(0, fail)
        return make_app(state)

    server = serve(Scripted(["fine"]), make)
    until(lambda: "in the background" in caplog.text)
    assert ask(server.address, body=PROMPT).status == 200


def test_another_part_joins_in_with_routes_pages_and_work(serve: Serve) -> None:
    worked: list[str] = []

    async def hello(exchange: Exchange) -> None:
        await exchange.reply(b'"hello"')

    async def work() -> None:
        worked.append("done")

    def make(state: State) -> ASGIApp:
        state.background.append(work)
        endpoint = Endpoint(hello, inference_body)
        extra = [Route("/own/{name}", endpoint), Route("/v1/own", endpoint)]
        return make_app(state, extra, [Route("/page", endpoint)], ["/page"])

    address = serve(Scripted([]), make, token="t0ken").address
    for path in ("/client/v4/accounts/x/ai/own/a", "/ai/own/a", "/ai/v1/own", "/v1/own"):
        assert ask(address, path, method="GET", authorization="Bearer t0ken").json == "hello"
        assert ask(address, path, method="GET").status == 400
    assert ask(address, "/page", method="GET").json == "hello"
    assert ask(address, "/own/a", method="GET", authorization="Bearer t0ken").status == 404
    assert worked == ["done"]


def test_what_was_ignored_is_told_to_the_log(serve: Serve) -> None:
    notes: list[tuple[str, ...]] = []

    def watched(state: State) -> ASGIApp:
        return Watched(make_app(state), state.meters, lambda method, path, visit: notes.append(visit.notes))

    ask(serve(Scripted(["Hi."]), watched).address, body=PROMPT | {"nonsense": 1})
    until(lambda: notes)
    assert notes[0] == ("ignored: nonsense",)
