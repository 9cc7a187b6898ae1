"""What a folder of safetensors is, and whether all of it is there; nothing of it is run or loaded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import WeightsError
from .entry import Architecture
from .gguf import Header, read_header

CONFIG = "config.json"
INDEX = "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json")
"""One of them is enough."""
PART = re.compile(r"(.+)-\d{5}-of-(\d{5})\.gguf")
PICKLES = (".bin", ".pt", ".pth", ".ckpt")
LONGEST_HEADER = 100_000_000
"""Bytes that the format allows for the header of a safetensors file."""


def weights_in(place: Path) -> Path:
    """What is to be loaded of a place: a GGUF file, or the folder of a checkpoint.

    Raises:
        WeightsError: There is neither, or this user may not look.
    """
    try:
        if not place.exists():
            raise WeightsError(
                f"there are no weights at {str(place)!r}.", hint="Name a GGUF file or a checkpoint's folder."
            )
        if place.is_file() or (place / CONFIG).is_file():
            return place
        files = sorted(place.glob("*.gguf"))
    except OSError as error:
        raise WeightsError(
            f"{str(place)!r} cannot be looked at: {error.strerror or error}.", hint="Make it readable for this user."
        ) from error
    if files:
        return files[0]  # of several parts, llama.cpp wants the first
    raise WeightsError(
        f"the folder {str(place)!r} has no weights: neither {CONFIG!r} nor a GGUF file.",
        hint="Name the folder that has the files themselves.",
    )


def parts(file: Path) -> list[Path]:
    """All files of a GGUF model, of which one is given; large models come in several.

    Raises:
        WeightsError: One is missing.
    """
    split = PART.fullmatch(file.name)
    if not split:
        return [file]
    start, count = split.groups()
    files = [file.with_name(f"{start}-{number:05}-of-{count}.gguf") for number in range(1, int(count) + 1)]
    for missing in (part for part in files if not part.is_file()):
        raise WeightsError(
            f"{str(file)!r} is not complete: {missing.name!r} is missing.", hint="Fetch or copy the model again."
        )
    return files


def check(place: Path, architecture: Architecture | None = None, quantization: str | None = None) -> None:
    """Refuse weights that are cut short, of another model, or could run code.

    Args:
        place: A GGUF file or the folder of a checkpoint.
        architecture: What it must be; None: anything.
        quantization: What the catalogue says of the checkpoint.

    Raises:
        WeightsError: Names what is wrong, and with which file.
    """
    path = weights_in(place)
    if path.is_file():
        for part in parts(path):
            read_header(part)
        _check_numbers(path, architecture, architecture_of_gguf(path))
        return
    config = read_config(path)
    _check_quantization(path, config, architecture, quantization)
    if architecture:
        found = _name(config) or "unknown"
        if found != architecture.name:
            raise _another(path, "architecture", found, architecture.name)
        _check_numbers(path, architecture, architecture_of(config))
    for file in tensor_files(path):
        read_tensors(file)
    if not any((path / name).is_file() for name in TOKENIZERS):
        raise WeightsError(
            f"the folder {str(path)!r} has no tokenizer.", hint=f"It must have one of: {', '.join(TOKENIZERS)}."
        )


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of a checkpoint.

    Raises:
        WeightsError: They are not there, or no JSON object.
    """
    return _json(folder / CONFIG)


def tensor_files(folder: Path) -> list[Path]:
    """The safetensors files of a checkpoint, every one of them there.

    Raises:
        WeightsError: One is missing, or there are none.
    """
    if (folder / INDEX).is_file():
        stated = _json(folder / INDEX).get("weight_map")
        names = set(map(str, stated.values())) if isinstance(stated, dict) else set()
        if any(Path(name).name != name for name in names):
            raise _broken(folder / INDEX, "it names files elsewhere")
        missing = sorted(name for name in names if not (folder / name).is_file())
        if missing:
            raise WeightsError(
                f"the folder {str(folder)!r} is not complete: {missing[0]!r} is missing.",
                hint="Fetch or copy the model again.",
            )
        files = sorted(folder / name for name in names)
    else:
        files = sorted(folder.glob("*.safetensors"))
    if files:
        return files
    pickles = [file.name for file in _files(folder) if file.suffix in PICKLES]
    if pickles:
        raise WeightsError(
            f"the weights in {str(folder)!r} are pickles ({pickles[0]!r}), which can run code when they are loaded.",
            hint="Use a model with safetensors files, or convert it.",
        )
    raise WeightsError(f"the folder {str(folder)!r} has no safetensors file.", hint="Fetch or copy the model again.")


