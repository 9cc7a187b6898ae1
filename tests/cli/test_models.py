"""`agentkit models` and `agentkit pull`, without the real weights."""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from agentkit.runners.local.catalog import DEFAULT

Run = Callable[..., subprocess.CompletedProcess[str]]

NOWHERE = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple/",
    "PIP_RETRIES": "0",
    "PIP_FIND_LINKS": "",
    "PIP_CONFIG_FILE": os.devnull,
    "PYTHONWARNINGS": "",  # pip itself is not free of them
}


def put_weights(home: Path) -> Path:
    """A file that has the size of the weights, which is all that `models` looks at."""
    path = home / "cache" / DEFAULT.source.file
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(DEFAULT.source.size)
    return path


def test_what_is_not_here_can_be_pulled(agentkit: Run) -> None:
    shown = agentkit("models").stdout
    assert DEFAULT.id in shown
    assert "agentkit pull" in shown
    assert "without -m: local" in shown


def test_what_is_here_is_shown_with_its_place(agentkit: Run, home: Path) -> None:
    path = put_weights(home)
    model, *_ = json.loads(agentkit("models", "--json").stdout)["local"]
    assert model["path"] == str(path)
    assert model["runner"] == "local"


def test_weights_that_are_cut_are_told(agentkit: Run, home: Path) -> None:
    put_weights(home).write_bytes(b"GGUF")
    assert "is broken" in agentkit("models").stdout.replace("\n", " ")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_secret_is_shown(agentkit: Run, form: list[str]) -> None:
    settings = {
        "CLOUDFLARE_ACCOUNT_ID": "account-of-mine",
        "CLOUDFLARE_AUTH_TOKEN": "token-of-mine",
        "OPENAI_API_KEY": "key-of-mine",
        "OPENAI_BASE_URL": "http://user:password-of-mine@localhost:8000/v1?key=query-of-mine",
    }
    shown = agentkit("models", *form, **settings).stdout
    assert "-of-mine" not in shown
    assert "http://localhost:8000/v1" in shown
    assert "CLOUDFLARE_AUTH_TOKEN" in shown


def test_settings_that_are_not_there_are_told(agentkit: Run) -> None:
    assert "CLOUDFLARE_AUTH_TOKEN or CLOUDFLARE_API_TOKEN is not set" in agentkit("models", COLUMNS="120").stdout


def test_what_is_here_is_not_pulled_again(agentkit: Run, home: Path) -> None:
    path = put_weights(home)
    ended = agentkit("pull", **NOWHERE)
    assert ended.returncode == 0
    assert f"is here: {path}" in ended.stderr


def test_a_pull_without_a_network_is_one_clear_line(agentkit: Run, home: Path) -> None:
    ended = agentkit("pull", **NOWHERE)
    assert ended.returncode == 3
    assert "error: the weights of 'smollm2-135m-instruct' could not be fetched" in ended.stderr
    assert not list((home / "cache").iterdir())


def test_a_run_without_weights_and_network_says_the_same(agentkit: Run) -> None:
    ended = agentkit("run", "Hi", **NOWHERE)
    assert ended.returncode == 3
    assert "could not be fetched" in ended.stderr


def test_a_model_that_is_unknown_is_told(agentkit: Run) -> None:
    ended = agentkit("pull", "gpt-17")
    assert ended.returncode == 3
    assert "no local model 'gpt-17'" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_control_c_ends_a_pull_and_leaves_nothing(
    started: Callable[..., subprocess.Popen[str]], home: Path, environment: dict[str, str]
) -> None:
    asked = threading.Event()
    release = threading.Event()

    class Hang(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked.set()
            release.wait(60)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Hang) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            environment |= NOWHERE | {"PIP_INDEX_URL": f"http://127.0.0.1:{server.server_address[1]}/simple/"}
            process = started("pull")
            assert asked.wait(30)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        finally:
            release.set()
            server.shutdown()
            thread.join()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not list((home / "cache").iterdir())
