"""What tests of tools share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.messages import ToolCall, ToolResult
from agentkit.tooling import Context, Tool, ToolTable


@pytest.fixture
def execute() -> Callable[..., Any]:
    """Makes one call of a function or tool: `await execute(function, name=value)`."""

    async def run(function: Any, /, _text: str | None = None, _on: Any = None, **arguments: Any) -> ToolResult:
        table = ToolTable([function if isinstance(function, Tool) else Tool(function)])
        call = ToolCall("abcdefghi", table.specs[0].name, json.dumps(arguments) if _text is None else _text)
        return await table.execute(call, Context("value", call, 3, (), _on))

    return run
