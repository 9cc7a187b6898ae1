"""Requests that are copied from the page run as they are."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentkit.runners.scripted import Scripted

QUESTION = "What's \"new\" in 'C:\\temp'?\n$HOME `ls` 100 % naïve 🙂"


def shell(text: str, folder: Path) -> list[str]:
    return ["sh", "-c", text]


def python(text: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", text]


def node(text: str, folder: Path) -> list[str]:
    program = shutil.which("node")
    if program is None:
        pytest.skip("there is no Node on this machine")
    return [program, "-e", text]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(("name", "program"), [("curl", shell), ("Python", python), ("JavaScript", node)])
def test_a_copied_request_runs_as_it_is(
    open_page: Any, tmp_path: Path, name: str, program: Callable[[str, Path], list[str]], stream: bool
) -> None:
    script = Scripted(["Copied."])
    page = open_page(script)
    page.set_checked("#stream", stream)
    page.fill("#system", "It's a test.")
    page.fill("#prompt", QUESTION)
    page.click("#tab-code")
    page.click(f"#code button:has-text('{name}')")
    page.click("#code .copy")
    page.wait_for_selector("#code .copy:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    ended = subprocess.run(program(copied, tmp_path), capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert "Copied." in ended.stdout, ended.stderr
    [request] = script.requests
    assert [message.content for message in request.messages] == ["It's a test.", QUESTION]
    assert {"now", "calculate"} <= {item.name for item in request.tools}


def test_a_copied_request_has_no_token_in_it(open_page: Any, tmp_path: Path) -> None:
    page = open_page(Scripted(["In."]), token="secret-token")
    page.fill("#token", "secret-token")
    page.press("#token", "Enter")
    page.wait_for_selector("#model:enabled")
    page.click("#tab-code")
    text = page.inner_text("#code pre")
    assert "secret-token" not in text
    environment = {"AGENTKIT_TOKEN": "secret-token", "PATH": "/usr/bin:/bin:/usr/local/bin"}
    ended = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, env=environment)
    assert "In." in ended.stdout
