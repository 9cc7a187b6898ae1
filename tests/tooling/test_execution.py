"""What becomes of one call, on both event loops."""

from __future__ import annotations

import contextvars
import functools
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel, field_validator

from agentkit.messages import ToolCall, ToolResult
from agentkit.tooling import Context, Tool, ToolError, ToolTable, tool

Execute = Callable[..., Awaitable[ToolResult]]
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

pytestmark = pytest.mark.anyio


async def test_an_async_function_runs_in_the_event_loop(execute: Execute) -> None:
    async def f(n: int) -> int:
        await anyio.lowlevel.checkpoint()
        return n + threading.get_ident()

    result = await execute(f, n=1)
    assert (result.status, result.value) == ("ok", 1 + threading.get_ident())


async def test_a_sync_function_runs_in_a_thread_with_the_callers_context_variables(execute: Execute) -> None:
    def f() -> Any:
        return threading.get_ident(), VARIABLE.get()

    VARIABLE.set("mine")
    thread, variable = (await execute(f)).value
    assert thread != threading.get_ident()
    assert variable == "mine"


async def test_more_sync_functions_run_at_once_than_anyio_has_threads_for(execute: Execute) -> None:
    barrier = threading.Barrier(100, timeout=30)

    def f() -> int:
        return barrier.wait()

    results: list[ToolResult] = []

    async def one() -> None:
        results.append(await execute(f))

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(one)
    assert sorted(result.value for result in results) == list(range(100))


async def test_each_yield_of_a_sync_generator_is_progress_and_its_return_the_result(execute: Execute) -> None:
    def f(n: int) -> Iterator[int]:
        yield from range(n)
        return threading.get_ident()

    seen: list[Any] = []
    result = await execute(f, n=3, _on=lambda value: seen.append((value, threading.get_ident())))
    assert seen == [(value, threading.get_ident()) for value in range(3)]
    assert result.value != threading.get_ident()


async def test_the_last_yield_is_the_result_where_nothing_is_returned(execute: Execute) -> None:
    def sync(n: int) -> Iterator[int]:
        yield from range(n)

    async def not_sync(n: int) -> AsyncIterator[int]:
        for value in range(n):
            yield value

    for function in (sync, not_sync):
        seen: list[int] = []
        result = await execute(function, n=3, _on=seen.append)
        assert (seen, result.value, result.content) == ([0, 1, 2], 2, "2")
        assert (await execute(function, n=0)).value is None


async def test_generators_may_hide_in_partials_objects_and_plain_functions(execute: Execute) -> None:
    def count(n: int, step: int = 1) -> Iterator[int]:
        yield from range(0, n, step)

    class Counter:
        def __call__(self, n: int) -> Iterator[int]:
            yield from range(n)

    def plain(n: int) -> Iterator[int]:
        return count(n)

    for function in (functools.partial(count, step=1), Counter(), plain):
        seen: list[int] = []
        assert (await execute(function, n=3, _on=seen.append)).value == 2
        assert seen == [0, 1, 2]


async def test_what_a_function_hands_back_is_awaited(execute: Execute) -> None:
    async def inner() -> str:
        return "awaited"

    async def many() -> AsyncIterator[str]:
        yield "streamed"

    assert (await execute(lambda_named("a", inner))).content == "awaited"
    assert (await execute(lambda_named("b", many))).content == "streamed"


def lambda_named(name: str, function: Callable[[], Any]) -> Tool[..., Any]:
    return Tool(lambda: function(), name=name)


async def test_an_iterator_is_read_to_a_bound(execute: Execute) -> None:
    def f() -> Any:
        return iter(int, 1)

    assert len((await execute(f)).value) == 10_000


async def test_a_tool_error_is_told_verbatim(execute: Execute) -> None:
    def f() -> None:
        raise ToolError("No such town. Try Oslo.")

    result = await execute(f)
    assert (result.status, result.content) == ("error", "No such town. Try Oslo.")
    assert isinstance(result.error, ToolError)


async def test_of_another_exception_only_class_and_an_id_are_told(
    execute: Execute, caplog: pytest.LogCaptureFixture
) -> None:
    async def f(secret: str) -> None:
        raise ValueError(f"password {secret}")

    with caplog.at_level(logging.ERROR, "agentkit"):
        result = await execute(f, secret="hunter2")
    assert result.status == "error"
    assert "ValueError" in result.content
    assert "hunter2" not in result.content
    assert str(result.error) == "password hunter2"
    number = result.content.partition("(error ")[2][:8]
    assert number in caplog.text
    assert "password hunter2" in caplog.text


