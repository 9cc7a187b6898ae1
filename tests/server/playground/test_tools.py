"""Calls of tools: shown, approved, refused, answered by the person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit import tool
from agentkit.messages import Usage
from agentkit.runners.scripted import Reply, Scripted, call

written: list[str] = []


@tool(approve=True)
def write_note(text: str) -> str:
    """Write a note.

    Args:
        text: What it says.
    """
    written.append(text)
    return f"wrote {text!r}"


@pytest.fixture(autouse=True)
def nothing_written() -> None:
    written.clear()


def start(page: Any, text: str) -> None:
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")


def test_a_call_is_shown_with_arguments_result_and_time(open_page: Any, ask: Any) -> None:
    script = Scripted([Reply("Let me see.", calls=(call("calculate", expression="6 * 7"),)), "It is 42."])
    page = open_page(script)
    ask("6 * 7?")
    card = page.locator(".call")
    assert "6 * 7 → 42" in card.locator("summary").inner_text()
    assert card.locator(".time").inner_text().endswith("ms")
    card.locator("summary").click()
    assert json.loads(card.locator("pre").first.inner_text()) == {"expression": "6 * 7"}
    assert card.locator("pre").last.inner_text() == "42"
    second = script.requests[1].messages
    assert [message.role for message in second] == ["user", "assistant", "tool"]
    assert (second[1].content, second[2].content) == ("Let me see.", "42")
    assert second[1].tool_calls[0].id == second[2].tool_call_id


def test_several_calls_of_a_turn_are_all_answered(open_page: Any, ask: Any) -> None:
    script = Scripted([[call("calculate", expression="1 + 1"), call("calculate", expression="2 / 0")], "Done."])
    page = open_page(script)
    ask("Both.")
    assert page.locator(".call.ok").count() == 1
    assert page.locator(".call.error").count() == 1
    results = [message.content for message in script.requests[1].messages if message.role == "tool"]
    assert results[0] == "2"
    assert "divides by zero" in results[1]


def test_a_marked_tool_runs_only_when_it_was_approved(open_page: Any) -> None:
    script = Scripted([call("write_note", text="milk"), "Written."])
    page = open_page(script, [write_note])
    start(page, "Note: milk.")
    page.wait_for_selector(".call.asking")
    assert "milk" in page.inner_text(".call pre")
    assert written == []
    page.click("button:has-text('Approve')")
    page.wait_for_selector(".call.ok")
    page.wait_for_selector("#send:visible")
    assert written == ["milk"]


def test_a_refused_call_does_not_run_and_the_model_is_told(open_page: Any) -> None:
    script = Scripted([call("write_note", text="milk"), "As you wish."])
    page = open_page(script, [write_note])
    start(page, "Note: milk.")
    page.click("button:has-text('Refuse')")
    page.wait_for_selector(".assistant .text:has-text('As you wish.')")
    assert written == []
    assert "did not approve" in script.requests[1].messages[-1].content
    assert page.locator(".call.refused").count() == 1


def test_stopping_while_a_call_waits_leaves_a_conversation_that_goes_on(open_page: Any, ask: Any) -> None:
    script = Scripted([call("write_note", text="milk"), "Next."])
    page = open_page(script, [write_note])
    start(page, "Note: milk.")
    page.wait_for_selector(".call.asking")
    page.keyboard.press("Escape")
    page.wait_for_selector(".call.cancelled")
    ask("Never mind.")
    assert written == []
    assert [message.role for message in script.requests[1].messages] == ["user", "assistant", "tool", "user"]


def test_a_tool_that_is_switched_off_is_not_offered(open_page: Any, ask: Any) -> None:
    script = Scripted(["Yes.", "Yes."])
    page = open_page(script, [write_note])
    page.uncheck("#tool-write_note")
    ask("Hello.")
    names = {item.name for item in script.requests[0].tools}
    assert "write_note" not in names
    assert {"now", "calculate"} <= names
    page.click("#all-tools")
    ask("Hello.")
    assert script.requests[1].tools == ()


def test_the_person_answers_for_a_tool_of_their_own(open_page: Any) -> None:
    script = Scripted([call("get_weather", city="Rome"), "Sunny, then."])
    page = open_page(script)
    parameters = {"type": "object", "properties": {"city": {"type": "string", "description": "Where"}}}
    page.click("#own summary")
    page.fill("#own-tools", json.dumps([{"name": "get_weather", "description": "Weather", "parameters": parameters}]))
    start(page, "Weather in Rome?")
    page.fill(".call textarea", '{"sky": "sunny"}')
    page.click("button:has-text('Send the result')")
    page.wait_for_selector(".assistant .text:has-text('Sunny, then.')")
    assert "get_weather" in {item.name for item in script.requests[0].tools}
    assert script.requests[1].messages[-1].content == '{"sky": "sunny"}'


def test_tools_that_are_no_json_are_said_to_be_none(open_page: Any) -> None:
    page = open_page(Scripted([]))
    page.click("#own summary")
    page.fill("#own-tools", '[{"name": ')
    assert page.get_attribute("#own-tools", "aria-invalid") == "true"
    assert "Not JSON yet" in page.inner_text("#own-help")


def test_the_run_is_told_as_a_timeline_and_raw(open_page: Any, ask: Any) -> None:
    usage = Usage(120, 9, cached_tokens=80, requests=1)
    script = Scripted(
        [Reply(calls=(call("calculate", expression="6 * 7"),), usage=usage), Reply("It is 42.", usage=usage)]
    )
    page = open_page(script)
    ask("6 * 7?")
    assert page.locator(".bars .what").all_inner_texts() == ["Turn 1", "calculate", "Turn 2"]
    sums = page.inner_text(".sums")
    assert "240" in sums
    assert "160" in sums
    page.click("#tab-raw")
    page.wait_for_selector(".exchange")
    assert page.locator(".exchange").count() == 2
    assert json.loads(page.locator(".exchange pre").first.inner_text())["stream"] is True
    frames = page.locator(".frames").last.inner_text()
    assert frames.rstrip().endswith("[DONE]")
    assert '"response"' in frames


def test_tabs_are_moved_between_with_arrows(open_page: Any) -> None:
    page = open_page(Scripted([]))
    page.focus("#tab-timeline")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#tab-raw", "aria-selected") == "true"
    assert page.evaluate("document.activeElement.id") == "tab-raw"
    page.keyboard.press("End")
    assert page.is_visible("#code")
