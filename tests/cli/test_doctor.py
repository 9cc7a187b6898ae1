"""`agentkit doctor`: this machine, and what stands behind a runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.profiles import VERSION

from ..runners.loopback import Reply, reply, serve
from ..runners.probing.able import Able

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]


@contextmanager
def serving(answer: Reply) -> Iterator[str]:
    """A server on loopback, in a thread; yields its address."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(serve(answer)) as server:
        yield f"{server.url}/v1"


def probed(agentkit: Run, url: str, *more: str) -> tuple[int, dict[str, Any]]:
    ended = agentkit("doctor", "openai:able", "--base-url", url, "--json", "--timeout", "10", *more)
    return ended.returncode, json.loads(ended.stdout)


def verdicts(record: dict[str, Any]) -> dict[str, str]:
    return {finding["name"]: finding["verdict"] for finding in record["findings"]}


def test_a_machine_without_weights_is_told_how_to_get_them(agentkit: Run, tmp_path: Path) -> None:
    ended = agentkit("doctor", "--quick", "--json")
    found = json.loads(ended.stdout)
    if found["weights"]:
        pytest.skip("the weights are in an installed package")
    assert ended.returncode == 1
    assert found["can_run"] is False
    assert {"problem": "no weights are here.", "next": "agentkit pull"} in found["problems"]
    assert found["memory"]["total"] > 100_000_000
    assert found["cores"]["usable"] > 0
    assert {engine["name"] for engine in found["engines"]} == {"llama.cpp", "transformers"}


def test_weights_that_are_no_model_are_told_with_the_engines_words(agentkit: Run, home: Path) -> None:
    path = home / "cache" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(DEFAULT.source.size)
    ended = agentkit("doctor", "--quick")
    assert ended.returncode == 1
    assert "! llama.cpp does not work" in ended.stdout
    assert "Nothing can be run yet." in ended.stdout


def test_a_server_in_the_environment_is_enough_to_run(agentkit: Run) -> None:
    ended = agentkit("doctor", "--quick", "--json", OPENAI_BASE_URL="http://me:hush@host/v1", OPENAI_API_KEY="sk-hush")
    found = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert found["remote"]["openai:NAME"] == ""
    assert found["settings"]["OPENAI_API_KEY"] == "set"
    assert "hush" not in ended.stdout + ended.stderr


def test_half_of_what_workers_ai_needs_is_a_problem(agentkit: Run) -> None:
    shown = agentkit("doctor", "--quick", CLOUDFLARE_ACCOUNT_ID="a" * 32).stdout
    assert "for Workers AI CLOUDFLARE_AUTH_TOKEN is missing" in shown
    assert "a" * 32 not in shown


def test_a_default_runner_that_cannot_be_is_a_problem(agentkit: Run) -> None:
    shown = " ".join(agentkit("doctor", "--quick", AGENTKIT_RUNNER="gpt-17").stdout.split())
    assert "AGENTKIT_RUNNER: unknown runner 'gpt-17'" in shown