def read_tensors(path: Path) -> dict[str, dict[str, Any]]:
    """What the header of a safetensors file says of its tensors, by name: `shape`, `dtype`, `data_offsets`.

    Raises:
        WeightsError: It is cut short or damaged.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            if not 2 <= length <= min(LONGEST_HEADER, size - 8):
                raise ValueError(length)
            tensors = {name: tensor for name, tensor in json.loads(file.read(length)).items() if name[:2] != "__"}
            expected = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _broken(path, "its header is cut short or damaged") from error
    if size != expected:
        raise _broken(path, f"it has {size:,} bytes, not {expected:,}")
    return tensors


def architecture_of(config: dict[str, Any]) -> Architecture | None:
    """The numbers of a `config.json`; None where it has not all of them, as those of some other families."""
    try:
        heads, hidden = int(config["num_attention_heads"]), int(config["hidden_size"])
        return Architecture(
            name=_name(config),
            layers=int(config["num_hidden_layers"]),
            hidden=hidden,
            intermediate=int(config["intermediate_size"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            vocabulary=int(config["vocab_size"]),
            positions=int(config["max_position_embeddings"]),
            head_size=int(config.get("head_dim") or hidden // heads),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def architecture_of_gguf(path: Path) -> Architecture | None:
    """The numbers in the header of a GGUF file; None where it has not all of them.

    Raises:
        WeightsError: It is no GGUF file, or cut short.
    """
    return architecture_of_header(read_header(path))


def architecture_of_header(header: Header) -> Architecture | None:
    """The numbers of a GGUF file; None where it has not all of them, or others for each layer."""
    data, prefix = header.metadata, f"{header.architecture}."
    try:
        heads, hidden = int(data[f"{prefix}attention.head_count"]), int(data[f"{prefix}embedding_length"])
        return Architecture(
            name=header.architecture,
            layers=int(data[f"{prefix}block_count"]),
            hidden=hidden,
            intermediate=int(data[f"{prefix}feed_forward_length"]),
            heads=heads,
            kv_heads=int(data.get(f"{prefix}attention.head_count_kv", heads)),
            vocabulary=int(data.get(f"{prefix}vocab_size", 0)),
            positions=int(data[f"{prefix}context_length"]),
            head_size=int(data.get(f"{prefix}attention.key_length") or hidden // heads),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _name(config: dict[str, Any]) -> str:
    stated = config.get("architectures")
    return str(stated[0]) if isinstance(stated, list) and stated else ""


def _check_numbers(path: Path, expected: Architecture | None, found: Architecture | None) -> None:
    if expected is None:
        return
    if found is None:
        raise _another(path, "architecture", "another one", expected.name)
    for name in ("layers", "hidden", "heads", "kv_heads"):
        if getattr(found, name) != getattr(expected, name):
            raise _another(path, name, getattr(found, name), getattr(expected, name))


def _check_quantization(
    folder: Path, config: dict[str, Any], architecture: Architecture | None, expected: str | None
) -> None:
    """A catalogue's `int8` is made of a 16-bit checkpoint, so that one has no quantization either."""
    if architecture is None:
        return
    stated = config.get("quantization_config")
    found = stated.get("quant_method") if isinstance(stated, dict) else stated
    if found != (expected if expected == "awq" else None):
        raise _another(folder, "quantization", found or "none", expected if expected == "awq" else "none")


def _another(path: Path, what: str, found: object, expected: object) -> WeightsError:
    return WeightsError(
        f"{str(path)!r} is another model: {what} is {found}, not {expected}.",
        hint="Name the weights that the catalogue says, or use these by their path: local:PATH.",
    )


def _broken(path: Path, reason: str) -> WeightsError:
    return WeightsError(f"{str(path)!r} is broken: {reason}.", hint="Fetch or copy the file again.")


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise WeightsError(f"there is no {str(path)!r}.", hint="Name the folder of a whole checkpoint.") from error
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise _broken(path, "it is not a JSON object")
    return value


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file())
