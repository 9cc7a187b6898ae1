"""What a terminal user sees of servers, good and bad ones, on loopback."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]
Respond = Callable[[BaseHTTPRequestHandler, dict[str, object]], None]


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """A server on loopback; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            respond(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(status: int, body: str, kind: str = "application/json") -> Respond:
    def respond(request: BaseHTTPRequestHandler, _: dict[str, object]) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.end_headers()
        request.wfile.write(body.encode())

    return respond


def stream(*deltas: dict[str, object], finish: str | None) -> Respond:
    """A stream of chat completions; without `finish` it breaks off."""

    def respond(request: BaseHTTPRequestHandler, _: dict[str, object]) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        choices: list[dict[str, object]] = [{"index": 0, "delta": delta} for delta in deltas]
        lines = [f"data: {json.dumps({'model': 'served', 'choices': [choice]})}\n\n" for choice in choices]
        if finish:
            end = {"model": "served", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
            lines += [f"data: {json.dumps(end)}\n\n", "data: [DONE]\n\n"]
        for line in lines:
            request.wfile.write(f"{len(line):x}\r\n{line}\r\n".encode())
        if finish:
            request.wfile.write(b"0\r\n\r\n")

    return respond


def test_a_server_calls_a_tool_and_answers(agentkit: Run, sample: Sample) -> None:
    function = {"name": "add", "arguments": '{"a": 2, "b": 3}'}
    calls = stream({"tool_calls": [{"index": 0, "id": "c1", "function": function}]}, finish="tool_calls")
    says = stream({"content": "It "}, {"content": "is 5."}, finish="stop")
    asked: list[dict[str, object]] = []

    def respond(request: BaseHTTPRequestHandler, body: dict[str, object]) -> None:
        asked.append(body)
        (calls if len(asked) == 1 else says)(request, body)

    with serving(respond) as url:
        ended = agentkit("run", "-m", "openai:llama3", "--base-url", url, "-t", sample("add"), "What is 2 + 3?")
    assert (ended.returncode, ended.stdout) == (0, "It is 5.\n")
    assert "add(a=2, b=3)\n  5\n" in ended.stderr
    assert asked[0]["model"] == "llama3"


@pytest.mark.parametrize(
    ("respond", "code", "message"),
    [
        (answer(200, "<html><body>Welcome to the proxy</body></html>", "text/html"), 4, ""),
        (answer(401, '{"error": {"message": "Incorrect API key provided"}}'), 3, "Incorrect API key"),
        (answer(404, '{"error": {"message": "model \'llama9\' not found"}}'), 4, "llama9"),
        (stream({"content": "It is"}, finish=None), 4, ""),
    ],
    ids=["html", "wrong token", "unknown model", "breaks off"],
)
def test_a_bad_server_is_one_clear_line(agentkit: Run, respond: Respond, code: int, message: str) -> None:
    with serving(respond) as url:
        ended = agentkit("run", "-m", "openai:llama9", "--base-url", url, "Hi")
    assert ended.returncode == code
    [error] = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    assert message in error
    assert len(error) > 30


def test_a_server_that_is_not_there_is_one_clear_line(agentkit: Run) -> None:
    ended = agentkit("run", "-m", "openai:llama3", "--base-url", "http://127.0.0.1:9/v1", "Hi")
    assert ended.returncode == 4
    assert "127.0.0.1:9" in ended.stderr


def test_a_server_that_hangs_meets_the_deadline(agentkit: Run) -> None:
    release = threading.Event()

    def respond(request: BaseHTTPRequestHandler, _: dict[str, object]) -> None:
        release.wait(60)

    with serving(respond) as url:
        try:
            ended = agentkit("run", "-m", "openai:llama3", "--base-url", url, "--deadline", "1", "Hi")
        finally:
            release.set()
    assert ended.returncode == 5
    assert "the time was up" in ended.stderr


def test_a_missing_token_is_one_clear_line(agentkit: Run) -> None:
    ended = agentkit("run", "-m", "@cf/meta/llama-3.1-8b-instruct", "Hi", CLOUDFLARE_ACCOUNT_ID="a" * 32)
    assert ended.returncode == 3
    assert "CLOUDFLARE_AUTH_TOKEN" in ended.stderr


@pytest.mark.parametrize(
    ("data", "name"), [(b"hello, I am a text", "notes.gguf"), (b"GGUF\3\0\0\0", "cut.gguf"), (None, "missing.gguf")]
)
def test_a_file_that_is_no_model_is_one_clear_line(
    agentkit: Run, tmp_path: Path, data: bytes | None, name: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    ended = agentkit("run", "-m", f"local:./{name}", "Hi")
    assert ended.returncode == 3
    assert name in ended.stderr
