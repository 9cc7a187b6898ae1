"""The public names, and the strings that name a runner."""

from __future__ import annotations

import pytest

import agentkit
from agentkit import ConfigurationError, as_runner
from agentkit.runners.scripted import Scripted


def test_the_face_is_short_sorted_and_pinned() -> None:
    assert agentkit.__all__ == sorted(agentkit.__all__)
    assert set(agentkit.__all__) == {
        "Agent",
        "AgentKitError",
        "ConfigurationError",
        "Context",
        "Message",
        "OutputError",
        "Result",
        "Runner",
        "RunnerError",
        "Sampling",
        "Tool",
        "ToolCall",
        "ToolError",
        "ToolResult",
        "Toolset",
        "Usage",
        "as_runner",
        "tool",
    }
    assert all(hasattr(agentkit, name) for name in agentkit.__all__)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("local", "LocalRunner", "local"),
        ("local:/models/x.gguf", "LocalRunner", "local:/models/x.gguf"),
        ("openai:llama3", "OpenAIRunner", "openai:llama3"),
        ("workers-ai:@cf/meta/llama-3", "WorkersAIRunner", "workers-ai:@cf/meta/llama-3"),
        ("@cf/meta/llama-3", "WorkersAIRunner", "workers-ai:@cf/meta/llama-3"),
        ("@hf/thebloke/x-awq", "WorkersAIRunner", "workers-ai:@hf/thebloke/x-awq"),
    ],
)
def test_a_string_names_a_runner(text: str, kind: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "0" * 32)
    monkeypatch.setenv("CLOUDFLARE_AUTH_TOKEN", "secret")
    runner = as_runner(text)
    assert (type(runner).__name__, runner.name) == (kind, name)


def test_the_environment_names_the_default_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_runner().name == "local"
    monkeypatch.setenv("AGENTKIT_RUNNER", "openai:llama3")
    assert as_runner().name == "openai:llama3"


def test_a_runner_is_taken_as_it_is() -> None:
    runner = Scripted([])
    assert as_runner(runner) is runner
    with pytest.raises(ConfigurationError, match="base_url"):
        as_runner(runner, base_url="x")


@pytest.mark.parametrize("text", ["", "gpt-5", "openai", "openai:", "workers-ai:", "banana:x", "@cf/"])
def test_a_string_that_names_no_runner_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "0" * 32)
    monkeypatch.setenv("CLOUDFLARE_AUTH_TOKEN", "secret")
    with pytest.raises(ConfigurationError, match="Use"):
        as_runner(text)
