"""The face, as type checkers see it: checked by mypy, never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict, assert_never, assert_type

from agentkit import (
    Agent,
    AgentKitError,
    Context,
    Message,
    Result,
    Runner,
    Tool,
    ToolError,
    Toolset,
    as_runner,
    tool,
)
from agentkit.events import (
    ApprovalAsked,
    Event,
    Landing,
    RunFinished,
    Stalling,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, Request, TextDelta
from agentkit.runners.scripted import Reply, Scripted, call


@dataclass
class User:
    """Who is asking."""

    name: str


class Point(TypedDict):
    """A place."""

    x: float
    y: float


# A decorated function is called as before.


@tool
def add(a: int, b: int = 0) -> int:
    """Add."""
    return a + b


@tool(timeout=5, retries=1, sequential=True, name="wait_for")
async def wait(seconds: float) -> str:
    """Wait."""
    return str(seconds)


@tool
def count(to: int) -> Iterator[int]:
    """Count."""
    yield from range(to)


@tool
async def greet(context: Context[User], word: str = "Hello") -> str:
    """Greet."""
    assert_type(context.value, User)
    context.progress(0.5)
    return f"{word} {context.value.name}"


assert_type(add(1, b=2), int)
assert_type(count(3), Iterator[int])
add("1")  # type: ignore[arg-type]
add(1, c=2)  # type: ignore[call-arg]
tool(timeout="soon")  # type: ignore[call-overload]


class Store(Toolset):
    """Tools that share a state."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find(self, what: str) -> str:
        """Find."""
        return f"{what} in {self.name}"

    @tool(timeout=3)
    async def buy(self, what: str, count: int = 1) -> int:
        """Buy."""
        raise ToolError(f"no {what}")


async def methods(store: Store) -> None:
    assert_type(store.find("tea"), str)
    assert_type(await store.buy("tea", count=2), int)
    await store.buy(2)  # type: ignore[arg-type]


# The output decides the type of the result.

plain = Agent("local", tools=[add, wait, greet, Store("shop"), len, Tool(len, name="length")])
typed = Agent("openai:llama3", output=User, instructions=lambda context: context.name)
placed = Agent(output=Point, max_turns=3, deadline=10.5, max_tool_calls=5, max_total_tokens=1000)
made = Agent(output=lambda text: len(text))
sampled = Agent(None, temperature=0, max_tokens=100, top_p=0.9, top_k=5, seed=1, stop=("END",))

assert_type(plain, Agent[str])
assert_type(typed, Agent[User])
assert_type(plain.run_sync("Hi"), Result[str])
assert_type(typed.run_sync("Hi").output, User)
assert_type(placed.run_sync("Hi").output, Point)
Agent("local", temperature="warm")  # type: ignore[arg-type]
Agent("local", max_turns="many")  # type: ignore[arg-type]
plain.run_sync("Hi", histroy=[])  # type: ignore[call-arg]


async def runs() -> None:
    first = await plain.run("Hi", context=User("Ada"), deadline=3.0, tool_choice="none", conversation="c1")
    assert_type(first, Result[str])
    assert_type(first.messages, list[Message])
    second = await plain.run("And now?", history=first.messages)
    third = await plain.run(None, history=[message.to_dict() for message in second.messages])
    assert_type(third.response, str)
    async with typed.stream("Hi") as run:
        async for event in run:
            assert_type(event, Event)
            tell(event)
        run.cancel()
    assert_type(run.result.output, User)


def tell(event: Event) -> str:
    """A `match` over all events needs no default."""
    match event:
        case TextDelta(text) | ReasoningDelta(text):
            return text
        case TurnStarted(turn) | TurnFinished(turn):
            return str(turn)
        case ToolStarted(one) | ApprovalAsked(one) | ToolProgress(one) | ToolFinished(one):
            return one.name
        case Repaired(what):
            return what
        case Stalling(_, action):
            return action
        case Landing(reason):
            return reason
        case RunFinished(result):
            return result.response
        case _ as never:
            assert_never(never)


# A runner is anything with these members.


class Own:
    """A runner of one's own."""

    name = "own"

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        yield TextDelta(request.messages[-1].content)
        yield Finish()

    async def aclose(self) -> None:
        """Nothing to free."""


class Wrong:
    """Not a runner: it yields texts."""

    name = "wrong"

    async def generate(self, request: Request) -> AsyncIterator[str]:
        yield "text"


own: Runner = Own()
scripted: Runner = Scripted(
    ["Hi", call("add", a=1), [call("add", a=1)], Reply("Hi"), lambda request: "Hi", ValueError()]
)
assert_type(as_runner("local", context=4096), Runner)
Agent(Own(), tools=[plain.as_tool("ask", "Ask.")])
Agent(Wrong())  # type: ignore[arg-type]


def failed(error: AgentKitError) -> Any:
    """What an error carries."""
    assert_type(error.message, str)
    assert_type(error.hint, str | None)
    return error.partial
