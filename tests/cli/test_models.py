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
from typing import Any

import pytest

from agentkit.runners.local.catalog import DEFAULT, ENTRIES
from agentkit.runners.local.lookup import short_name

from ..runners.local.checkpoint_files import write_checkpoint

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
    assert "is broken" in agentkit("models").stdout
    assert json.loads(agentkit("models", "--json").stdout)["local"][0]["problem"]


def test_every_documented_model_is_listed_with_its_licence(agentkit: Run) -> None:
    shown = agentkit("models").stdout
    for entry in ENTRIES.values():
        [line] = [line for line in shown.splitlines() if line.startswith(f"{short_name(entry)} ")]
        assert (entry.licence.short or entry.licence.name) in line


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_list_fits_the_terminal_whatever_the_names_are(terminal: Any, tmp_path: Path, columns: int) -> None:
    own = tmp_path / "models.toml"
    own.write_text(f'[models.{"long" * 30}]\nrepo = "some/thing"\nlicence = "{"words " * 20}"')
    process = terminal("models", columns=columns, AGENTKIT_MODELS=str(own))
    assert process.end() == 0
    table = process.text.split("\n\n")[1].splitlines()
    assert len(table) == len(ENTRIES) + 2
    assert all(len(line) <= columns for line in table)
    assert any(line.startswith("qwen1.5-14b-chat-awq ") and "7,500" in line for line in table)


def needs(agentkit: Run, *options: str) -> dict[str, dict[str, Any]]:
    models = json.loads(agentkit("models", "--json", *options).stdout)["local"]
    return {model["name"]: model for model in models}


def test_memory_is_that_of_the_context_that_was_asked_for(agentkit: Run) -> None:
    name = "llama-2-7b-chat-fp16"
    usual, more = needs(agentkit)[name], needs(agentkit, "--context", "1000")[name]
    assert (usual["context"], more["context"]) == (3072, 1000)
    assert usual["needs"] - more["needs"] == 2072 * usual["per_token"]
    assert usual["needs"] == usual["weights"] + 3072 * usual["per_token"]


def test_no_more_context_is_counted_than_a_model_takes(agentkit: Run) -> None:
    assert needs(agentkit, "--context", "1000000")["llama-2-13b-chat-awq"]["context"] == 4096


def test_what_is_larger_than_the_memory_does_not_fit(agentkit: Run, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(f"[models.{DEFAULT.id}]\ncontext = 10000000\n")
    models = json.loads(agentkit("models", "--json", AGENTKIT_MODELS=str(own)).stdout)
    assert models["local"][0]["fits"] == (max([models["memory"], *gpus(models)]) * 0.9 > 2.3e11)


def gpus(models: dict[str, Any]) -> list[int]:
    return [gpu["memory"] for gpu in models["gpus"]]


def test_ones_own_models_are_listed_and_what_is_wrong_with_them_is_told(agentkit: Run, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text('[models.mine]\npath = "nowhere.gguf"')
    shown = agentkit("models", AGENTKIT_MODELS=str(own)).stdout
    assert "broken" in shown
    assert f"local:mine: there are no weights at '{tmp_path / 'nowhere.gguf'}'" in shown


def test_a_mistake_in_ones_own_file_is_one_clear_line(agentkit: Run, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text("[models.mine]\npth = 'x'")
    for arguments in (["models"], ["pull", "mine"], ["run", "-m", "local:mine", "Hi"]):
        ended = agentkit(*arguments, AGENTKIT_MODELS=str(own))
        assert ended.returncode == 3
        assert ended.stderr.startswith(f"error: {str(own)!r}, [models.mine], 'pth' is not known. There is: path, ")


def test_the_terms_are_shown_before_anything_is_fetched(agentkit: Run) -> None:
    ended = agentkit("pull", "llama-2-7b-chat-int8", HF_ENDPOINT="http://127.0.0.1:9")
    assert ended.returncode == 3
    lines = ended.stderr.splitlines()
    assert lines[0] == "@cf/meta/llama-2-7b-chat-int8 from meta-llama/Llama-2-7b-chat-hf, revision main"
    assert lines[1] == "licence: Llama 2 Community License, https://ai.meta.com/llama/license/"
    assert "set HF_TOKEN" in lines[3]
    assert lines[-1].startswith("error: ")


def test_weights_of_ones_own_are_taken_over(agentkit: Run, home: Path, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "given", ENTRIES["@cf/qwen/qwen1.5-1.8b-chat"].architecture)
    ended = agentkit("pull", "qwen1.5-1.8b-chat", "--from", folder)
    assert ended.returncode == 0, ended.stderr
    path = home / "cache" / "Qwen--Qwen1.5-1.8B-Chat@main"
    assert f"@cf/qwen/qwen1.5-1.8b-chat taken over: {path}" in ended.stderr
    assert needs(agentkit)["qwen1.5-1.8b-chat"]["path"] == str(path)
    assert f"is here: {path}" in agentkit("pull", "qwen1.5-1.8b-chat").stderr


def test_weights_of_another_model_are_not_taken_over(agentkit: Run, home: Path, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "given")
    ended = agentkit("pull", "qwen1.5-1.8b-chat", "--from", folder)
    assert ended.returncode == 3
    assert "is another model: architecture is LlamaForCausalLM, not Qwen2ForCausalLM." in ended.stderr
    assert not (home / "cache").exists()


def test_a_model_that_is_only_pulled_when_asked_for_says_how(agentkit: Run) -> None:
    ended = agentkit("run", "-m", "local:qwen1.5-1.8b-chat", "Hi")
    assert ended.returncode == 3
    assert "Fetch them with: agentkit pull qwen1.5-1.8b-chat" in ended.stderr


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
