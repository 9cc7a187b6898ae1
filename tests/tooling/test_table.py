"""The tools of an agent together."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any, Self

import anyio
import anyio.lowlevel
import pytest

from agentkit.errors import ConfigurationError
from agentkit.messages import ToolCall
from agentkit.tooling import Toolset, ToolTable, segments, tool


def walk() -> None:
    """Walk."""


def swim() -> None:
    """Swim."""


@tool(sequential=True)
def alone() -> None:
    """Be alone."""


class Traced(Toolset):
    """Writes down when it is entered and exited."""

    def __init__(self, name: str, trace: list[str], *, fails: str = "") -> None:
        self.name, self.trace, self.fails = name, trace, fails

    async def __aenter__(self) -> Self:
        await anyio.lowlevel.checkpoint()
        if self.fails == "enter":
            raise OSError(self.name)
        self.trace.append(f"+{self.name}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await anyio.lowlevel.checkpoint()
        self.trace.append(f"-{self.name}")
        if self.fails == "exit":
            raise OSError(self.name)


def test_specs_are_sorted_and_made_once() -> None:
    table = ToolTable([walk, alone, swim])
    assert [spec.name for spec in table.specs] == ["alone", "swim", "walk"]
    assert table.specs is table.specs


def test_names_are_found_exactly() -> None:
    table = ToolTable([walk])
    assert table.get("walk") is not None
    assert table.get("Walk") is None


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"called 'walk': .*\.walk and .*\.walk\. .*another name"):
        ToolTable([walk, walk])
    with pytest.raises(ConfigurationError, match="called 'swim'"):
        ToolTable([swim, tool(name="swim")(walk)])


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("clock", "'clock' is no tool.*Tools are functions"),
        ([walk], "is no tool"),
        (None, "None is no tool"),
        (SimpleNamespace(as_tool=1), "Use its as_tool"),
    ],
)
def test_what_is_no_tool_is_refused(item: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ToolTable([item])


def test_a_method_without_its_object_is_refused() -> None:
    class Plain:
        def go(self, n: int) -> None:
            pass

        @tool
        def run(self, n: int) -> None:
            pass

    for method in (Plain.go, Plain.run):
        with pytest.raises(ConfigurationError, match="is a method without its object"):
            ToolTable([method])
    assert [spec.name for spec in ToolTable([Plain().go, Plain().run]).specs] == ["go", "run"]


def test_partials_are_tools() -> None:
    assert ToolTable([functools.partial(walk)]).get("walk") is not None


def test_sequential_tools_are_barriers() -> None:
    table = ToolTable([walk, swim, alone])
    calls = [ToolCall(str(n), name) for n, name in enumerate(["walk", "swim", "alone", "alone", "nobody", "walk"])]
    assert [[call.id for call in run] for run in segments(calls, table)] == [["0", "1"], ["2"], ["3"], ["4", "5"]]
    assert segments([], table) == []


@pytest.mark.anyio
async def test_toolsets_are_exited_in_reverse() -> None:
    trace: list[str] = []
    async with ToolTable([Traced("a", trace), walk, Traced("b", trace)]) as table:
        trace.append("run")
        assert table.get("walk")
    assert trace == ["+a", "+b", "run", "-b", "-a"]


@pytest.mark.anyio
async def test_all_are_exited_also_if_one_fails() -> None:
    trace: list[str] = []
    toolsets = [Traced("a", trace), Traced("b", trace, fails="exit"), Traced("c", trace)]
    with pytest.raises(OSError, match="b"):
        async with ToolTable(toolsets):
            pass
    assert trace == ["+a", "+b", "+c", "-c", "-b", "-a"]


@pytest.mark.anyio
async def test_what_was_entered_is_exited_when_a_later_one_fails() -> None:
    trace: list[str] = []
    table = ToolTable([Traced("a", trace), Traced("b", trace, fails="enter")])
    for _ in range(2):
        trace.clear()
        with pytest.raises(OSError, match="b"):
            await table.__aenter__()
        assert trace == ["+a", "-a"]


@pytest.mark.anyio
async def test_runs_that_overlap_share_the_toolsets() -> None:
    trace: list[str] = []
    table = ToolTable([Traced("a", trace)])

    async def run(seconds: float) -> None:
        async with table:
            assert trace == ["+a"]
            await anyio.sleep(seconds)

    async with anyio.create_task_group() as group:
        for seconds in (0.01, 0.02, 0.03):
            group.start_soon(run, seconds)
    assert trace == ["+a", "-a"]
    async with table:
        assert trace == ["+a", "-a", "+a"]


@pytest.mark.anyio
async def test_a_run_that_begins_while_the_last_one_ends_waits_for_its_end() -> None:
    trace: list[str] = []

    class Slow(Traced):
        async def __aexit__(self, *_: object) -> None:
            await anyio.sleep(0.02)
            await super().__aexit__()

    table = ToolTable([Slow("a", trace)])

    async def run(start: float) -> None:
        await anyio.sleep(start)
        async with table:
            await anyio.sleep(0.01)

    async with anyio.create_task_group() as group:
        for start in (0, 0.015, 0.02, 0.035, 0.2):
            group.start_soon(run, start)
    assert trace == ["+a", "-a"] * (len(trace) // 2)
    assert len(trace) >= 4


@pytest.mark.anyio
async def test_a_cancelled_run_leaves_the_toolsets_to_the_others() -> None:
    trace: list[str] = []
    table = ToolTable([Traced("a", trace)])
    async with table:
        with anyio.move_on_after(0.01):
            async with table:
                await anyio.sleep_forever()
        assert trace == ["+a"]
    assert trace == ["+a", "-a"]


def test_one_table_serves_one_event_loop_after_another() -> None:
    trace: list[str] = []
    table = ToolTable([Traced("a", trace)])

    async def run() -> None:
        async with table, table:
            pass

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(run, backend=backend)
    assert trace == ["+a", "-a"] * 3
