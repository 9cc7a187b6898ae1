"""The page of `agentkit serve` with the real embedded model, as a person who has just installed it sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find

pytestmark = pytest.mark.real

PROGRAM = Path(sys.executable).with_name("agentkit.exe" if sys.platform == "win32" else "agentkit")
LONG = 120_000
"""Milliseconds for a small model on a busy machine."""
TOOLS = '''
from agentkit import tool

@tool(approve=True)
def delete_file(path: str) -> str:
    """Delete a file.

    Args:
        path: Which file, for example notes.txt.
    """
    return f"Deleted {path}."
'''


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`agentkit serve -t ./mine.py` in a process of its own."""
    if find(DEFAULT) is None:
        pytest.skip("the embedded weights are not here: agentkit pull")
    folder = tmp_path_factory.mktemp("tools")
    (folder / "mine.py").write_text(TOOLS)
    command = [str(PROGRAM), "serve", "local", "-t", "./mine.py", "--port", "0", "--json", "--quiet", "--grace", "1"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AGENTKIT_", "PYTHON"))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def start(page: Any, url: str, text: str) -> None:
    page.goto(url)
    page.wait_for_selector("#model:enabled")
    page.fill("#prompt", text)
    page.press("#prompt", "Enter")


def test_a_question_is_answered_with_a_tool(page: Any, url: str) -> None:
    start(page, url, "What is 17.5 % of 2,340?")
    page.wait_for_selector("#send:visible", timeout=LONG)
    assert page.locator(".call.ok .name").all_inner_texts() == ["calculate"]
    assert "409.5" in page.locator(".assistant .text").last.inner_text()


def test_tokens_are_seen_as_they_come_and_can_be_stopped(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#model:enabled")
    page.click("#all-tools")
    page.evaluate("""() => {
        window.seen = new Set();
        new MutationObserver(() => seen.add(document.querySelector('.assistant .text')?.innerText.length || 0))
            .observe(document.querySelector('#conversation'), {childList: true, subtree: true, characterData: true});
    }""")
    page.fill("#prompt", "Tell me a long story about a lighthouse.")
    page.press("#prompt", "Enter")
    for _ in range(LONG // 50):
        if page.evaluate("seen.size") > 4:
            break
        page.wait_for_timeout(50)
    page.keyboard.press("Escape")
    page.wait_for_selector("#send:visible")
    assert page.evaluate("seen.size") > 4


def test_a_call_is_approved(page: Any, url: str) -> None:
    start(page, url, "Delete the file notes.txt")
    page.wait_for_selector(".call.asking", timeout=LONG)
    page.click("button:has-text('Approve')")
    page.wait_for_selector(".call.ok", timeout=LONG)
    page.wait_for_selector("#send:visible", timeout=LONG)
    assert "Deleted notes.txt." in page.inner_text(".call summary")


def test_a_copied_line_runs_in_a_shell(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#model:enabled")
    page.fill("#prompt", "Say hello.")
    page.click("#all-tools")
    page.click("#tab-code")
    page.click("#code .copy")
    page.wait_for_selector("#code .copy:has-text('Copied')")
    line = page.evaluate("navigator.clipboard.readText()")
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=LONG / 1000)
    assert ended.stdout.startswith('data: {"response":')
    assert ended.stdout.endswith("data: [DONE]\n\n")
