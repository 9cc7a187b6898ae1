"""`agentkit run --record` and `agentkit show`: what was sent and what came back, to look at later."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentkit.cli.recordings import Exchange, is_stable

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]


@pytest.fixture
def recorded(agentkit: Run, sample: Sample, tmp_path: Path) -> Path:
    """A recording of two turns."""
    path = tmp_path / "run.json"
    assert agentkit("run", "--record", path, "-m", sample("sums"), "-t", sample("add"), "What is it?").returncode == 0
    return path


def test_the_table_has_a_row_for_each_turn(agentkit: Run, recorded: Path) -> None:
    ended = agentkit("show", recorded)
    rows = ended.stdout.splitlines()
    assert len(rows) == 3
    assert "add(a=1, b=2)" in rows[1]
    assert "It is 3" in rows[2]
    assert "scripted" in ended.stderr
    assert "final" in ended.stderr


def test_the_table_as_json_tells_whether_the_prefix_stayed(agentkit: Run, recorded: Path) -> None:
    first, second = json.loads(agentkit("show", recorded, "--json").stdout)
    assert (first["stable"], second["stable"]) == (None, True)
    assert (first["messages"], second["messages"]) == (1, 4)
    assert 0 < second["same_bytes"] < second["bytes"]


def test_a_prefix_that_changed_is_told(agentkit: Run, recorded: Path) -> None:
    recorded.write_text(recorded.read_text().replace("What is it?", "What was it?", 1))
    data = json.loads(recorded.read_text())
    data["turns"][0]["request"] = data["turns"][0]["request"].replace("What is it?", "What was it?")
    recorded.write_text(json.dumps(data))
    assert "the prefix changed in turn 2" in agentkit("show", recorded).stderr


def test_a_parameter_called_messages_does_not_hide_a_prefix_that_changed() -> None:
    def exchange(said: str) -> Exchange:
        tools = [{"function": {"parameters": {"properties": {"messages": {"type": "string"}}}}}]
        body = json.dumps({"tools": tools, "messages": [{"role": "user", "content": said}], "max_tokens": 5})
        return Exchange(body, "", None, None, None)

    assert is_stable(exchange("Hi"), exchange("Hi"))
    assert not is_stable(exchange("Hi"), exchange("Ho"))


def test_a_turn_is_shown_in_full(agentkit: Run, recorded: Path) -> None:
    shown = agentkit("show", recorded, "1").stdout
    assert '"content": "What is it?"' in shown
    assert "Let me see." in shown


def test_two_turns_are_compared(agentkit: Run, recorded: Path) -> None:
    lines = agentkit("show", recorded, "1", "2").stdout.splitlines()
    assert lines[:2] == ["--- turn 1", "+++ turn 2"]
    assert any(line.startswith("+") and '"role": "tool"' in line for line in lines)
    assert not any(line.startswith("-") for line in lines[2:]), "nothing of the first turn is gone"


def test_a_failed_run_is_recorded_with_its_error(agentkit: Run, sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    assert agentkit("run", "--record", path, "-m", sample("overloaded"), "-t", sample("add"), "Hi").returncode == 4
    data = json.loads(path.read_text())
    assert data["error"]["type"] == "OverloadedError"
    assert data["turns"][-1]["message"] is None
    ended = agentkit("show", path)
    assert "broken off" in ended.stdout
    assert "OverloadedError" in ended.stderr


def test_a_server_gets_the_same_again_and_the_file_has_no_secret(agentkit: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    settings = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "sk-secret"}
    assert agentkit("run", "--record", path, "-m", "openai:m", "Hi", **settings).returncode == 4
    assert "sk-secret" not in path.read_text()
    command = agentkit("show", path, "1", "--curl").stdout
    assert '"authorization: Bearer $OPENAI_API_KEY"' in command
    assert "http://127.0.0.1:9/v1/chat/completions" in command


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["{file}", "3"], 2, "there are 1 to 2"),
        (["{file}", "0"], 2, "there are 1 to 2"),
        (["{file}", "1", "2", "1"], 2, "Give one turn, or two"),
        (["{file}", "--curl"], 2, "--curl needs the number of one turn"),
        (["{file}", "1", "--curl"], 2, "not sent to a server"),
        (["{file}", "1", "--json"], 2, "--json shows the table only"),
        (["nothing.json"], 3, "No such file"),
        (["{folder}"], 3, "cannot be read"),
    ],
)
def test_what_cannot_be_shown(agentkit: Run, recorded: Path, arguments: list[str], code: int, told: str) -> None:
    ended = agentkit("show", *(word.format(file=recorded, folder=recorded.parent) for word in arguments))
    assert ended.returncode == code
    assert told in ended.stderr


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "hello", '{"turns": [{}]}', '{"turns": 3}',
                '{"turns": [{"request": "x", "reply": "", "message": null, "finish": null}]}', "\x00\xff"],
)  # fmt: skip
def test_what_is_no_recording(agentkit: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content.encode("latin-1"))
    ended = agentkit("show", path)
    assert ended.returncode == 3
    assert "is no recording of a run" in ended.stderr


def test_a_file_that_cannot_be_written_is_told(agentkit: Run, sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = agentkit("run", "--record", tmp_path / "file" / "run.json", "-m", sample("plain"), "Hi")
    assert ended.returncode == 3
    assert "cannot be recorded" in ended.stderr
