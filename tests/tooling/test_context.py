"""What a tool may tell its run, from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import pytest

from agentkit.messages import Message, ToolCall, ToolResult, Usage
from agentkit.tooling import Context, Tool, ToolTable
from agentkit.tooling import Context as Renamed

if TYPE_CHECKING:
    from nowhere import Settings  # type: ignore[import-not-found]

Execute = Callable[..., Awaitable[ToolResult]]
CALL = ToolCall("abcdefghi", "f", "{}")


def first(context: Context[Settings], n: int) -> None:
    pass


def keyword(n: int, *, it: Context[Settings] | None = None) -> None:
    pass


def bare(n: int, it: Context) -> None:  # type: ignore[type-arg]
    pass


def renamed(n: int, it: Renamed[int]) -> None:
    pass


def annotated(n: int, it: Annotated[Context[int], "the run"]) -> None:
    pass


def after_stars(*rest: int, it: Context[int], n: int = 0) -> None:
    pass


@pytest.mark.parametrize("function", [first, keyword, bare, renamed, annotated, after_stars])
def test_it_is_injected_by_type_and_not_in_the_schema(function: Callable[..., Any]) -> None:
    tool = Tool(function)
    assert len(tool.parameters.injected) == 1
    assert not {"it", "context"} & set(tool.spec.parameters["properties"])


def test_annotations_that_are_no_text_count_too() -> None:
    names: dict[str, Any] = {"Context": Context}
    exec("def f(a: Context, b: Context[int], c: 'Context', n: int): pass", names)
    assert Tool(names["f"]).parameters.injected == ["a", "b", "c"]


def test_a_name_is_not_enough() -> None:
    def f(context: int) -> None:
        pass

    assert Tool(f).parameters.injected == []


@pytest.mark.anyio
async def test_a_tool_sees_value_call_turn_and_messages(execute: Execute) -> None:
    async def f(context: Context[str]) -> Any:
        return context.value, context.call.name, context.turn, list(context.messages)

    assert (await execute(f)).value == ("value", "f", 3, [])


@pytest.mark.anyio
async def test_reports_of_threads_arrive_in_order_on_the_event_loop_before_the_result() -> None:
    seen: list[Any] = []

    def f(context: Context[Any]) -> str:
        for n in range(2500):
            context.progress(n)
        context.add_usage(Usage(prompt_tokens=5))
        return "done"

    def on_progress(value: Any) -> None:
        assert threading.get_ident() == loop
        seen.append(value)

    loop = threading.get_ident()
    used: list[Usage] = []
    result = await ToolTable([f]).execute(CALL, Context(None, CALL, 1, (), on_progress, used.append))
    assert (result.content, seen, used) == ("done", list(range(2500)), [Usage(prompt_tokens=5)])


@pytest.mark.anyio
async def test_a_thread_of_the_tools_own_may_report(execute: Execute) -> None:
    async def f(context: Context[Any]) -> str:
        thread = threading.Thread(target=context.progress, args=("from outside",))
        thread.start()
        await anyio.to_thread.run_sync(thread.join)
        await anyio.sleep(0.01)
        return "done"

    seen: list[Any] = []
    await execute(f, _on=seen.append)
    assert seen == ["from outside"]


@pytest.mark.anyio
async def test_a_thread_that_reports_too_much_waits_for_the_event_loop(execute: Execute) -> None:
    ahead: list[int] = []
    seen: list[int] = []

    def f(context: Context[Any]) -> None:
        for n in range(3000):
            context.progress(n)
            ahead.append(n - len(seen))

    await execute(f, _on=seen.append)
    assert max(ahead) <= 1001
    assert len(seen) == 3000


def test_a_thread_does_not_wait_for_an_event_loop_that_is_gone() -> None:
    kept: list[Context[Any]] = []

    async def f(context: Context[Any]) -> None:
        kept.append(context)

    async def main() -> None:
        await ToolTable([f]).execute(CALL, Context(None, CALL, on_progress=print))

    anyio.run(main)
    thread = threading.Thread(target=lambda: [kept[0].progress(n) for n in range(5000)])
    started = time.monotonic()
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - started < 20


@pytest.mark.anyio
async def test_what_is_reported_after_the_end_is_dropped(execute: Execute) -> None:
    kept: list[Context[Any]] = []

    async def f(context: Context[Any]) -> None:
        context.progress("during")
        kept.append(context)

    seen: list[Any] = []
    await execute(f, _on=seen.append)
    kept[0].progress("after")
    kept[0].add_usage(Usage())
    kept[0].checkpoint()
    assert seen == ["during"]


def test_a_context_without_listeners_takes_everything() -> None:
    context: Context[int] = Context(5, CALL, messages=[Message("user", "Hi")])
    context.progress(1)
    context.add_usage(Usage())
    context.checkpoint()
    assert (context.value, context.turn, len(context.messages)) == (5, 1, 1)
