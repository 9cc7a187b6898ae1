"""Scripted runners and tools that the tests of the command line name by path."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator

import anyio

from agentkit import ConfigurationError, ToolError, Toolset, tool
from agentkit.errors import AuthenticationError, OverloadedError
from agentkit.generation import Request
from agentkit.runners.scripted import Reply, Scripted, call


@tool
def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
        a: One number.
        b: Another number.
    """
    return a + b


@tool
def count(to: int) -> Iterator[str]:
    """Count, and say how far it is."""
    for number in range(1, to + 1):
        yield f"at {number} of {to}"
    yield "counted"


@tool
async def nap(seconds: float) -> str:
    """Sleep."""
    await anyio.sleep(seconds)
    return "rested"


@tool
def hang() -> str:
    """Block a thread for longer than any test takes."""
    time.sleep(120)
    return "late"


@tool
def misdirect(seconds: float) -> str:
    """Have Ctrl-C arrive at a thread that is not the main one, as the system is free to do, after a while."""

    def interrupt() -> None:
        time.sleep(seconds)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        time.sleep(60)

    threading.Thread(target=interrupt, daemon=True).start()
    return "soon"


@tool
def binary() -> str:
    """Return what would rename a terminal and clear it."""
    return "\x1b]0;renamed\x07\x1b[2J\x9b31m[bold]not markup[/bold] \u202egnp.exe"


@tool
def fail() -> str:
    """Raise what the model must not see."""
    raise RuntimeError("the password is hunter2")


@tool
def odd() -> object:
    """Return what is no data, and print what is no text."""
    print("printed by a tool")
    sys.stdout.buffer.write(b"\x00\xff\n")
    sys.stdout.flush()
    return lambda: None


@tool
def huge() -> str:
    """Return two megabytes."""
    return "x" * 2_000_000


@tool
def long() -> str:
    """Return many long lines."""
    return "\n".join(f"line {number} {'x' * 300}" for number in range(50))


class Store(Toolset):
    """A toolset with options."""

    def __init__(self, name: str, size: int = 1, fast: bool = False) -> None:
        self._about = (name, size, fast)
        self._asked = 0

    def describe_store(self) -> str:
        """Tell the options, and how often they were asked for."""
        self._asked += 1
        return f"{self._about!r} asked {self._asked}"


def undecorated(word: str) -> str:
    """Say a word twice."""
    if not word:
        raise ToolError("no word")
    return word * 2


not_a_tool = 3


def plain() -> Scripted:
    """Answers without tools."""
    return Scripted(["Hello there."], loop=True)


def sums() -> Scripted:
    """Says something, calls `add` twice at once, answers."""
    first = Reply("Let me see.", (call("add", a=1, b=2), call("add", a="4", b=5)))
    return Scripted([first, "It is 3, and 9."], loop=True)


def echo() -> Scripted:
    """Answers with what it was asked, and how."""

    def reply(request: Request) -> str:
        system = [message.content for message in request.messages if message.role == "system"]
        return f"{request.messages[-1].content!r} {request.sampling.to_dict()} {system} {len(request.messages)}"

    return Scripted([reply], loop=True)


def caller(name: str, **arguments: object) -> Scripted:
    """Calls one tool and answers, again and again."""
    return Scripted([call(name, **arguments), "All done."], loop=True)


def counts() -> Scripted:
    return caller("count", to=3)


def naps() -> Scripted:
    """Adds, naps for long, answers."""
    return Scripted([call("add", a=20, b=22), call("nap", seconds=60), "All done."], loop=True)


def hangs() -> Scripted:
    return caller("hang")


def misdirects() -> Scripted:
    return Scripted([call("misdirect", seconds=1), call("nap", seconds=60), "All done."], loop=True)


def misdirects_later() -> Scripted:
    return caller("misdirect", seconds=2)


def dirty() -> Scripted:
    """Control characters everywhere: in the answer, in arguments, in results, in a name that is invented."""
    calls = (call("binary"), call("\x1b[31mred"), call("add", a="\x1b[31m", b=2))
    return Scripted([Reply("\x1b[31mlook\x1b[0m", calls), "\x1b]0;title\x07plain [bold]text[/bold]\x9b2J"], loop=True)


def describes() -> Scripted:
    return caller("describe_store")


def longs() -> Scripted:
    return caller("long")


def oddities() -> Scripted:
    """Calls everything that behaves badly at once."""
    return Scripted([[call("fail"), call("odd"), call("huge")], "Still here."], loop=True)


def shells() -> Scripted:
    return caller("run_command", command="echo $$ > pid; sleep 300")


def forever() -> Scripted:
    """Never stops calling."""
    number = iter(range(1_000_000))
    return Scripted([lambda request: call("add", a=next(number), b=1) if request.tools else "I give up."], loop=True)


def slow() -> Scripted:
    return Scripted([Reply("too late", delay=60)], loop=True)


def refused() -> Scripted:
    error = AuthenticationError("the token was refused.", hint="Make a new one.", status=401, code=10000)
    return Scripted([error], loop=True)


def overloaded() -> Scripted:
    """Works once with a tool, then fails."""
    return Scripted([call("add", a=1, b=2), OverloadedError("no capacity.", hint="Wait a minute.")], loop=True)


def breaks_off() -> Scripted:
    """Fails in the middle of its answer."""
    return Scripted([Reply("It is", error=OverloadedError("no capacity."))], loop=True)


def broken() -> Scripted:
    raise ConfigurationError("this runner cannot be made.", hint="Make another.")


def buggy() -> Scripted:
    """Raises what no runner may raise."""
    return Scripted([ZeroDivisionError("in the runner")], loop=True)


@tool(approve=True)
def erase(path: str, text: str = "") -> str:
    """Erase."""
    return f"erased {path}"


def erases() -> Scripted:
    """Wants to erase and to add at once, then tells what it heard."""
    wanted = [call("erase", path="a\x1b[31m.txt", text="one\ntwo"), call("add", a=20, b=22)]

    def tell(request: Request) -> str:
        return f"I heard: {request.messages[-2].content}"

    return Scripted([wanted, tell], loop=True)


def later() -> Scripted:
    """Naps, and then wants to erase."""
    return Scripted(
        [call("nap", seconds=1), call("erase", path="x"), lambda request: f"I heard: {request.messages[-1].content}"]
    )


def lists() -> Scripted:
    return caller("run_command", command="echo hello")
