"""Agents on the page: their own turns and calls, told as they happen, and approved where they ask."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit import Agent, tool
from agentkit.messages import Usage
from agentkit.runners.scripted import Reply, Scripted, call
from agentkit.server.agent_naming import card_of_agent
from agentkit.server.agents import AgentRunner
from agentkit.server.models import Served

deleted: list[str] = []


@tool(approve=True)
def delete(path: str) -> str:
    """Delete a file.

    Args:
        path: Which one.
    """
    deleted.append(path)
    return f"deleted {path}"


@pytest.fixture
def agent() -> tuple[Served, Scripted]:
    deleted.clear()
    usage = Usage(100, 10, requests=1)
    script = Scripted(
        [Reply("Let me see.", (call("delete", path="old"),), usage=usage), Reply("Gone.", usage=usage), "Yes."]
    )
    runner = AgentRunner(Agent(script, tools=[delete]), "cleaner")
    return Served(card_of_agent(runner), runner), script


def start(page: Any, text: str) -> None:
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")


def test_the_calls_of_an_agent_are_shown_and_approved(open_page: Any, ask: Any, agent: tuple[Served, Scripted]) -> None:
    served, script = agent
    page = open_page(served)
    assert "brings its own tools" in page.inner_text("#tools")
    start(page, "Clean up.")
    page.wait_for_selector(".call.asking")
    assert deleted == []
    page.click("button:has-text('Approve')")
    page.wait_for_selector("#send:visible")
    page.wait_for_selector(".call.ok")
    assert deleted == ["old"]
    assert page.locator(".assistant .text").all_inner_texts() == ["Let me see.", "Gone."]
    page.wait_for_selector(".bars li:nth-child(3)")
    assert page.locator(".bars .what").all_inner_texts() == ["Turn 1", "delete", "Turn 2"]
    assert "200" in page.inner_text(".sums")
    ask("Sure?")
    history = [(message.role, message.content) for message in script.requests[-1].messages]
    assert history[-5:] == [
        ("user", "Clean up."),
        ("assistant", "Let me see."),
        ("tool", "deleted old"),
        ("assistant", "Gone."),
        ("user", "Sure?"),
    ]


def test_a_refused_call_of_an_agent_is_not_made(open_page: Any, agent: tuple[Served, Scripted]) -> None:
    page = open_page(agent[0])
    start(page, "Clean up.")
    page.click("button:has-text('Refuse')")
    page.wait_for_selector(".call.refused")
    page.wait_for_selector(".assistant .text:has-text('Gone.')")
    assert deleted == []


def test_the_events_are_in_the_raw_view(open_page: Any, agent: tuple[Served, Scripted]) -> None:
    page = open_page(agent[0])
    start(page, "Clean up.")
    page.click("button:has-text('Approve')")
    page.wait_for_selector("#send:visible")
    page.click("#tab-raw")
    page.wait_for_selector(".frames")
    frames = page.inner_text(".frames")
    assert "event: tool_started" in frames
    assert "event: run_finished" in frames
    assert page.locator(".exchange").count() == 1
