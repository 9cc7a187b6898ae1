"""Every documented model, from a tiny checkpoint of its own architecture and quantization to an agent with a tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from agentkit import Agent, tool
from agentkit.runners import as_runner
from agentkit.runners.local.catalog import ENTRIES
from agentkit.runners.local.entry import Entry
from agentkit.runners.local.repository import HubRepository

from .transformers.tiny_models import make_awq, make_model

ROWS = [entry for entry in ENTRIES.values() if isinstance(entry.source, HubRepository)]
FAMILIES = {"Qwen2ForCausalLM": "qwen2", "LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral"}


def checkpoint(entry: Entry, folder: Path) -> Path:
    """A tiny random model like the one that the row names, without a chat template of its own."""
    assert entry.architecture is not None
    plain = make_model(folder / "plain", FAMILIES[entry.architecture.name])
    if entry.quantization == "awq":
        make_awq(folder / "awq", plain)
        return folder / "awq"
    return plain


@pytest.fixture(params=ROWS, ids=lambda entry: entry.id.rpartition("/")[2])
def entry(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """A row whose weights are here."""
    found: Entry = request.param
    table = {"path": str(checkpoint(found, tmp_path))}
    if found.quantization == "int8":
        table["quantization"] = "int8"
    lines = [f'[models."{found.id}"]', *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    (tmp_path / "models.toml").write_text("\n".join(lines))
    monkeypatch.setenv("AGENTKIT_MODELS", str(tmp_path / "models.toml"))
    return found


def test_the_documented_models_are_all_here() -> None:
    assert {entry.id.rpartition("/")[2] for entry in ROWS} == {
        "qwen1.5-14b-chat-awq",
        "qwen1.5-1.8b-chat",
        "llama-2-13b-chat-awq",
        "llama-2-7b-chat-fp16",
        "llama-2-7b-chat-int8",
        "mistral-7b-instruct-v0.1",
        "mistral-7b-instruct-v0.1-awq",
        "codellama-7b-instruct-awq",
    }


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_it_calls_a_tool_and_answers(entry: Entry) -> None:
    """Random weights, so the values are nonsense; that the call is valid is the grammar's work."""
    called: list[tuple[str, int, str]] = []

    @tool
    def book(city: Literal["Paris", "Rome"], nights: int, kind: Literal["single", "double"] = "single") -> str:
        """Book a room.

        Args:
            city: Where.
            nights: How long.
            kind: Of the room.
        """
        called.append((city, nights, kind))
        return "booked"

    runner = as_runner(f"local:{entry.id}", device="cpu", guided=False)
    try:
        agent = Agent(runner, tools=[book], tool_choice="book")
        result = await agent.run("A room in Paris for 3 nights, please.", max_tokens=1000, temperature=0.7, seed=3)
    finally:
        await runner.aclose()
    assert called
    assert all(city in ("Paris", "Rome") and isinstance(nights, int) for city, nights, _ in called)
    calls = [call for message in result.messages for call in message.tool_calls]
    assert len(calls) == len(called)
    assert all({"city", "nights"} <= json.loads(call.arguments).keys() for call in calls)
    assert [message.content for message in result.messages if message.role == "tool"] == ["booked"] * len(called)
