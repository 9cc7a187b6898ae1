"""The face of the loop: what to run, with which tools, on which model runner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Unpack

from ..errors import ConfigurationError, ToolError
from ..generation import Retries, Sampling, SamplingOptions, ToolChoice
from ..messages import Message
from ..result import Result, T
from ..runners import as_runner
from ..runners.base import Runner
from ..tooling import Approver, Context, Questions, Tool, Toolset, ToolTable
from .limits import Limits
from .output import Output

if TYPE_CHECKING:
    from ..events import Event
    from .channel import Channel
    from .loop import Plan
    from .run import Run
    from .state import State


class RunOptions(SamplingOptions, total=False):
    """What `run`, `stream` and `run_sync` take beside the prompt; sampling options take the place of the agent's."""

    history: Sequence[Message | Mapping[str, Any]]
    """Earlier messages, for example `Result.messages` of the last run, or anyone's in the chat-completions shape.
    It is not changed; the run goes on from what `agentkit.wire.history.repair` makes of it, and tells so by events."""
    context: Any
    """Any object of yours; tools and instructions get it."""
    instructions: str
    """For this run, after the agent's own."""
    deadline: float
    """Seconds for this run, in place of the agent's."""
    tool_choice: ToolChoice
    """For the first turn of this run, in place of the agent's."""
    approve: Approver
    """Who approves calls in this run, in place of the agent's."""
    conversation: str
    """A stable key, for endpoints that keep a conversation's prefix warm."""


