"""From what is typed after `agentkit serve --agent` to served agents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ..agent.agent import Agent
from ..errors import ConfigurationError
from ..sources import load, member, split
from ..wire.serving.card import Card
from .agents import AgentRunner
from .models import Served

_NAME = re.compile(r"\w[\w.-]*")


def load_agents(texts: Iterable[str]) -> list[Served]:
    """The agents of `[NAME=]SOURCE` texts, served as `@agentkit/NAME`.

    Args:
        texts: For example `./mine.py:helper`, `package.module:helper`, `ada=./mine.py:helper`. A source without the
            name of a variable means the only agent in it. NAME is the variable's, if left out.

    Raises:
        ConfigurationError: There is no such thing, or it is no agent.
    """
    return [_served(text) for text in texts]


def _served(text: str) -> Served:
    name, equals, source = text.partition("=")
    if not equals or not _NAME.fullmatch(name):
        name, source = "", text
    place, variable = split(source)
    module = load(place)
    variable = variable or _only_agent(module, place)
    agent = member(module, variable, place)
    if not isinstance(agent, Agent):
        raise ConfigurationError(
            f"{source!r} is no agent, but {type(agent).__name__}.", hint="Name a variable that is an Agent(...)."
        )
    runner = AgentRunner(agent, name or variable)
    return Served(card_of_agent(runner), runner)


def card_of_agent(runner: AgentRunner) -> Card:
    """What clients see of an agent."""
    agent = runner.agent
    names = ", ".join(spec.name for spec in agent.tools.specs)
    most = agent.sampling.max_tokens
    description = f"an agent with the tools {names}" if names else "an agent without tools"
    return Card(runner.name, "2025", most, most, None, description, ("async_queue",), runner=agent.runner.name)


def _only_agent(module: ModuleType, place: str) -> str:
    found = [name for name, value in _public(module) if isinstance(value, Agent)]
    if len(found) != 1:
        what = f"are several agents in {place!r}: {', '.join(found)}" if found else f"is no agent in {place!r}"
        raise ConfigurationError(f"there {what}.", hint=f"Name one: {place}:NAME.")
    return found[0]


def _public(module: ModuleType) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in vars(module).items() if not name.startswith("_")]
