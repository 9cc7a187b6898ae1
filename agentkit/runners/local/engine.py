"""The contract of an engine: what computes a model's tokens, whatever the weights and the hardware."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ...errors import BadRequestError
from ...generation import SamplingOptions
from .templating.own import Templates


@dataclass(frozen=True, slots=True)
class Load:
    """What to load and how; equal ones share one engine."""

    path: Path
    """A GGUF file, or a folder of safetensors with its config and tokenizer."""
    context: int | None = None
    """Tokens of all prompts and answers that are worked on at once."""
    threads: int | None = None
    device: str | None = None
    """`cpu`, `gpu`, or None: the GPU where there is one."""
    quantization: str | None = None
    """`int8`: quantize on load; None: as the weights are."""
    adapters: tuple[tuple[str, Path], ...] = ()
    """LoRA adapters by name, each a GGUF file or a folder as PEFT writes it."""


AROUND = 4
"""Tokens that tokenizers put before and after a text, at most."""


def most_tokens(text: str) -> int:
    """How many tokens a text has at most: each of them has a byte of it."""
    return len(text.encode()) + AROUND


@dataclass(frozen=True, slots=True)
class Task:
    """One completion."""

    prompt: tuple[int, ...] | str
    """Token ids, at least one; or the whole prompt as a text, in which names of control tokens stand for them."""
    max_tokens: int
    sampling: SamplingOptions = field(default_factory=lambda: SamplingOptions())
    """The documented options; those left out change nothing, and nothing is drawn at a temperature of 0."""
    grammar: str = ""
    """What the text must satisfy, in GBNF or, after a first line `%llguidance {}`, in llguidance's Lark."""
    adapter: str | None = None
    """Name of a loaded LoRA adapter."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields for one engine, in its own words."""

    @property
    def longest_prompt(self) -> int:
        """Tokens of the prompt, at most."""
        return most_tokens(self.prompt) if isinstance(self.prompt, str) else len(self.prompt)


@dataclass(frozen=True, slots=True)
class End:
    """How a completion ended, and its cost in tokens."""

    complete: bool
    """False when it was cut at `max_tokens`."""
    computed: int
    """Of the prompt."""
    cached: int
    """Of the prompt, whose computation was there already."""
    completed: int


class Engine(Protocol):
    """One loaded model. Everything blocks, and is called in worker threads, several at once."""

    name: str
    """Engine, device and what else decides how it computes, for example `llama.cpp (cpu)`."""
    context: int
    """Tokens of all prompts and answers that are worked on at once."""
    longest: int
    """Tokens of one prompt and its answer."""
    weight_bytes: int
    """About."""
    templates: Templates
    """The model's own chat templates."""

    def generate(self, task: Task, on_text: Callable[[str], object], stopped: Callable[[], bool]) -> End:
        """Complete a prompt; `on_text` gets the text piece by piece, in this thread.

        Raises:
            Stopped: `stopped` was true.
            RunnerError: The request is refused, or the engine failed; the engine lives on.
        """
        ...

    def logprob(
        self, prompt: Sequence[int], text: Sequence[int], stopped: Callable[[], bool], adapter: str | None = None
    ) -> tuple[float, End]:
        """How likely a text is after a prompt: the sum of the natural logarithms of its tokens' probabilities."""
        ...

    def tokens(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        """The token ids of a text.

        Args:
            text: Any text.
            start: Whether it is a whole prompt, before which the model's first token comes.
            marks: Whether names of control tokens in it stand for the tokens.
        """
        ...

    def close(self) -> None:
        """Free the model. Nothing may be running."""
        ...


def unknown_adapter(adapter: str, loaded: Iterable[str]) -> BadRequestError:
    """The error for a LoRA adapter that is not loaded."""
    return BadRequestError(
        f"there is no LoRA adapter {adapter!r}; loaded: {', '.join(loaded) or 'none'}.",
        hint="Pass adapters={'NAME': 'PATH'} to the runner.",
    )
