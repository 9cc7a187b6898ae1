"""Options that several verbs share, and the agent that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeAlias

import typer

from .. import Agent, Sampling, ToolCall, as_runner
from .loading import AnyTool, load_tools

SAMPLING = "Sampling"

RunnerOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--runner",
        "-m",
        metavar="RUNNER",
        envvar="AGENTKIT_RUNNER",
        show_default="local",
        help="What runs the model: local, local:FILE.gguf, openai:NAME, @cf/VENDOR/MODEL, or your own: ./file.py:NAME.",
    ),
]
ToolsOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tools",
        "-t",
        metavar="TOOLS",
        help="A ready-made NAME, ./file.py or ./file.py:NAME; again for more. Options go behind: files,root=docs.",
    ),
]
InstructionsOption: TypeAlias = Annotated[
    str | None, typer.Option("--instructions", "-s", metavar="TEXT", help="The system message.")
]
BaseUrlOption: TypeAlias = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Where the runner's server is.")
]
MaxTurnsOption: TypeAlias = Annotated[int, typer.Option("--max-turns", metavar="N", help="Most requests to the model.")]
DeadlineOption: TypeAlias = Annotated[
    float | None, typer.Option("--deadline", metavar="SECONDS", help="Most time for an answer.")
]


YesOption: TypeAlias = Annotated[
    bool, typer.Option("--yes", "-y", metavar="", help="Make every call that a tool wants approved, without asking.")
]


def flag(*names: str, help: str, **more: Any) -> Any:
    """An option that is there or not."""
    return typer.Option(*names, metavar="", help=help, **more)


def _sampling(name: str, text: str) -> Any:
    return typer.Option(name, metavar="N" if name != "--stop" else "TEXT", help=text, rich_help_panel=SAMPLING)


MaxTokens: TypeAlias = Annotated[int | None, _sampling("--max-tokens", "Most tokens of one reply.")]
Temperature: TypeAlias = Annotated[float | None, _sampling("--temperature", "0 to 5; 0 takes the likeliest.")]
TopP: TypeAlias = Annotated[float | None, _sampling("--top-p", "0 to 2.")]
TopK: TypeAlias = Annotated[int | None, _sampling("--top-k", "1 to 50.")]
Seed: TypeAlias = Annotated[int | None, _sampling("--seed", "1 or more.")]
RepetitionPenalty: TypeAlias = Annotated[float | None, _sampling("--repetition-penalty", "0 to 2; 1 changes nothing.")]
FrequencyPenalty: TypeAlias = Annotated[float | None, _sampling("--frequency-penalty", "-2 to 2.")]
PresencePenalty: TypeAlias = Annotated[float | None, _sampling("--presence-penalty", "-2 to 2.")]
StopTexts: TypeAlias = Annotated[list[str] | None, _sampling("--stop", "A text that ends the reply; again for more.")]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options say about the agent."""

    runner: str | None
    base_url: str | None
    tools: tuple[str, ...]
    agent: Mapping[str, Any]
    """Arguments of `Agent` by name."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Settings:
        """Settings from the values of all options by name."""
        names = ("instructions", "max_turns", "deadline", *(item.name for item in fields(Sampling)))
        given = {name: options[name] for name in names if options.get(name) not in (None, (), [])}
        if "stop" in given:
            given["stop"] = tuple(given["stop"])
        if options.get("yes"):
            given["approve"] = _approve_all
        return cls(options["runner"] or None, options["base_url"], tuple(options["tools"] or ()), given)

    @property
    def approves(self) -> bool:
        """Whether calls are approved without asking."""
        return "approve" in self.agent

    def load_tools(self) -> list[AnyTool]:
        """The tools.

        Raises:
            ConfigurationError: One is not there, or wrong.
        """
        return load_tools(self.tools)

    def make_agent(self, tools: list[AnyTool]) -> Agent[str]:
        """The agent, with tools that are loaded.

        Raises:
            ConfigurationError: An option is wrong.
        """
        options = {"base_url": self.base_url} if self.base_url else {}
        return Agent(as_runner(self.runner, **options), tools=tools, **self.agent)


def _approve_all(call: ToolCall) -> bool:
    return True
