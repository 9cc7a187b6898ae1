"""Every quirk has a row in one of the tables, so that whoever adds one sees where the next belongs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agentkit.errors import ConfigurationError
from agentkit.tooling.tool import Tool

from .cases.requests import REQUESTS
from .cases.table import CASES
from .error_cases import ERRORS

NAMES = [*CASES, *ERRORS, *REQUESTS]
ELSEWHERE = {
    18: "a description that is no text is refused where the tool is made: below",
    30: "the same call again and again is the loop's matter: tests/agent/test_stalls.py",
}
"""Quirks that no single request or reply shows, and where they are tested."""


def test_every_quirk_has_a_row_or_a_reason() -> None:
    rows = {int(number) for name in NAMES for number in re.findall(r"\bQ(\d+)\b", name)}
    assert rows | ELSEWHERE.keys() == set(range(1, 59))
    assert not rows & ELSEWHERE.keys()


@pytest.mark.parametrize("description", [False, None, 5, ""])
def test_a_description_that_is_no_text_is_never_sent(description: Any) -> None:
    def add(a: int) -> int:
        return a

    try:
        spec = Tool(add, description=description).spec
    except ConfigurationError:
        return
    assert spec.description == "Add"


def test_the_tables_are_as_long_as_was_promised() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert len(CASES) >= 150
    for server in ("native", "chat", "vLLM", "SGLang", "llama-server", "Ollama", "LM Studio", "hosted"):
        assert {name.split(",")[1][:5] for name in CASES if name.startswith(f"{server},")} == {" whol", " stre"}
