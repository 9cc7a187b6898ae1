"""`run_sync`: from a script, inside a running event loop, from threads, and under Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import anyio
import pytest

from agentkit import Agent, ConfigurationError, tool
from agentkit.runners.scripted import Scripted, call

SCRIPT = """
from agentkit import Agent, tool
from agentkit.runners.scripted import Scripted, call
import anyio, sys

@tool
async def wait() -> str:
    "Wait."
    print("waiting", flush=True)
    try:
        await anyio.sleep(60)
    finally:
        print("cleaned up", flush=True)
    return "x"

try:
    Agent(Scripted([call("wait")]), tools=[wait]).run_sync("go")
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
FORKING = """
from agentkit import Agent
from agentkit.runners.scripted import Scripted
import os, sys

agent = Agent(Scripted(["one", "two"]))
agent.run_sync("go")
if os.fork() == 0:
    print(agent.run_sync("go").response, flush=True)
    sys.exit(0)
print(os.wait()[1])
"""


def test_a_script_gets_its_result() -> None:
    assert Agent(Scripted(["Hello."])).run_sync("Hi").response == "Hello."


@pytest.mark.anyio
async def test_it_works_inside_a_running_event_loop() -> None:
    assert Agent(Scripted(["Hello."])).run_sync("Hi").response == "Hello."


def test_all_runs_share_one_thread() -> None:
    seen: set[int] = set()

    @tool
    async def where() -> str:
        """Where am I?"""
        seen.add(threading.get_ident())
        return "here"

    for _ in range(3):
        Agent(Scripted([call("where"), "ok"]), tools=[where]).run_sync("go")
    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_a_sync_tool_may_use_it_again() -> None:
    inner = Agent(Scripted(["inner"]))

    @tool
    def ask() -> str:
        """Ask."""
        return inner.run_sync("x").response

    result = Agent(Scripted([call("ask"), "ok"]), tools=[ask]).run_sync("go")
    assert result.messages[2].content == "inner"


def test_an_async_tool_that_uses_it_is_told_what_to_do() -> None:
    errors: list[BaseException] = []

    @tool
    async def ask() -> str:
        """Ask."""
        try:
            return Agent(Scripted(["inner"])).run_sync("x").response
        except ConfigurationError as error:
            errors.append(error)
            raise

    Agent(Scripted([call("ask"), "ok"]), tools=[ask]).run_sync("go")
    assert "await agent.run" in str(errors[0])


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_stops_the_run_and_cleans_up() -> None:
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.stdout.read() == "cleaned up\ninterrupted\n"
        assert process.wait(20) == 0
    assert time.monotonic() - started < 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_forked_child_runs_and_ends() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "two\n0\n"


def test_many_event_loops_may_use_one_agent() -> None:
    agent = Agent(Scripted(["a", "b", "c"]))
    responses = [anyio.run(agent.run, "x").response for _ in range(2)]
    assert [*responses, agent.run_sync("x").response] == ["a", "b", "c"]
