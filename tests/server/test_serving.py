"""The life of the program: `agentkit serve`, run for real and ended by real signals."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentkit.errors import ConfigurationError
from agentkit.server.serving import listen, url_of
from agentkit.server.settings import Settings

from .raw import ask, request, until, wire

RUNNERS = """
import anyio
from agentkit.generation import Finish, TextDelta
from agentkit.runners.scripted import Scripted

class Slow:
    name = "slow"

    async def generate(self, request):
        for number in range(int(request.messages[-1].content)):
            yield TextDelta(f"{number} ")
            await anyio.sleep(0.1)
        yield Finish()

    async def aclose(self):
        print("unloaded", flush=True)

slow = Slow()
quick = Scripted(["hello"], loop=True)
"""
PROGRAM = str(Path(sys.executable).with_name("agentkit"))
SLOW, QUICK = "/ai/run/slow", "/ai/run/quick"


@dataclass
class Program:
    """`agentkit serve` in a process of its own."""

    process: subprocess.Popen[str]
    address: tuple[str, int]
    greeting: dict[str, object]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, seconds: float = 20.0) -> tuple[int, str, str]:
        """Its exit code, and what it still said."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, err


Start = Callable[..., Program]


def _hear_hangups() -> None:
    """Also where the tests were started by nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts programs that are gone at the end of the test."""
    file = tmp_path / "mine.py"
    file.write_text(RUNNERS)
    processes: list[subprocess.Popen[str]] = []

    def run(*words: str) -> Program:
        command = [PROGRAM, "serve", f"{file}:slow", f"{file}:quick", "--port", "0", "--json"]
        process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_hangups
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()
        greeting = json.loads(line)
        host, port = greeting["url"].removeprefix("http://").split(":")
        return Program(process, (host, int(port)), greeting)

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def stream(count: int) -> bytes:
    return request(SLOW, {"prompt": str(count), "stream": True})


def test_it_says_where_it_listens(start: Start) -> None:
    program = start()
    assert program.greeting["models"] == ["slow", "quick"]
    assert ask(program.address, QUICK, {"prompt": "Hi"}).json["result"]["response"] == "hello"
    program.signal(signal.SIGTERM)
    code, _, err = program.ends()
    assert code == 0
    assert str(program.greeting["url"]) in err
    assert "curl" in err
    assert "Finishing" not in err


def test_the_greeting_has_a_place_for_the_token_but_never_the_token(start: Start) -> None:
    program = start("--token", "s3cret")
    program.signal(signal.SIGTERM)
    _, out, err = program.ends()
    assert '-H "Authorization: Bearer TOKEN"' in err
    assert "s3cret" not in out + err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)])
def test_a_running_stream_is_finished_before_the_end(start: Start, number: int, code: int) -> None:
    program = start()
    with wire(program.address) as connection:
        connection.send(stream(10))
        assert connection.head()[0] == 200
        body = connection.chunk()
        program.signal(number)
        body += b"".join(iter(connection.chunk, b""))
        assert b'"9 "' in body
        assert body.endswith(b"data: [DONE]\n\n")
        assert connection.is_closed()
    ended, _, err = program.ends()
    assert ended == code
    assert "Finishing 1 request, for at most 30 seconds; the next Ctrl-C does not wait." in err


def test_while_it_ends_it_takes_nothing_new(start: Start) -> None:
    program = start()
    with wire(program.address) as running, wire(program.address) as idle:
        idle.send(request(QUICK, {"prompt": "Hi"}))
        assert idle.answer().status == 200
        running.send(stream(20) + request(QUICK, {"prompt": "behind it"}))
        running.head()
        program.signal(signal.SIGTERM)
        until(lambda: refused(program.address))
        assert idle.is_closed()
        while running.chunk():
            pass
        assert running.is_closed() or running.head()[0] == 503
    assert program.ends()[0] == 0


def refused(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_what_takes_too_long_is_broken_off_with_a_reason(start: Start) -> None:
    program = start("--grace", "0.5")
    with wire(program.address) as connection, wire(program.address) as other:
        connection.send(stream(1000))
        other.send(request(SLOW, {"prompt": "1000"}))
        connection.head()
        time.sleep(0.3)
        program.signal(signal.SIGTERM)
        body = b"".join(iter(connection.chunk, b""))
        assert b'"success":false' in body.replace(b" ", b"")
        assert b"[DONE]" not in body
        answer = other.answer()
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    code, out, _ = program.ends()
    assert code == 0
    assert "unloaded" in out


def test_a_second_signal_ends_it_at_once(start: Start) -> None:
    program = start()
    with wire(program.address) as connection:
        connection.send(stream(1000))
        connection.head()
        program.signal(signal.SIGINT)
        until(lambda: refused(program.address))
        program.signal(signal.SIGINT)
        assert program.ends(5)[0] == 130


def test_models_are_unloaded_at_the_end(start: Start) -> None:
    program = start()
    program.signal(signal.SIGTERM)
    assert "unloaded" in program.ends()[1]


def test_models_are_unloaded_when_nobody_asks(start: Start) -> None:
    program = start("--idle", "0.2")
    ask(program.address, SLOW, {"prompt": "1"})
    assert program.process.stdout is not None
    assert program.process.stdout.readline() == "unloaded\n"
    assert ask(program.address, SLOW, {"prompt": "1"}).json["result"]["response"] == "0 "


def test_a_killed_client_leaves_nothing_running(start: Start) -> None:
    program = start("--access-log", "json")
    script = (
        f"import socket, time; s = socket.create_connection({program.address!r}); s.sendall({stream(1000)!r}); "
        "print(s.recv(1)); time.sleep(60)"
    )
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline()
    client.kill()
    client.communicate()
    until(lambda: ask(program.address, "/healthz", method="GET").json["running"] == 0)
    program.signal(signal.SIGTERM)
    assert '"client_left": true' in program.ends()[2]


def agentkit(*words: str) -> tuple[int, str]:
    done = subprocess.run([PROGRAM, "serve", *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = agentkit("local", "--port", str(port))
    assert code == 3
    assert said.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said


def test_a_server_for_others_without_a_token_is_one_clear_line() -> None:
    code, said = agentkit("local", "--host", "0.0.0.0")
    assert code == 3
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert "AGENTKIT_TOKEN" in said


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("203.0.113.7", "cannot listen on 203.0.113.7:8000"),
        ("no.such.host.invalid", "'no.such.host.invalid' is no address"),
        ("127.0.0.1:80", "is no address"),
    ],
)
def test_an_address_that_is_not_of_this_machine_is_refused(host: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        listen(Settings(host=host, token="t"))
    assert says in str(caught.value)


def test_every_kind_of_loopback_can_be_listened_on() -> None:
    for host, url in (
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://127.0.0.1:"),
        ("127.0.0.2", "http://127.0.0.2:"),
    ):
        with listen(Settings(host=host, port=0)) as listener:
            assert url_of(listener) == f"{url}{listener.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    try:
        with listen(Settings(host="::1", port=0)) as listener:
            assert url_of(listener).startswith("http://[::1]:")
    except ConfigurationError:
        pytest.skip("this machine has no ::1")


def test_a_server_for_everybody_is_shown_at_an_address_that_works_here() -> None:
    with listen(Settings(host="0.0.0.0", port=0, token="t")) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_what_the_server_needs_is_loaded_by_nothing_else() -> None:
    code = (
        "import sys, agentkit.cli.app; "
        "print([name for name in ('starlette', 'uvicorn', 'prometheus_client') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
