"""Many clients at once, and one after another: every one gets its whole answer, and nothing of it stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from agentkit.server.assembly import assemble

from .conftest import Running, running
from .raw import Wire, request, until, wire
from .runners import Endless, Pieces

STREAMS, WORDS = 200, 50
PATHS = ("/ai/run/@cf/test/model", "/v1/chat/completions")


@pytest.fixture
def server() -> Iterator[Running]:
    """The whole server, with a model that says fifty words."""
    with running([Pieces(WORDS, 8)], assemble, most_running=STREAMS) as started:
        yield started


def body(*, stream: bool) -> dict[str, object]:
    return {"model": "@cf/test/model", "messages": [{"role": "user", "content": "Go on."}], "stream": stream}


def connections(server: Running, count: int, stack: ExitStack) -> list[Wire]:
    return [stack.enter_context(wire(server.address)) for _ in range(count)]


@pytest.mark.parametrize("path", PATHS)
def test_two_hundred_streams_at_once_all_end_well(server: Running, path: str) -> None:
    with ExitStack() as stack:
        clients = connections(server, STREAMS, stack)
        for client in clients:
            client.send(request(path, body(stream=True)))
        answers = [client.answer() for client in clients]
    assert {answer.status for answer in answers} == {200}
    assert all(answer.body.endswith(b"data: [DONE]\n\n") for answer in answers)
    assert all(answer.body.count(b"data: ") >= WORDS for answer in answers)
    until(lambda: not server.state.admission.running and not server.server.server_state.connections)
    assert not server.server.server_state.tasks


@pytest.mark.parametrize("stream", [False, True])
def test_nothing_stays_of_a_thousand_requests(server: Running, stream: bool) -> None:
    """Counted in objects of Python: bytes of memory come and go as they like."""
    sent = [request(path, body(stream=stream)) for path in PATHS]

    def many(count: int) -> int:
        with wire(server.address) as client:
            for number in range(count):
                client.send(sent[number % 2])
                assert client.answer().status == 200
        until(lambda: not server.server.server_state.connections)
        gc.collect()
        return len(gc.get_objects())

    many(100)
    before = many(100)
    assert many(1000) - before < 200


def test_clients_that_never_read_cost_the_others_nothing() -> None:
    with running([Endless(pause=0)], assemble, most_running=50) as endless, ExitStack() as stack:
        for client in connections(endless, 20, stack):
            client.send(request(PATHS[0], body(stream=True)))
        until(lambda: endless.state.admission.running == 20)
        for client in connections(endless, 5, stack):
            client.send(request(PATHS[0], body(stream=True)))
            assert client.head()[0] == 200
            assert all(client.chunk() for _ in range(20))
        until(lambda: endless.state.admission.running == 25)