def test_a_default_runner_that_raises_anything_is_a_problem(agentkit: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("raise ZeroDivisionError('no model')")
    shown = " ".join(agentkit("doctor", "--quick", AGENTKIT_RUNNER="./mine.py:x").stdout.split())
    assert "ZeroDivisionError: no model" in shown


def test_a_quick_look_at_this_machine_does_not_load_torch(agentkit: Run) -> None:
    found = json.loads(agentkit("doctor", "--quick", "--json").stdout)
    assert {engine["name"]: engine["works"] for engine in found["engines"]}["transformers"] is None


@pytest.mark.real
def test_the_engine_for_safetensors_is_tried_with_a_random_model(agentkit: Run, environment: dict[str, str]) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    engine = json.loads(agentkit("doctor", "--json", PYTHONWARNINGS="").stdout)["engines"][1]
    assert (engine["name"], engine["works"], engine["error"]) == ("transformers", True, None)
    assert "transformers" in engine["engine"]


@pytest.mark.real
def test_the_embedded_model_says_something(agentkit: Run, environment: dict[str, str]) -> None:
    del environment["AGENTKIT_CACHE"]
    ended = agentkit("doctor", "--quick", "--json", PYTHONWARNINGS="")
    found = json.loads(ended.stdout)
    if not found["weights"]:
        pytest.skip("the embedded model is not pulled")
    engine = found["engines"][0]
    assert (ended.returncode, engine["works"]) == (0, True)
    assert engine["text"]
    assert engine["tokens_per_second"] > 0
    assert engine["load_seconds"] > 0


def test_a_server_is_probed_and_its_profile_kept(agentkit: Run, home: Path) -> None:
    with serving(Able(frozenset(("required",)), window=3_000)) as url:
        code, record = probed(agentkit, url)
    assert code == 0
    assert {name for name, verdict in verdicts(record).items() if verdict != "yes"} == {"required"}
    profile = json.loads(Path(record["profile"]).read_bytes())
    assert Path(record["profile"]).is_relative_to(home / "cache")
    assert (profile["version"], profile["runner"], profile["context"]) == (VERSION, "openai:able", 3_000)
    assert profile["findings"]["required"] == "no"
    assert record["requests"] >= 15
    assert record["usage"]["prompt_tokens"] > 1_000


def test_nothing_is_kept_where_it_shall_not(agentkit: Run, home: Path) -> None:
    with serving(Able()) as url:
        _, record = probed(agentkit, url, "--no-save", "--no-context")
    assert record["profile"] is None
    assert "context" not in verdicts(record)
    assert not (home / "cache" / "profiles").exists()


def test_a_quick_look(agentkit: Run) -> None:
    with serving(Able()) as url:
        code, record = probed(agentkit, url, "--quick")
    assert code == 0
    assert not {"context", "seed", "stop", "parallel_calls"} & verdicts(record).keys()
    assert record["requests"] <= 10


def test_people_see_rows_with_evidence_and_what_to_do(agentkit: Run) -> None:
    with serving(Able(frozenset(("required",)))) as url:
        ended = agentkit("doctor", "openai:able", "--base-url", url, "--quick")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert any(line.startswith("reachable yes http://127.0.0.1") for line in lines)
    assert any(line.startswith("tool_choice required no") for line in lines)
    assert any("The runner asks for one tool by its name" in line for line in lines)
    assert any("requests," in line and "tokens sent" in line for line in lines)
    assert "\x1b" not in ended.stdout
    assert not any(line.endswith(" ") for line in ended.stdout.splitlines())


def test_what_a_server_says_cannot_move_the_cursor(agentkit: Run) -> None:
    evil = {"choices": [{"message": {"content": "\x1b[2J[red]hi[/red]\r"}, "finish_reason": "stop"}]}
    with serving(reply(evil)) as url:
        shown = agentkit("doctor", "openai:able", "--base-url", url, "--quick").stdout
    assert "\x1b" not in shown
    assert "[red]hi" in shown


@pytest.mark.parametrize(
    ("answer", "last", "told"),
    [
        (reply({"error": {"message": "Incorrect API key provided"}}, 401), "access", "Incorrect API key"),
        (reply("<html>Welcome</html>", kind="text/html"), "answers", ""),
        (["close"], "reachable", ""),
    ],
    ids=["wrong key", "html", "closes"],
)
def test_a_server_that_does_not_answer_is_ill(agentkit: Run, answer: Reply, last: str, told: str) -> None:
    with serving(answer) as url:
        code, record = probed(agentkit, url)
    assert code == 1
    assert record["findings"][-1]["name"] == last
    assert record["findings"][-1]["verdict"] == "no"
    assert told in record["findings"][-1]["evidence"]
    assert record["profile"] is None


def test_a_server_that_is_not_there(agentkit: Run) -> None:
    ended = agentkit("doctor", "openai:able", "--base-url", "http://127.0.0.1:9/v1")
    assert ended.returncode == 1
    assert "No connection to 127.0.0.1:9" in ended.stdout
    assert "Is the server running" in " ".join(ended.stdout.split())


def test_a_server_that_hangs_is_not_waited_for(agentkit: Run) -> None:
    with serving(["hang"]) as url:
        code, record = probed(agentkit, url, "--timeout", "0.5")
    assert code == 1
    assert "0.5 s" in record["findings"][-1]["evidence"]


RUNNERS = """
from agentkit.runners.scripted import Reply, Scripted

def loops():
    return Scripted(["Hello."], loop=True)

class Breaks:
    name = "breaks"
    def generate(self, request):
        raise ZeroDivisionError("no model")
    async def aclose(self):
        pass
"""


def test_a_runner_of_the_users_own(agentkit: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RUNNERS)
    ended = agentkit("doctor", "./mine.py:loops", "--json", "--no-context")
    found = verdicts(json.loads(ended.stdout))
    assert ended.returncode == 0
    assert (found["answers"], found["tools"]) == ("yes", "no")
    assert not {"reachable", "access", "streamed_calls"} & found.keys()


def test_a_runner_that_raises_anything_is_ill(agentkit: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RUNNERS)
    ended = agentkit("doctor", "./mine.py:Breaks")
    assert ended.returncode == 1
    assert "ZeroDivisionError: no model" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("gpt-17",), 3, "unknown runner 'gpt-17'"),
        (("@cf/meta/llama-3.1-8b-instruct",), 3, "account_id is missing"),
        (("openai:x", "--base-url", "nowhere"), 3, "is no URL"),
        (("openai:x", "--timeout", "0"), 2, "--timeout"),
        (("openai:x", "--slow"), 2, "--slow"),
    ],
)
def test_what_cannot_be_probed_is_one_clear_line(
    agentkit: Run, arguments: tuple[str, ...], code: int, told: str
) -> None:
    ended = agentkit("doctor", *arguments)
    assert ended.returncode == code
    [error] = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    assert told in error


def test_an_error_is_json_where_json_was_asked_for(agentkit: Run) -> None:
    ended = agentkit("doctor", "gpt-17", "--json")
    assert json.loads(ended.stdout)["error"]["type"] == "ConfigurationError"


def test_a_profile_that_cannot_be_kept_is_one_clear_line(agentkit: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serving(Able()) as url:
        ended = agentkit("doctor", "openai:able", "--base-url", url, "--quick", AGENTKIT_CACHE=str(tmp_path / "file"))
    assert ended.returncode == 3
    assert "--no-save" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("arguments", [("openai:able",), ()], ids=["a probe", "this machine"])
def test_control_c_ends_it(
    started: Callable[..., subprocess.Popen[str]],
    environment: dict[str, str],
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    begun = tmp_path / "begun"
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 30\n")
    tool.chmod(0o755)

    def answer(seen: Any) -> Any:
        begun.touch()
        return ["hang"]

    with serving(answer) as url:
        environment |= {"OPENAI_BASE_URL": url, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        process = started("doctor", *arguments)
        while not begun.exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_on_a_terminal_it_is_told_what_is_under_way(terminal: Callable[..., Any]) -> None:
    with serving(Able()) as url:
        seen = terminal("doctor", "openai:able", "--base-url", url, "--quick")
        seen.expect("probing: ")
        seen.expect("takes results")
        seen.expect("are fitted to it")
        assert seen.end() == 0