class Agent(Generic[T]):
    """A model runner, tools, and instructions. Immutable: one agent serves any number of runs at once.

    Args:
        runner: A runner, or the string that names one: `local`, `local:PATH`, `workers-ai:MODEL`, `@cf/...`,
            `openai:MODEL`. None takes the environment's `AGENTKIT_RUNNER`, else `local`.
        tools: Functions, `Tool`s and `Toolset`s; an agent becomes a tool by `as_tool`.
        instructions: The system message: a text, or a function that makes it from the `context=` of a run.
        output: A pydantic model, dataclass, TypedDict or other type, or a function of them: the answer then is a
            value of it, in `Result.output`.
        tool_choice: For the first turn: `auto`, `none`, `required`, or the name of a tool.
        approve: A function, sync or async, that gets each `ToolCall` of a tool marked `approve` before it is made. It
            says True, or False, or in words why not: the model is told. Without it, such calls are refused.
        max_turns: Requests with tools, 20.
        deadline: Seconds for a whole run; a tenth is kept for the last answer.
        max_tool_calls: Calls in a whole run.
        max_total_tokens: Tokens of a whole run, as far as the endpoint reports them.
        max_invalid_calls: Calls that name no tool or do not fit theirs, 10.
        max_retries: Requests of a whole run that are tried again after an error that may pass, 10.
        strict: Take only calls that are exactly right. Otherwise names and arguments that are nearly right are mended,
            calls that a model wrote as text count, and a `Repaired` event tells each of it.
        extra: Further fields of the request body, for what one server has and others do not.
        sampling: `max_tokens`, `temperature`, `top_p`, `top_k`, `seed`, `repetition_penalty`, `frequency_penalty`,
            `presence_penalty`, `stop`: see `Sampling`.

    Raises:
        ConfigurationError: An argument is wrong; the message names it.
    """

    def __init__(
        self,
        runner: str | Runner | None = None,
        *,
        tools: Iterable[Tool[..., Any] | Toolset | Callable[..., Any]] = (),
        instructions: str | Callable[[Any], str] | None = None,
        output: type[T] | Callable[..., T] | None = None,
        tool_choice: ToolChoice = "auto",
        approve: Approver | None = None,
        max_turns: int = 20,
        deadline: float | None = None,
        max_tool_calls: int | None = None,
        max_total_tokens: int | None = None,
        max_invalid_calls: int = 10,
        max_retries: int = 10,
        strict: bool = False,
        extra: Mapping[str, Any] | None = None,
        **sampling: Unpack[SamplingOptions],
    ) -> None:
        self.runner = as_runner(runner)
        self.tools = ToolTable(tools, strict=strict)
        self._limits = Limits(max_turns, deadline, max_tool_calls, max_total_tokens, max_invalid_calls, max_retries)
        self.sampling = _sampling(Sampling(), sampling, SamplingOptions)
        """How tokens are drawn, where a run says nothing."""
        self._output = None if output is None else Output(output)
        self._instructions = instructions
        self._tool_choice = self._checked(tool_choice)
        self._extra = dict(extra or {})
        self.approve = approve if approve is None else Questions(approve).approver
        """Who approves calls, where a run says nothing."""

    @property
    def is_typed(self) -> bool:
        """Whether the answer is a value of `output=`, and not a text."""
        return self._output is not None

    async def run(self, prompt: str | None, **options: Unpack[RunOptions]) -> Result[T]:
        """Answer a prompt, with as many turns as it takes.

        Args:
            prompt: What the user says; None goes on from the history as it is.
            options: `history`, `context`, `instructions`, `deadline`, `tool_choice`, `approve`, `conversation`, and
                sampling options for this run: see `RunOptions`.

        Returns:
            The result, with the reason why the run ended.

        Raises:
            ConfigurationError: An option is unknown, or wrong.
            RunnerError: The endpoint failed; `partial` has the result so far.
        """
        from .run import drive

        return await drive(*self._prepare(prompt, None, options))

    def stream(self, prompt: str | None, **options: Unpack[RunOptions]) -> Run[T]:
        """Watch a run: `async with agent.stream(...) as run: async for event in run: ...`.

        Takes what `run` takes. The last event is `RunFinished` with the result.
        """
        from .run import Run

        return Run(lambda channel: self._prepare(prompt, channel, options))

    def run_sync(self, prompt: str | None, **options: Unpack[RunOptions]) -> Result[T]:
        """`run` for scripts and notebooks: waits for the result, also inside a running event loop.

        All such runs of a process share one event loop in a thread of its own, and so their connections.
        """
        from .sync import wait_for

        return wait_for(lambda: self.run(prompt, **options))

    def as_tool(self, name: str, description: str) -> Tool[..., Any]:
        """This agent as a tool of another. It shares the other's deadline, and its usage is added to the other's.
        Who approves calls for the other approves those of its tools, too, unless it has an `approve=` of its own.

        Args:
            name: The tool's name.
            description: What the other model is told that it does.
        """

        async def ask(request: str, context: Context[Any]) -> Any:
            options: RunOptions = {"context": context.value}
            if context.ask is not None and self.approve is None:
                options["approve"] = context.ask
            result = await self.run(request, **options)
            context.add_usage(result.usage)
            if not result.outputs:
                raise ToolError(f"{name} ended without an answer ({result.stop_reason}).")
            return result.output

        ask.__doc__ = f"{description}\n\nArgs:\n    request: What to do, in full sentences."
        return Tool(ask, name=name)

    async def aclose(self) -> None:
        """Free what the runner holds: connections, a loaded model."""
        await self.runner.aclose()

    async def __aenter__(self) -> Agent[T]:
        """Keep the toolsets entered, and close the runner, with this block."""
        await self.tools.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.tools.__aexit__(kind, error, trace)
        finally:
            await self.aclose()

    def _checked(self, tool_choice: ToolChoice) -> ToolChoice:
        if tool_choice in ("auto", "none", "required") or self.tools.get(tool_choice) is not None:
            return tool_choice
        raise ConfigurationError(
            f"tool_choice={tool_choice!r} names no tool.",
            hint=f"Use auto, none, required, or one of: {', '.join(spec.name for spec in self.tools.specs)}.",
        )

    def _prepare(self, prompt: str | None, channel: Channel | None, options: RunOptions) -> tuple[Plan, State]:
        from .history import conversation
        from .loop import Plan
        from .state import State

        context = options.get("context")
        deadline = options.get("deadline")
        choice = options.get("tool_choice")
        approver = options.get("approve") or self.approve
        plan = Plan(
            self.runner,
            self.tools,
            self._limits if deadline is None else self._limits.within(deadline),
            _sampling(self.sampling, options, RunOptions),
            self._tool_choice if choice is None else self._checked(choice),
            self._output,
            context,
            options.get("conversation"),
            self._extra,
            channel,
            None if approver is None else Questions(approver),
        )
        emit = channel.send if channel is not None else _ignore
        messages = conversation(
            self._system(context, options.get("instructions")), options.get("history") or (), prompt, emit
        )
        return plan, State(messages, emit, Retries(self._limits.max_retries))

    def _system(self, context: Any, more: str | None) -> str | None:
        own = self._instructions(context) if callable(self._instructions) else self._instructions
        texts = (own, more, None if self._output is None else self._output.instruction)
        given = [text for text in texts if text is not None]
        return "\n\n".join(text for text in given if text) if given else None


def _sampling(usual: Sampling, options: Mapping[str, Any], taken: type) -> Sampling:
    """The sampling options among options, in place of the usual ones; what is not among `taken` is refused."""
    known = taken.__annotations__
    unknown = sorted(options.keys() - known.keys())
    if unknown:
        raise ConfigurationError(f"unknown option {unknown[0]!r}.", hint=f"Options are: {', '.join(known)}.")
    given = {name: options[name] for name in Sampling.__dataclass_fields__ if name in options}
    return replace(usual, **given) if given else usual


def _ignore(event: Event) -> None:
    """Nobody watches."""
