"""The main job with the real embedded model, as the README's first command does it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.real

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def with_weights(agentkit: Run, environment: dict[str, str]) -> Run:
    """The program with the weights of this machine; they are fetched if they are not there."""
    del environment["AGENTKIT_CACHE"]
    environment["PYTHONWARNINGS"] = ""
    ended = agentkit("pull")
    if "could not be fetched" in ended.stderr:
        pytest.skip(ended.stderr.strip())
    return agentkit


def test_a_question_is_answered_with_a_tool(with_weights: Run) -> None:
    ended = with_weights("run", "-t", "calculator", "-t", "clock", "What is 12.5 % of 840?")
    assert ended.returncode == 0
    assert "calculate(expression=" in ended.stderr
    assert "105" in ended.stdout


def test_a_chat_remembers_its_tools_and_history(with_weights: Run) -> None:
    ended = with_weights("chat", "-t", "calculator", stdin="What is 17 * 23?\nWhat is 5 * 5?\n")
    first, second = ended.stderr.split("calculate(expression=")[1:]
    assert "391" in first
    assert "25" in second
