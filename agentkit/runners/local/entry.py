"""What is known of one model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ...generation import SamplingOptions
from .source import Source


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms of the weights. They are shown when a model is pulled."""

    name: str
    url: str | None = None
    """A page with the text."""
    note: str = ""
    """What most people must know of it."""
    short: str = ""
    """The name in a table, where the whole one is long."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The numbers of a decoder-only model with gated feed-forward layers, as its `config.json` has them."""

    name: str
    """The class that transformers loads it with, for example `LlamaForCausalLM`."""
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    vocabulary: int
    positions: int
    """Tokens that it was trained to take."""
    head_size: int = 128
    tied: bool = False
    """Whether the input embedding is the output layer, too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model.

    Where a page states no figure, the field is None: nothing is guessed.
    """

    id: str
    licence: Licence
    source: Source
    aliases: tuple[str, ...] = ()
    """Other names; every name is taken in any case."""
    architecture: Architecture | None = None
    """None where only the weights tell."""
    quantization: Literal["awq", "int8"] | None = None
    """`awq`: the checkpoint has 4-bit weights; `int8`: a 16-bit checkpoint becomes 8-bit when it is loaded."""
    template: str | None = None
    """A published prompt format by name, used where the weights bring no chat template of their own."""
    context: int | None = None
    """Tokens of prompt and reply together that are documented; see `window`."""
    sequence: int | None = None
    """The documented "sequence tokens limit"."""
    max_tokens: int | None = None
    """The documented default for a reply in one piece."""
    max_tokens_streaming: int | None = None
    """The documented default for a streamed reply."""
    sampling: SamplingOptions = field(default_factory=lambda: SamplingOptions())
    """Where a request leaves it open."""
    capabilities: tuple[str, ...] = ()
    """What the model's page grants beyond text: `lora`. Tool calls need none: they are decoded under a grammar."""

    @property
    def window(self) -> int | None:
        """Tokens of prompt and reply together: as documented, else as trained, else unknown."""
        return self.context or (self.architecture.positions if self.architecture else None)