@pytest.mark.parametrize(
    "error", [SystemExit(3), StopIteration(5), StopAsyncIteration(), GeneratorExit(), MemoryError()]
)
async def test_no_exception_of_a_sync_tool_ends_the_run(execute: Execute, error: BaseException) -> None:
    def f() -> None:
        raise error

    result = await execute(f)
    assert result.status == "error"
    assert type(error).__name__ in result.content


@pytest.mark.parametrize("error", [SystemExit(3), ExceptionGroup("many", [ValueError()]), RecursionError()])
async def test_no_exception_of_an_async_tool_ends_the_run(execute: Execute, error: BaseException) -> None:
    async def f() -> None:
        raise error

    assert type(error).__name__ in (await execute(f)).content


async def test_ctrl_c_in_a_tool_is_raised(execute: Execute) -> None:
    async def not_sync() -> None:
        raise KeyboardInterrupt

    def sync() -> None:
        raise KeyboardInterrupt

    for function in (not_sync, sync):
        with pytest.raises(KeyboardInterrupt):
            await execute(function)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # on Trio nobody can make one
async def test_a_cancellation_that_the_tool_made_itself_is_its_error(execute: Execute) -> None:
    async def f() -> None:
        raise anyio.get_cancelled_exc_class()("mine")

    result = await execute(f)
    assert result.status == "error"


async def test_a_cancellation_from_outside_goes_through(execute: Execute) -> None:
    async def f() -> None:
        await anyio.sleep_forever()

    with anyio.move_on_after(0.05) as scope:
        await execute(f)
        pytest.fail("the call went on")
    assert scope.cancelled_caught


async def test_a_broken_validator_of_the_user_is_an_error_result(execute: Execute) -> None:
    class Broken(BaseModel):
        n: int

        @field_validator("n")
        @classmethod
        def check(cls, value: int) -> int:
            raise KeyError("oops")

    async def f(it: Broken, other: int = 0) -> None:
        pass

    result = await execute(f, it={"n": 1})
    assert result.status == "error"
    assert "KeyError" in result.content


async def test_arguments_that_do_not_fit_are_never_run_with(execute: Execute) -> None:
    ran: list[int] = []

    def f(n: int) -> None:
        ran.append(n)

    for text in ('{"n": "x"}', '{"n": 1', "", '{"n": 1, "force": true}'):
        result = await execute(f, _text=text)
        assert result.status == "invalid"
        assert "Expected: f(n: integer)" in result.content
    assert not ran


async def test_repairs_are_reported(execute: Execute) -> None:
    def f(n: list[int]) -> int:
        return sum(n)

    result = await execute(f, n="[1, 2]")
    assert (result.value, result.repairs) == (3, (("JSON inside a text (n)", '"[1, 2]"', "[1, 2]"),))
    assert (await execute(f, n=[1])).repairs == ()


async def test_a_timeout_ends_an_async_tool(execute: Execute) -> None:
    @tool(timeout=0.05)
    async def slow() -> None:
        await anyio.sleep_forever()

    result = await execute(slow)
    assert result.status == "timeout"
    assert "0.05 seconds" in result.content


async def test_a_timeout_does_not_wait_for_a_thread_and_a_checkpoint_ends_it(execute: Execute) -> None:
    ended = threading.Event()

    @tool(timeout=0.05)
    def slow(context: Context[str]) -> None:
        try:
            while True:
                time.sleep(0.01)
                context.checkpoint()
        finally:
            ended.set()

    started = time.monotonic()
    result = await execute(slow)
    assert result.status == "timeout"
    assert time.monotonic() - started < 5
    assert await anyio.to_thread.run_sync(ended.wait, 5)


async def test_progress_ends_a_thread_whose_call_is_over(execute: Execute) -> None:
    ended = threading.Event()

    @tool(timeout=0.05)
    def slow() -> Iterator[int]:
        try:
            while True:
                time.sleep(0.01)
                yield 1
        finally:
            ended.set()

    assert (await execute(slow)).status == "timeout"
    assert await anyio.to_thread.run_sync(ended.wait, 5)


