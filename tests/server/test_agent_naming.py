"""`agentkit serve --agent`: where an agent is found, and what it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentkit import ConfigurationError
from agentkit.server.agent_naming import load_agents
from agentkit.server.agents import AgentRunner

from .raw import ask

SOURCE = """\
from agentkit import Agent, tool
from agentkit.runners.scripted import Scripted

@tool
def look(place: str) -> str:
    'Look.'
    return place

helper = Agent(Scripted(["Hi."]), tools=[look], max_tokens=777)
number = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def test_the_name_is_that_of_the_variable(file: Path) -> None:
    [served] = load_agents([f"{file}:helper"])
    assert isinstance(served.runner, AgentRunner)
    assert (served.card.name, served.runner.name) == ("@agentkit/helper", "@agentkit/helper")
    assert "look" in served.card.description
    assert (served.card.max_tokens, served.card.max_tokens_streaming) == (777, 777)


def test_another_name_stands_before_the_source(file: Path) -> None:
    assert [item.card.name for item in load_agents([f"ada={file}:helper", f"{file}:helper"])] == [
        "@agentkit/ada",
        "@agentkit/helper",
    ]


def test_the_only_agent_of_a_file_need_not_be_named(file: Path) -> None:
    assert load_agents([str(file)])[0].card.name == "@agentkit/helper"


@pytest.mark.parametrize(
    ("ending", "more", "message"),
    [
        (":number", "", "is no agent, but int"),
        (":look", "", "is no agent, but Tool"),
        (":Agent", "", "is no agent, but type"),
        (":nothing", "", "there is no 'nothing'"),
        ("", "other = helper\n", "several agents .*: helper, other"),
        ("", "del helper\n", "there is no agent in"),
    ],
)
def test_what_is_no_agent_is_refused(file: Path, ending: str, more: str, message: str) -> None:
    file.write_text(SOURCE + more)
    with pytest.raises(ConfigurationError, match=message):
        load_agents([f"{file}{ending}"])


def test_a_module_that_is_not_there_is_said_so() -> None:
    with pytest.raises(ConfigurationError, match="no module"):
        load_agents(["no.such.module:agent"])


PROGRAM = str(Path(sys.executable).with_name("agentkit"))


def test_the_program_serves_agents_alone_or_beside_models(file: Path) -> None:
    command = [PROGRAM, "serve", f"{file}:other", "--agent", f"{file}:helper", "--agent", f"ada={file}", "--port", "0"]
    file.write_text(SOURCE + "other = Scripted(['I am another.'])\n")
    with subprocess.Popen([*command, "--json", "--quiet"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert told["models"] == ["other", "@agentkit/helper", "@agentkit/ada"]
            host, _, port = told["url"].removeprefix("http://").rpartition(":")
            answer = ask((host, int(port)), "/ai/run/@agentkit/ada", {"prompt": "Hello"})
            assert answer.json["result"]["response"] == "Hi."
        finally:
            process.terminate()
            process.wait(30)


def test_the_program_says_what_is_no_agent(file: Path) -> None:
    command = [PROGRAM, "serve", "--agent", f"{file}:number", "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 3
    assert "is no agent, but int" in ended.stderr
