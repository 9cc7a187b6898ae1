"""From what is typed after `agentkit serve` to served models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, WeightsError
from ..runners import ROWS, as_runner
from ..runners.base import Runner
from ..runners.local.catalog import DEFAULT
from ..runners.local.checkpoint import weights_in
from ..runners.local.entry import Entry
from ..runners.local.lookup import entries, find_entry
from ..runners.local.needle.row import NEEDLE
from ..runners.local.weights import find
from ..sources import split
from .cards import card_of_entry, card_of_runner, card_of_weights
from .models import Served

_NAME = re.compile(r"@?\w[\w.:-]*(?:/\w[\w.:-]*)*")
_LORA = "lora"
_LOCAL, _REMOTE = "local", ("openai", "workers-ai")


@dataclass(frozen=True, slots=True)
class Options:
    """What every runner of a kind gets."""

    base_url: str | None = None
    """Of runners that ask another server."""
    context: int | None = None
    """Of local ones: tokens of everything that is worked on at once."""
    threads: int | None = None
    """Of local ones."""
    adapters: Mapping[str, str] = field(default_factory=dict)
    """Of the local one: LoRA adapters, name to path."""
    make: Callable[..., Runner] = as_runner
    """Makes a runner of its string and its options."""

    def of(self, kind: str) -> dict[str, Any]:
        """The options of a kind of runner, by the prefix of its string."""
        local = {"context": self.context, "threads": self.threads, "adapters": self.adapters or None}
        options: Mapping[str, Any] = local if kind == _LOCAL else {"base_url": self.base_url} if kind in _REMOTE else {}
        return {name: value for name, value in options.items() if value is not None}


def named_models(texts: Iterable[str], options: Options | None = None) -> list[Served]:
    """The models of `[NAME=]RUNNER` texts; without any, all local ones whose weights are here, the default first.

    Args:
        texts: For example `local`, `local:qwen1.5-1.8b-chat`, `fast=openai:llama3.2`, `./mine.py:runner`.
        options: Of their runners.

    Raises:
        ConfigurationError: A text names no runner, or an option does not suit it.
        WeightsError: There are none at the path of a local model or of a LoRA adapter.
        AuthenticationError: A runner needs a token or an account that is not there.
    """
    options, texts = options or Options(), list(texts) or _all_here()
    if options.adapters:
        _check_adapters(options.adapters, [_kind(_split(text)[1]) for text in texts])
    return [_served(text, options) for text in texts]


def _check_adapters(adapters: Mapping[str, str], kinds: list[tuple[str, str]]) -> None:
    local = [model for kind, model in kinds if kind == _LOCAL]
    entry = find_entry(local[0]) if local else None
    if len(local) != 1 or (entry is not None and entry.id == NEEDLE.id):
        raise ConfigurationError(
            "LoRA adapters belong to one model.",
            hint="Name one local model that takes them, for example: agentkit serve local:./model.gguf.",
        )
    for name, place in adapters.items():
        if not Path(place).expanduser().exists():
            raise WeightsError(
                f"there is nothing at {place!r}, where the LoRA adapter {name!r} should be.",
                hint="Name a GGUF file, or a folder as PEFT writes it.",
            )


def _all_here() -> list[str]:
    here = [entry for entry in entries() if entry.id == DEFAULT.id or _is_here(entry)]
    here.sort(key=lambda entry: entry.id != DEFAULT.id)
    return [_LOCAL if entry.id == DEFAULT.id else f"{_LOCAL}:{entry.id}" for entry in here]


def _is_here(entry: Entry) -> bool:
    try:
        return find(entry) is not None
    except WeightsError:  # `agentkit models` tells what is wrong with them
        return False


def _served(text: str, options: Options) -> Served:
    name, string = _split(text)
    kind, model = _kind(string)
    runner = options.make(string, **options.of(kind))
    entry = find_entry(model) if kind == _LOCAL else None
    if entry is not None:
        card = card_of_entry(entry, name, options.context)
    elif kind == _LOCAL:
        weights_in(Path(model).expanduser().absolute())
        card = card_of_weights(name or _stem(model), options.context)
    else:
        card = card_of_runner(name or _bare(kind, string, model), string if kind else None)
    if options.adapters and kind == _LOCAL and _LORA not in card.capabilities:
        card = replace(card, capabilities=(*card.capabilities, _LORA))
    return Served(card, runner)


def _split(text: str) -> tuple[str | None, str]:
    """Name and runner; a name has none of the beginnings that runners have."""
    name, equals, runner = text.partition("=")
    if not equals or not _NAME.fullmatch(name) or name.partition(":")[0] in ROWS:
        return None, text
    if not runner:
        raise ConfigurationError(f"{text!r} names no runner.", hint="For example fast=openai:llama3.2.")
    return name, runner


def _kind(string: str) -> tuple[str, str]:
    """Which row of runners a string is of, or none, and what stands behind the colon."""
    if string.startswith(("@cf/", "@hf/")):
        return "workers-ai", string
    kind, _, model = string.partition(":")
    return (kind, model) if kind in ROWS else ("", string)


def _bare(kind: str, string: str, model: str) -> str:
    """A name for what runs elsewhere: the model's own; of a runner in a file, its name there."""
    if kind:
        return model
    place, attribute = split(string)
    return attribute if attribute and attribute != "runner" else _stem(place)


def _stem(path: str) -> str:
    """The last part of a path; the rest of it is nobody's business."""
    place = Path(path).expanduser().absolute()
    return place.stem if place.suffix in (".gguf", ".py") else place.name
