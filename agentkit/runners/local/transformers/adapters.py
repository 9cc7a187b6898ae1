"""LoRA adapters, each applied to the requests that ask for it, side by side in one batch."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from ....errors import WeightsError

FILE, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_NAME = re.compile(r"^base_model\.model\.(?P<layer>.+)\.lora_(?P<part>[AB])(?:\.default)?\.weight$")


class Adapters:
    """The adapters of one model; those of the requests of the next batch are chosen with `choose`.

    Args:
        model: The model that they change.
        named: Name and folder of each, as PEFT writes it.

    Raises:
        WeightsError: A folder is no LoRA adapter, or one of another model.
    """

    def __init__(self, model: Any, named: Sequence[tuple[str, Path]]) -> None:
        self.places = {name: place for place, (name, _) in enumerate(named, 1)}
        self._device, self._dtype = model.device, model.dtype
        self._of_token = torch.zeros(0, dtype=torch.int32, device=model.device)
        self._used: frozenset[int] = frozenset()
        for place, (name, folder) in enumerate(named, 1):
            self._add(model, place, name, folder)

    def choose(self, lengths: list[tuple[int, int]]) -> None:
        """Take note of the next batch: the place of the adapter and the number of tokens of each request."""
        if not self.places:
            return
        self._used = frozenset(place for place, _ in lengths)
        places, counts = zip(*lengths, strict=True)
        of_token = torch.tensor(places, dtype=torch.int32).repeat_interleave(torch.tensor(counts))
        self._of_token = of_token.to(self._device)

    def alone(self, place: int, tokens: int) -> None:
        """Take note of one request that is not part of a batch."""
        self.choose([(place, tokens)])

    def _add(self, model: Any, place: int, name: str, folder: Path) -> None:
        scale, pairs = _read(name, folder)
        layers = dict(model.named_modules())
        for layer, pair in pairs.items():
            target = layers.get(layer)
            down, up = pair.get("A"), pair.get("B")
            shape = (getattr(target, "in_features", None), getattr(target, "out_features", None))
            if target is None or down is None or up is None or shape != (down.shape[1], up.shape[0]):
                raise WeightsError(
                    f"the LoRA adapter {name!r} in {str(folder)!r} is for another model: {layer!r} does not fit.",
                    hint="Take an adapter that was trained on this model.",
                )
            down, up = (matrix.to(self._device, self._dtype) for matrix in (down, up * scale))
            target.register_forward_hook(self._hook(place, down.t(), up.t()))

    def _hook(self, place: int, down: torch.Tensor, up: torch.Tensor) -> Any:
        def add(module: Any, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
            if place not in self._used:
                return output
            mine = (self._of_token == place).to(output.dtype)
            length = output.shape[-2]
            mine = torch.nn.functional.pad(mine, (0, max(0, length - len(mine))))[-length:]
            return output + (inputs[0] @ down @ up) * mine.unsqueeze(-1)

        return add


def _read(name: str, folder: Path) -> tuple[float, dict[str, dict[str, torch.Tensor]]]:
    """The scale of an adapter, and the two matrices of each layer that it changes."""
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        tensors = load_file(folder / FILE)
        rank, alpha = config["r"], config["lora_alpha"]
        scale = alpha / (rank**0.5 if config.get("use_rslora") else rank)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise WeightsError(
            f"the LoRA adapter {name!r} in {str(folder)!r} cannot be read: {str(error)[:200]}",
            hint=f"It is a folder with {CONFIG} and {FILE}, as PEFT writes it.",
        ) from error
    pairs: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in tensors.items():
        found = _NAME.match(key)
        if found is None:
            raise WeightsError(
                f"the LoRA adapter {name!r} in {str(folder)!r} holds {key!r}, which is no part of plain LoRA.",
                hint="DoRA, embeddings and biases are not supported.",
            )
        pairs.setdefault(found["layer"], {})[found["part"]] = tensor
    return scale, pairs
