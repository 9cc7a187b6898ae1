"""A folder of weights as Hugging Face lays it out: what it is, and whether all of it is there."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....errors import WeightsError

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"
LONGEST_HEADER = 100 * 2**20
"""Bytes of the longest safetensors header that is believed."""
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
    size: int
    """Bytes of the weights on the disk."""

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
        """Numbers that are kept for each token of a context: keys and values of all layers."""
        config = self.config
        heads = int(config.get("num_attention_heads") or 1)
        width = int(config.get("head_dim") or int(config.get("hidden_size") or 0) // heads)
        return 2 * int(config.get("num_hidden_layers") or 0) * int(config.get("num_key_value_heads") or heads) * width


def read_folder(path: Path) -> Folder:
    """Read the config of a folder of weights, and check that each weight file is complete.

    Raises:
        WeightsError: There is no such folder, a file is missing or cut short, or the weights are pickles, which run
            code when they are loaded.
    """
    if not path.is_dir():
        raise WeightsError(f"there is no folder {str(path)!r}.", hint="Give a GGUF file or a folder of safetensors.")
    config = _json(path / "config.json")
    if not isinstance(config.get("model_type"), str):
        raise WeightsError(f"{str(path / 'config.json')!r} names no model_type.", hint="Fetch the weights again.")
    headers = [_header(path / name) for name in _files(path)]
    counts = [(_is_linear(name, tensor), _count(name, tensor)) for header in headers for name, tensor in header.items()]
    parameters, linear = sum(count for _, count in counts), sum(count for is_linear, count in counts if is_linear)
    return Folder(path, config, parameters, linear, sum((path / name).stat().st_size for name in _files(path)))


def _files(path: Path) -> list[str]:
    """The names of the weight files."""
    if (path / INDEX).is_file():
        places = _json(path / INDEX).get("weight_map")
        if not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
            raise WeightsError(f"{str(path / INDEX)!r} has no weight_map.", hint="Fetch the weights again.")
        names = sorted(set(places.values()))
    else:
        names = [SINGLE]
    missing = [name for name in names if not (path / name).is_file() or Path(name).name != name]
    if missing and any(found for pattern in PICKLES for found in path.glob(pattern)):
        raise WeightsError(
            f"{str(path)!r} has its weights as pickles, which run code when they are loaded.",
            hint="Take a version with .safetensors files, or convert it with safetensors' own tools.",
        )
    if missing:
        raise WeightsError(f"{str(path)!r} lacks {', '.join(missing)}.", hint="Fetch the weights again.")
    return names


def _header(path: Path) -> dict[str, Any]:
    """The tensors of a safetensors file, by name: an eight byte length, a JSON header, then the data."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > min(size - 8, LONGEST_HEADER):
            raise _broken(path, "its header is cut short")
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise _broken(path, "its header is no JSON") from error
    try:
        header.pop("__metadata__", None)
        end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        complete = 8 + length + end <= size
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise _broken(path, "its header is no table of tensors") from error
    if not complete:
        raise _broken(path, f"it has {size:,} bytes, and should have {8 + length + end:,}")
    return dict(header)


def _count(name: str, tensor: dict[str, Any]) -> int:
    """The weights of one tensor. AWQ packs eight into a number, beside scales and zeros that go with them."""
    if name.endswith((".qzeros", ".scales")):
        return 0
    return int(math.prod(tensor["shape"])) * (PACKED if name.endswith(".qweight") else 1)


def _is_linear(name: str, tensor: dict[str, Any]) -> bool:
    return len(tensor["shape"]) > 1 and not any(part in name for part in NOT_QUANTIZED)


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WeightsError(
            f"{str(path)!r} cannot be read: {error.strerror or error}.",
            hint="A folder of weights has a config.json, .safetensors files and a tokenizer.json.",
        ) from error
    except ValueError as error:
        raise _broken(path, "it is no JSON") from error
    if not isinstance(value, dict):
        raise _broken(path, "it is no JSON object")
    return value


def _broken(path: Path, why: str) -> WeightsError:
    return WeightsError(f"{str(path)!r} is broken: {why}.", hint="Fetch the weights again.")