async def test_a_cancelled_async_generator_runs_its_finally(execute: Execute) -> None:
    closed: list[bool] = []

    @tool(timeout=0.05)
    async def slow() -> AsyncIterator[int]:
        try:
            yield 1
            await anyio.sleep_forever()
        finally:
            closed.append(True)

    assert (await execute(slow)).status == "timeout"
    assert closed == [True]


async def test_a_tool_that_ends_in_spite_of_its_timeout_keeps_its_result(execute: Execute) -> None:
    @tool(timeout=0.05)
    async def stubborn() -> str:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(0.1)
        return "done anyway"

    assert (await execute(stubborn)).content == "done anyway"


async def test_its_own_timeout_error_is_an_error(execute: Execute) -> None:
    @tool(timeout=5)
    async def f() -> None:
        raise TimeoutError("other")

    assert (await execute(f)).status == "error"


async def test_a_queued_call_that_is_cancelled_never_starts() -> None:
    started: list[int] = []
    release = threading.Event()

    def f(n: int) -> None:
        started.append(n)
        release.wait(10)

    table = ToolTable([f])

    async def one(n: int) -> None:
        call = ToolCall(f"{n:09}", "f", f'{{"n": {n}}}')
        await table.execute(call, Context(None, call))

    try:
        async with anyio.create_task_group() as group:
            for n in range(200):
                group.start_soon(one, n)
            while len(started) < 128:  # noqa: ASYNC110, threads cannot set an anyio event
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
    finally:
        release.set()
    await anyio.sleep(0.1)
    assert len(started) == 128


async def test_exceptions_are_retried_as_often_as_asked(execute: Execute) -> None:
    attempts: list[int] = []

    @tool(retries=2)
    def flaky(good: int) -> str:
        attempts.append(1)
        if len(attempts) < good:
            raise ConnectionError
        return "done"

    assert (await execute(flaky, good=3)).content == "done"
    attempts.clear()
    assert (await execute(flaky, good=9)).status == "error"
    assert len(attempts) == 3


async def test_a_retry_gets_the_arguments_as_they_were(execute: Execute) -> None:
    seen: list[list[int]] = []

    @tool(retries=1)
    def f(items: list[int]) -> None:
        seen.append(list(items))
        items.clear()
        raise ValueError

    await execute(f, items=[1, 2])
    assert seen == [[1, 2], [1, 2]]


async def test_answers_and_wrong_arguments_are_not_retried(execute: Execute) -> None:
    attempts: list[int] = []

    @tool(retries=5)
    def f(n: int) -> None:
        attempts.append(1)
        raise ToolError("no")

    await execute(f, n=1)
    await execute(f, n="x")
    assert len(attempts) == 1


async def test_a_timeout_counts_the_retries_too(execute: Execute) -> None:
    @tool(retries=100, timeout=0.3)
    async def f() -> None:
        raise ValueError

    assert (await execute(f)).status == "timeout"


async def test_none_is_done_for_a_procedure_and_null_for_a_question(execute: Execute) -> None:
    def procedure() -> None:
        pass

    def question() -> int | None:
        return None

    def unknown():  # type: ignore[no-untyped-def]
        pass

    contents = [(await execute(function)).content for function in (procedure, question, unknown)]
    assert contents == ["done", "null", "done"]


async def test_a_long_result_is_cut_and_the_value_kept(execute: Execute) -> None:
    @tool(max_result=1000)
    def f() -> str:
        return "a" * 2_000_000

    result = await execute(f)
    assert len(result.content) <= 1000
    assert "1,999,000 of 2,000,000 characters" in result.content
    assert len(result.value) == 2_000_000


async def test_an_unknown_name_is_told_what_there_is() -> None:
    def weather() -> None:
        pass

    def time_of_day() -> None:
        pass

    table = ToolTable([weather, time_of_day])
    call = ToolCall("abcdefghi", "wether", "{}")
    result = await table.execute(call, Context(None, call))
    assert result.status == "unknown"
    assert result.content == "There is no tool 'wether'. Did you mean 'weather'? The tools are: time_of_day, weather."
    empty = await ToolTable().execute(call, Context(None, call))
    assert (empty.status, "no tools at all" in empty.content) == ("unknown", True)
