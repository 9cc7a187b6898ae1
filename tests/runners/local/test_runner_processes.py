"""The embedded model and the process it lives in: forks, exits, signals, ports, a missing package."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and forks"),
]

GUARD = 60.0
"""Seconds after which a process counts as stuck."""

START = """
import asyncio, os, sys, threading, time
from contextlib import aclosing
from agentkit import Agent
from agentkit.generation import Finish, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.local import LocalRunner

runner = LocalRunner(threads=1, context=512)

async def ask(most, told=None):
    request = Request([Message("user", "Tell me a story.")], sampling=Sampling(most, temperature=0))
    pieces = []
    async with aclosing(runner.generate(request)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                pieces.append(delta.text)
                if told:
                    told()
    return "".join(pieces)
"""


@pytest.fixture(autouse=True)
def weights() -> None:
    """Nothing here fetches them."""
    if find(DEFAULT) is None:
        pytest.skip("the embedded weights are not on this machine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the programs put their temporary files; short, for the path of a socket."""
    (tmp_path / "t").mkdir()
    return tmp_path / "t"


def run(program: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and see that it leaves no file behind."""
    done = subprocess.run(
        [sys.executable, *options, "-c", START + program],
        capture_output=True,
        text=True,
        timeout=GUARD,
        check=False,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    assert not list(folder.iterdir())
    return done


PORTS = """
def listening():
    files = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    inodes = {os.readlink(file) for file in files if os.path.islink(file)}
    lines = [line.split() for kind in ("tcp", "tcp6") for line in open(f"/proc/self/net/{kind}").readlines()[1:]]
    return [line[1] for line in lines if f"socket:[{line[9]}]" in inodes]
asyncio.run(ask(2))
print("unix", sum("llama.sock" in line for line in open("/proc/self/net/unix") if os.environ["TMPDIR"] in line))
print(listening())
import socket
own = socket.create_server(("127.0.0.1", 0))
print(len(listening()))
"""


def test_no_tcp_port_is_opened(folder: Path) -> None:
    """The last line shows that the program would see one."""
    done = run(PORTS, folder)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["unix 1", "[]", "1"], "")


LONG_PATH = """
from agentkit.errors import BadRequestError
from agentkit.runners.local.loopback import Loopback
from agentkit.runners.local.engine import Load
from agentkit.runners.local.llama_cpp import LlamaCpp
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find
engine = LlamaCpp(Load(find(DEFAULT), 256, 1))
address = engine._loopback._address
print(address.rpartition(":")[0], len(engine.tokens("Hello")))
try:
    Loopback(address, "wrong").post("/tokenize", {"content": "Hello"})
except BadRequestError as error:
    print(error.status)
engine.close()
"""


def test_where_a_socket_path_is_too_long_a_key_guards_a_random_port(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    done = run(LONG_PATH, folder)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["http://127.0.0.1 1", "401"], "")


FORK = """
from agentkit.errors import ConfigurationError
before = asyncio.run(ask(4))
child = os.fork()
if not child:
    try:
        asyncio.run(ask(4))
    except ConfigurationError as error:
        print(error, flush=True)
    runner = LocalRunner(threads=1, context=256)
    try:
        asyncio.run(ask(4))
    except ConfigurationError as error:
        print(error, flush=True)
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(asyncio.run(ask(4)) == before)
"""


def test_a_forked_child_is_refused_and_ends_and_the_parent_goes_on(folder: Path) -> None:
    done = run(FORK, folder)
    told, again, code, same = done.stdout.splitlines()
    assert told == again
    assert "loaded before this process was forked" in told
    assert "Load it after the fork, or start processes with the 'spawn' method" in told
    assert (code, same, done.returncode) == ("7", "True", 0)


FORK_WHILE_IT_RUNS = """
begun = threading.Event()
thread = threading.Thread(target=lambda: print(bool(asyncio.run(ask(20, begun.set)))))
thread.start()
begun.wait()
child = os.fork()
if not child:
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
thread.join()
"""


def test_a_child_forked_while_it_answers_ends_too(folder: Path) -> None:
    done = run(FORK_WHILE_IT_RUNS, folder)
    assert (sorted(done.stdout.splitlines()), done.returncode) == (["7", "True"], 0)


FORK_AFTER_CLOSING = """
async def main():
    text = await ask(4)
    await runner.aclose()
    return text
before = asyncio.run(main())
child = os.fork()
if not child:
    print(asyncio.run(ask(4)) == before, flush=True)
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_forked_after_the_model_was_closed_loads_its_own(folder: Path) -> None:
    done = run(FORK_AFTER_CLOSING, folder)
    assert (done.stdout.splitlines(), done.returncode) == (["True", "7"], 0)


MULTIPROCESSING = """
import multiprocessing
def work(queue):
    try:
        queue.put(asyncio.run(ask(2)))
    except Exception as error:
        queue.put(type(error).__name__)
asyncio.run(ask(2))
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=work, args=(queue,))
process.start()
print(queue.get())
process.join()
print(process.exitcode)
"""


def test_a_process_of_multiprocessing_by_fork_is_refused_and_ends(folder: Path) -> None:
    done = run(MULTIPROCESSING, folder)
    assert (done.stdout.splitlines(), done.returncode) == (["ConfigurationError", "0"], 0)


BACKGROUND = """
begun = threading.Event()
threading.Thread(target=lambda: asyncio.run(ask(450, begun.set)), daemon=True).start()
begun.wait()
"""


@pytest.mark.parametrize(
    ("end", "code", "stderr"),
    [
        ("sys.exit(3)", 3, ""),
        ("", 0, ""),
        ("raise ValueError('own')", 1, "ValueError: own"),
    ],
)
def test_a_process_that_ends_while_it_answers_ends_with_its_own_code(
    folder: Path, end: str, code: int, stderr: str
) -> None:
    done = run(BACKGROUND + end, folder)
    assert done.returncode == code
    assert stderr in done.stderr
    assert "Fatal" not in done.stderr


WHILE_LOADING = """
threading.Thread(target=lambda: asyncio.run(ask(450)), daemon=True).start()
time.sleep({seconds})
sys.exit(3)
"""


@pytest.mark.parametrize("seconds", [0, 0.2, 0.6])
def test_a_process_that_ends_while_it_loads_ends_with_its_own_code(folder: Path, seconds: float) -> None:
    assert run(WHILE_LOADING.format(seconds=seconds), folder).returncode == 3


NEVER_CLOSED = """
async def leave():
    stream = runner.generate(Request([Message("user", "Hi")], sampling=Sampling(400)))
    await anext(stream)
    return stream
loop = asyncio.new_event_loop()
stream = loop.run_until_complete(leave())
loop.close()
print("end")
"""


def test_a_stream_that_is_never_closed_does_not_keep_the_process(folder: Path) -> None:
    done = run(NEVER_CLOSED, folder)
    assert (done.stdout, done.returncode) == ("end\n", 0)


INTERRUPTED = """
class Told:
    name = "told"

    async def generate(self, request):
        print("asked", flush=True)
        async with aclosing(runner.generate(request)) as deltas:
            async for delta in deltas:
                print("piece", flush=True)
                yield delta

    async def aclose(self):
        await runner.aclose()

agent = Agent(Told(), max_tokens=450)
try:
    agent.run_sync("Tell me a very long story.")
except KeyboardInterrupt:
    print("interrupted", flush=True)
    print(agent.run_sync("Hi").usage.completion_tokens > 0)
    raise
"""


@pytest.mark.parametrize("moment", ["asked", "piece"])
def test_ctrl_c_ends_run_sync_and_the_model_can_be_used_again(folder: Path, moment: str) -> None:
    """While it is loaded, and while it decodes."""
    process = subprocess.Popen(
        [sys.executable, "-c", START + INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    guard = threading.Timer(GUARD, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        while process.stdout.readline() != f"{moment}\n":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    finally:
        guard.cancel()
    before, _, after = out.partition("interrupted\n")
    assert before.count("piece") < 100
    assert after.splitlines()[-1] == "True"
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT
    assert not list(folder.iterdir())


WITHOUT_PACKAGE = """
from agentkit.errors import MissingDependencyError
sys.modules["xllamacpp"] = None
try:
    asyncio.run(ask(1))
except MissingDependencyError as error:
    print(error)
"""


def test_a_missing_xllamacpp_is_told_with_what_to_install(folder: Path) -> None:
    done = run(WITHOUT_PACKAGE, folder)
    told = "'xllamacpp' is not installed. Install it with: pip install 'agentkit[local]'\n"
    assert (done.stdout, done.stderr, done.returncode) == (told, "", 0)


def test_nothing_is_loaded_before_the_first_request(folder: Path) -> None:
    done = run("print('xllamacpp' in sys.modules, threading.active_count())", folder)
    assert (done.stdout, done.stderr) == ("False 1\n", "")
