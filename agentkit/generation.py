"""One generation: what a model runner is asked, and the canonical stream of what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, TypedDict

from .errors import ConfigurationError
from .messages import Message, ToolCall, ToolSpec, Usage

ToolChoice: TypeAlias = str
"""`auto`, `none`, `required`, or the name of the one tool that must be called."""

_RANGES: dict[str, tuple[float, float]] = {
    "max_tokens": (1, 10_000_000),
    "temperature": (0, 5),
    "top_p": (0, 2),
    "top_k": (1, 50),
    "seed": (1, 9_999_999_999),
    "repetition_penalty": (0, 2),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}


class SamplingOptions(TypedDict, total=False):
    """The fields of `Sampling`, where they are passed one by one."""

    max_tokens: int
    temperature: float | None
    top_p: float | None
    top_k: int | None
    seed: int | None
    repetition_penalty: float | None
    frequency_penalty: float | None
    presence_penalty: float | None
    stop: str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn: the documented names and ranges (contract/workers_ai.md section 4).

    None leaves the choice to the model runner.
    """

    max_tokens: int = 2048
    """Most tokens of one reply. Always sent: the service's own default of 256 cuts tool calls (Q5)."""
    temperature: float | None = None
    """0 to 5; 0 always takes the likeliest token."""
    top_p: float | None = None
    """0 to 2."""
    top_k: int | None = None
    """1 to 50."""
    seed: int | None = None
    """1 to 9,999,999,999."""
    repetition_penalty: float | None = None
    """0 to 2; 1 changes nothing."""
    frequency_penalty: float | None = None
    """-2 to 2."""
    presence_penalty: float | None = None
    """-2 to 2."""
    stop: str | Sequence[str] = ()
    """Texts that end the reply; they are not part of it."""

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is None and name != "max_tokens":
                continue
            whole = name in ("max_tokens", "top_k", "seed")
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ConfigurationError(f"{name}={value!r} must be {'an integer' if whole else 'a number'}.")
            if not low <= value <= high:
                raise ConfigurationError(f"{name}={value!r} is outside {low:g} to {high:g}.")
        stop = (self.stop,) if isinstance(self.stop, str) else self.stop
        if not isinstance(stop, (tuple, list)) or not all(isinstance(text, str) and text for text in stop):
            raise ConfigurationError(f"stop={stop!r} must be texts that are not empty.")
        object.__setattr__(self, "stop", tuple(stop))

    def to_dict(self) -> dict[str, Any]:
        """The options that are set, `max_tokens` always among them."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if value is not None and value != ()}


class Retries:
    """How often the requests of one run may still be tried again, all of them together.

    Args:
        left: Most further tries.
    """

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> bool:
        """Take one further try; False when there is none left."""
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model runner."""

    messages: Sequence[Message]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    sampling: Sampling = field(default_factory=Sampling)
    output_schema: dict[str, Any] | None = None
    """JSON Schema that the whole answer must satisfy; not together with `tools`."""
    conversation: str | None = None
    """A stable key of the conversation, for servers that route by it to a warm prefix cache."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the request body, for what one server has and others do not."""
    strict: bool = False
    """Whether calls count only where the reply has them as calls, and not as text."""
    retries: Retries | None = field(default=None, repr=False, compare=False)
    """What is left of the run's further tries; None: as many as the runner takes."""
    fitting: bool = False
    """Whether a model in this process refuses a `max_tokens` that the context has no room for beside the prompt, as
    Workers AI does (contract/workers_ai.md section 11). Otherwise the reply may use what room there is."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what a reasoning model thinks, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """Something that came malformed was mended. Never happens silently."""

    what: str
    """What kind of repair, for example `arguments were encoded twice`."""
    before: str
    after: str


FinishReason: TypeAlias = Literal["stop", "tool_calls", "length", "content_filter", "error"]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of one generation."""

    reason: FinishReason = "stop"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """The model that answered, as the runner names it."""
    engine: str = ""
    """What computed it, for example `llama.cpp (cpu)`, where the runner knows."""
    request_id: str | None = None
    first_token: float | None = None
    """Seconds from the start of the work to the first token that was decoded, where the model runs in this process."""
    raw: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    """The body of the reply as it came, in pieces, where it came from a server."""


Delta: TypeAlias = TextDelta | ReasoningDelta | Repaired | ToolCall | Finish
"""What a runner yields. A `ToolCall` is always complete; `Finish` comes last, exactly once."""
