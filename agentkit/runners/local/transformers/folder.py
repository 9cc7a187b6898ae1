"""A folder of weights as Hugging Face lays it out, in numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....errors import WeightsError
from ..checkpoint import CONFIG, architecture_of, check, read_config, read_tensors, tensor_files

NOT_QUANTIZED = ("embed", "lm_head", "wte", "wpe")
"""Parts of the names of embeddings and output layers."""
PACKED = 8
"""Weights of 4 bits in one int32."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands in a folder of weights."""

    path: Path
    config: dict[str, Any]
    """`config.json`."""
    parameters: int
    """How many weights there are; packed ones are counted one by one."""
    linear: int
    """Those of them that a quantization makes smaller: linear layers, without embeddings and the output layer."""

    @property
    def architecture(self) -> str:
        """For example `qwen2`."""
        return str(self.config.get("model_type", ""))

    @property
    def context(self) -> int:
        """Tokens that the model was made for."""
        value = self.config.get("max_position_embeddings")
        return value if isinstance(value, int) and value > 0 else 2048

    @property
    def quantization(self) -> dict[str, Any]:
        """`quantization_config` of the config; empty for plain weights."""
        value = self.config.get("quantization_config")
        return value if isinstance(value, dict) else {}

    @property
    def kv_values(self) -> int:
        """Numbers that are kept for each token of a context, keys and values of all layers; 0 where it is not known."""
        it = architecture_of(self.config)
        return 2 * it.layers * it.kv_heads * it.head_size if it else 0


def read_folder(path: Path) -> Folder:
    """Read the config of a folder of weights, and check that each weight file is complete.

    Raises:
        WeightsError: There is no such folder, a file is missing or cut short, the weights are pickles, which run
            code when they are loaded, or the quantization is none.
    """
    check(path)
    config = read_config(path)
    if not isinstance(config.get("model_type"), str):
        raise WeightsError(f"{str(path / CONFIG)!r} names no model_type.", hint="Fetch the weights again.")
    stated = config.get("quantization_config")
    if stated is not None and not (isinstance(stated, dict) and isinstance(stated.get("bits") or 0, int)):
        raise WeightsError(
            f"{str(path / CONFIG)!r} has a quantization_config that cannot be read: {str(stated)[:200]}.",
            hint="Fetch the weights again.",
        )
    tensors = [each for file in tensor_files(path) for each in read_tensors(file).items()]
    linear = sum(_count(name, tensor) for name, tensor in tensors if _is_linear(name, tensor))
    return Folder(path, config, sum(_count(name, tensor) for name, tensor in tensors), linear)


def _count(name: str, tensor: dict[str, Any]) -> int:
    """The weights of one tensor. AWQ packs eight into a number, beside scales and zeros that go with them."""
    if name.endswith((".qzeros", ".scales")):
        return 0
    return int(math.prod(tensor["shape"])) * (PACKED if name.endswith(".qweight") else 1)


def _is_linear(name: str, tensor: dict[str, Any]) -> bool:
    return len(tensor["shape"]) > 1 and not any(part in name for part in NOT_QUANTIZED)
