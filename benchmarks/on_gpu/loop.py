"""What the agent loop costs on top of a model: agents that call a tool in every turn, on the transformers engine."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import anyio

from agentkit import Agent, tool
from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Usage
from agentkit.runners.local.engine import Load, Task
from agentkit.runners.local.threads import Job
from agentkit.runners.local.transformers.engine import Transformers
from agentkit.runners.scripted import call

TURNS = 4
"""With a tool call each; one more answers."""
TOKENS = 32
"""That the model writes in each turn."""
SALT = 64
"""Tokens that begin a conversation unlike any other: no prefix is there from an earlier round."""


class Grown(Transformers):
    """The engine with a model in the place of the one that its folder has.

    So a model that was made on the device runs through everything that the engine does, and needs no file.
    """

    def __init__(self, folder: Path, model: Any, context: int) -> None:
        super().__init__(Load(folder, context, device="cpu" if model.device.type == "cpu" else "gpu"))
        self._model = model
        self._ends = []  # random weights end anywhere
        self.longest = context


@dataclass(frozen=True)
class Turn:
    """What one request was for the engine."""

    seconds: float
    tokens: int


class Talk:
    """A runner whose model writes tokens that mean nothing, and which then calls the tool, or ends."""

    name = "random"

    def __init__(self, engine: Transformers) -> None:
        self._engine = engine
        self._chance = random.Random()
        self.turns: list[Turn] = []
        self.prompts: dict[str, list[list[int]]] = {}
        """Of each conversation, by its first message."""

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        job: Job[Delta] = Job(lambda job: self._work(replace(request, messages=tuple(request.messages)), job))
        async with aclosing(job.items()) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        """Nothing to free."""

    def _work(self, request: Request, job: Job[Delta]) -> None:
        first, *rest = request.messages
        prompts = self.prompts.setdefault(first.content, [])
        salt = prompts[0][:SALT] if prompts else salted(self._engine, self._chance)
        told = json.dumps([[message.role, message.content] for message in rest])
        prompt = salt + self._engine.tokens(first.content + told)
        prompts.append(prompt)
        start = perf_counter()
        task = Task(tuple(prompt), TOKENS, {"temperature": 0})
        end = self._engine.generate(task, lambda text: job.put(TextDelta(text)), lambda: job.stopped)
        self.turns.append(Turn(perf_counter() - start, end.completed))
        calls = len(prompts) <= TURNS
        if calls:
            job.put(call("add", a=len(prompts), b=1))
        usage = Usage(len(prompt), end.completed, requests=1)
        job.put(Finish("tool_calls" if calls else "stop", usage, self.name, self._engine.name))


@tool
def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return a + b


@dataclass(frozen=True)
class Cost:
    """Of agents that ran side by side."""

    alone: float
    """Seconds of a turn that are not the engine's: the mean."""
    ratio: float
    """Tokens a second through the agents, over those of the same requests to the engine alone."""


def measure(engine: Transformers, agents: int) -> Cost:
    """Run agents side by side, then their requests again without them."""
    talk = Talk(engine)
    start = perf_counter()
    anyio.run(_run_all, talk, agents)
    looped = perf_counter() - start
    within = sum(turn.seconds for turn in talk.turns)
    bare = _replay(engine, list(talk.prompts.values()))
    turns = agents * (TURNS + 1)
    return Cost((looped * agents - within) / turns, bare / looped)


async def _run_all(talk: Talk, agents: int) -> None:
    agent = Agent(talk, tools=[add], max_turns=TURNS + 1, max_invalid_calls=1)

    async def run(place: int) -> None:
        result = await agent.run(f"Count from {place}.")
        if result.stop_reason != "final" or len(result.turns) != TURNS + 1:
            raise RuntimeError(f"an agent ended by {result.stop_reason} after {len(result.turns)} turns.")

    async with anyio.create_task_group() as group:
        for place in range(agents):
            group.start_soon(run, place)


def _replay(engine: Transformers, conversations: list[list[list[int]]]) -> float:
    """Seconds of the same requests, each conversation in a thread, with other first tokens."""
    chance = random.Random()

    def follow(prompts: list[list[int]]) -> None:
        salt = salted(engine, chance)
        for prompt in prompts:
            task = Task((*salt, *prompt[SALT:]), TOKENS, {"temperature": 0})
            engine.generate(task, lambda text: None, lambda: False)

    start = perf_counter()
    with ThreadPoolExecutor(len(conversations)) as pool:
        list(pool.map(follow, conversations))
    return perf_counter() - start


def salted(engine: Transformers, chance: random.Random) -> list[int]:
    return [chance.randrange(2, engine._vocabulary.size) for _ in range(SALT)]
