"""A server before another one, which keeps what it hears, and later answers without it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentkit.runners.scripted import Scripted

from .conftest import Running, Serve, served

KEY = "sk-very-secret-key"
SAY = {"model": "m", "messages": [{"role": "user", "content": "Say it."}]}


@contextmanager
def program(*options: str, key: str | None = KEY) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`agentkit serve m=openai:gpt`, and its address; ended by SIGTERM."""
    command = [sys.executable, "-c", "from agentkit.cli import main; main()", "serve", "m=openai:gpt", "--port", "0"]
    environment = {"OPENAI_API_KEY": key} if key else {}
    with subprocess.Popen(
        [*command, "--json", "--quiet", *options], stdout=subprocess.PIPE, text=True, env=environment
    ) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line, "the server does not start"
        try:
            yield json.loads(line)["url"], started
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(20)


def said(url: str, **fields: Any) -> httpx.Response:
    return httpx.post(f"{url}/v1/chat/completions", json=SAY | fields, timeout=30)


def text_of(url: str, **fields: Any) -> str:
    return str(said(url, **fields).json()["choices"][0]["message"]["content"])


def behind(serve: Serve, replies: list[Any]) -> Running:
    """The other server, whose model is `gpt`."""
    return serve(served(Scripted(replies), "gpt"))


def test_what_was_recorded_is_answered_again_without_key_and_server(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "traffic.json"
    other = ("--base-url", f"{behind(serve, ['first', 'second']).url}/v1")
    with program("--record", str(file), *other) as (url, _):
        assert [text_of(url), text_of(url)] == ["first", "second"]
    assert KEY not in file.read_text()
    serve_nothing = ("--base-url", "http://127.0.0.1:9/v1")
    with program("--replay", str(file), *serve_nothing, key=None) as (url, _):
        assert [text_of(url) for _ in range(4)] == ["first", "second", "second", "second"]
        unknown = said(url, messages=[{"role": "user", "content": "Say more."}])
    assert unknown.status_code == 500


def test_a_recorded_stream_arrives_while_it_is_made(serve: Serve, tmp_path: Path) -> None:
    other = behind(serve, ["one two three", "one two three"])
    with (
        program("--record", str(tmp_path / "a.json"), "--base-url", f"{other.url}/v1") as (url, _),
        httpx.stream("POST", f"{url}/v1/chat/completions", json=SAY | {"stream": True}, timeout=30) as response,
    ):
        lines = [line for line in response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    (take,) = json.loads((tmp_path / "a.json").read_text())["takes"]
    assert take["reply"]["body"].count("data:") > 3


def test_it_is_written_while_the_server_runs(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    other = behind(serve, ["once"])
    with program("--record", str(file), "--base-url", f"{other.url}/v1") as (url, started):
        assert text_of(url) == "once"
        until = time.monotonic() + 20
        while not json.loads(file.read_text())["takes"] and time.monotonic() < until:
            time.sleep(0.1)
        started.kill()
    assert len(json.loads(file.read_text())["takes"]) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--record", "{file}"), "is there already"),
        (("--replay", "{file}"), "is no recording"),
        (("--replay", "{file}", "--record", "{file}"), "exclude each other"),
        (("--record", "/proc/nowhere/a.json"), "cannot be written"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_once(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    file = tmp_path / "a.json"
    file.write_text("something of mine")
    command = [sys.executable, "-c", "from agentkit.cli import main; main()", "serve", "m=openai:gpt"]
    words = [word.format(file=file) for word in options]
    ended = subprocess.run([*command, *words], capture_output=True, text=True, timeout=60)
    assert ended.returncode in (2, 3)
    assert told in ended.stderr
    assert file.read_text() == "something of mine"
