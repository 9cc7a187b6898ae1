"""Calls that need a person's approval, at the level of one call."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import anyio
import pytest

from agentkit import ConfigurationError, Tool, ToolCall, ToolResult, Toolset, tool
from agentkit.tooling import Context, Questions, ToolTable

pytestmark = pytest.mark.anyio


@tool(approve=True)
def delete(path: Path, times: int = 1) -> str:
    """Delete."""
    return f"deleted {path}"


async def made(verdict: Any, arguments: str = '{"path": "a.txt"}', function: Any = delete) -> ToolResult:
    table = ToolTable([function])
    call = ToolCall("abcdefghi", table.specs[0].name, arguments)
    ask = None if verdict is None else Questions(verdict)
    return await table.execute(call, Context(None, call, ask=ask))


async def test_an_approved_call_is_made() -> None:
    result = await made(lambda call: True)
    assert (result.status, result.content) == ("ok", "deleted a.txt")


async def test_without_an_approver_it_is_refused_and_the_model_is_told() -> None:
    result = await made(None)
    assert result.status == "refused"
    assert "needs the approval of a person" in result.content


@pytest.mark.parametrize("verdict", [False, None, 1, "", "  ", object()])
async def test_all_but_true_is_a_no(verdict: Any) -> None:
    result = await made(lambda call: verdict)
    assert (result.status, result.content) == ("refused", "Not run: the user was asked, and did not approve this call.")


async def test_a_reason_reaches_the_model() -> None:
    assert (await made(lambda call: "only below /tmp ")).content.endswith("They say: only below /tmp")


async def test_an_async_approver_is_awaited() -> None:
    async def approve(call: ToolCall) -> bool:
        await anyio.lowlevel.checkpoint()
        return call.name == "delete"

    class Object:
        async def __call__(self, call: ToolCall) -> bool:
            return await approve(call)

    for approver in (approve, Object(), lambda call: approve(call)):
        assert (await made(approver)).status == "ok"


async def test_the_approver_sees_the_arguments_as_they_will_be_used() -> None:
    """Not as they were written: mended, and of two of one name the one that counts."""
    seen: list[dict[str, Any]] = []

    def approve(call: ToolCall) -> bool:
        seen.append(json.loads(call.arguments))
        return False

    await made(approve, '{"path": "a.txt", "times": "2"}')
    await made(approve, '{"path": "harmless", "path": "/etc/passwd"}')
    assert seen == [{"path": "a.txt", "times": 2}, {"path": "/etc/passwd"}]


async def test_nobody_is_asked_about_arguments_that_do_not_fit() -> None:
    def approve(call: ToolCall) -> bool:
        raise AssertionError("asked")

    assert (await made(approve, "{}")).status == "invalid"


async def test_an_approver_that_fails_approves_nothing_and_tells_the_model_no_secret(caplog: Any) -> None:
    def approve(call: ToolCall) -> bool:
        raise RuntimeError("the password is hunter2")

    with caplog.at_level(logging.ERROR, "agentkit"):
        result = await made(approve)
    assert result.status == "error"
    assert "Not run: it could not be approved." in result.content
    assert "hunter2" not in result.content
    assert "hunter2" in caplog.text


async def test_the_time_of_the_person_is_not_the_tools() -> None:
    async def approve(call: ToolCall) -> bool:
        await anyio.sleep(0.2)
        return True

    @tool(approve=True, timeout=0.1)
    async def quick() -> str:
        """Be quick."""
        return "done"

    assert (await made(approve, "{}", quick)).content == "done"


async def test_a_sync_approver_is_asked_one_question_at_a_time() -> None:
    import threading

    inside = threading.Lock()

    def approve(call: ToolCall) -> bool:
        free = inside.acquire(blocking=False)
        assert free, "two questions at once"
        threading.Event().wait(0.01)
        inside.release()
        return True

    questions = Questions(approve)
    verdicts: list[Any] = []

    async def one() -> None:
        verdicts.append(await questions(ToolCall("a", "b")))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(one)
    assert verdicts == [True] * 5


def test_the_mark_survives_whatever_a_tool_is_made_of() -> None:
    class Store(Toolset):
        @tool(approve=True)
        def clear(self) -> None:
            """Clear."""

        @tool(approve=True)
        @staticmethod
        def static() -> None:
            """Static."""

    assert all(item.approve for item in Store().tools())
    assert Tool(delete, name="other").approve
    assert not Tool(delete, approve=False).approve


@pytest.mark.parametrize("mark", [lambda call: True, "yes", None, 1])
def test_a_mark_that_is_neither_true_nor_false_is_refused(mark: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be True or False"):
        Tool(delete.func, approve=mark)


def test_an_approver_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be a function"):
        Questions(True)  # type: ignore[arg-type]
