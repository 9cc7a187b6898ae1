"""The header of a GGUF file: enough to tell what it is, and whether all of it is there.

The layout is that of version 2 and 3 of the GGUF specification: magic, version, counts, key-value pairs, tensor infos,
then the tensor data, aligned.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import WeightsError

MAGIC = b"GGUF"
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_LONGEST = 16 * 2**20
"""Bytes of the longest text that is believed; chat templates have some 10,000."""
_TOKENS = "tokenizer.ggml.tokens"
_SPECIAL = {"bos_token": "tokenizer.ggml.bos_token_id", "eos_token": "tokenizer.ggml.eos_token_id"}
_DIMENSIONS = 4
"""The most that a tensor has in GGML."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the weights."""

    metadata: dict[str, Any]
    """Key-value pairs; None for an array."""
    least_size: int
    """The file must have more bytes than this: the last tensor starts here."""
    special: dict[str, str] = field(default_factory=dict)
    """Texts of the first and the last token of a text, `bos_token` and `eos_token`, where the file says."""

    @property
    def architecture(self) -> str:
        """For example `llama`."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def context(self) -> int | None:
        """Tokens that the model was trained to take."""
        value = self.metadata.get(f"{self.architecture}.context_length")
        return int(value) if isinstance(value, int) else None

    @property
    def window(self) -> int | None:
        """Tokens that some of the layers look back over, where they do not look over all."""
        value = self.metadata.get(f"{self.architecture}.attention.sliding_window")
        return value if isinstance(value, int) and value > 0 else None

    @property
    def template(self) -> str:
        """The model's own chat template (Jinja), empty where it has none."""
        return str(self.metadata.get("tokenizer.chat_template") or "")


def read_header(path: Path) -> Header:
    """Read what stands before the weights.

    Raises:
        WeightsError: There is no such file, it is no GGUF, or it ends too early.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
            if start != MAGIC:
                raise WeightsError(
                    f"{str(path)!r} is not a GGUF file: it starts with {start!r}.",
                    hint="Convert the model to GGUF, or name another file.",
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                _check_version(path, data)
                header = _Reader(data).header()
                size = len(data)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise WeightsError(f"there is no weight file {str(path)!r}.", hint="Name a GGUF file.") from error
    except OSError as error:
        raise WeightsError(
            f"{str(path)!r} cannot be read: {error.strerror or error}.", hint="Make it readable, or name another file."
        ) from error
    except (struct.error, ValueError, OverflowError) as error:
        raise _broken(path, "its header is cut short or damaged") from error
    if size <= header.least_size:
        raise _broken(path, f"it has {size:,} bytes, and its last tensor starts at {header.least_size:,}")
    return header


def _check_version(path: Path, data: mmap.mmap) -> None:
    (version,) = struct.unpack_from("<I", data, len(MAGIC))
    if version not in (2, 3):
        what = "big-endian" if version and not version & 0xFFFF else f"version {version}"
        raise WeightsError(
            f"{str(path)!r} is a GGUF file of another kind: {what}, not little-endian of version 2 or 3.",
            hint="Convert the model again with a current llama.cpp, or name another file.",
        )


def _broken(path: Path, reason: str) -> WeightsError:
    return WeightsError(f"{str(path)!r} is broken: {reason}.", hint="Fetch or copy the file again.")


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(MAGIC)
        self._tokens_at: int | None = None

    def header(self) -> Header:
        _, tensors, pairs = self._take("IQQ")
        metadata = {}
        for _ in range(pairs):
            key, kind = self._string(), self._one("I")
            if key == _TOKENS and kind == _ARRAY:
                self._tokens_at = self._at
            metadata[key] = self._value(kind)
        offset = max((self._tensor() for _ in range(tensors)), default=0)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise ValueError(alignment)
        return Header(metadata, math.ceil(self._at / alignment) * alignment + offset, self._special(metadata))

    def _special(self, metadata: dict[str, Any]) -> dict[str, str]:
        found = {}
        for name, key in _SPECIAL.items():
            text = self._token(metadata.get(key))
            if text is not None:
                found[name] = text
        return found

    def _token(self, index: Any) -> str | None:
        """The text of a token; None where there is no such token."""
        if self._tokens_at is None or not isinstance(index, int):
            return None
        self._at = self._tokens_at
        element, count = self._take("IQ")
        if element != _STRING or not 0 <= index < count:
            return None
        self._skip_strings(index)
        return self._string()

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def _one(self, layout: str) -> Any:
        return self._take(layout)[0]

    def _string(self) -> str:
        length = self._one("Q")
        if length > _LONGEST:
            raise ValueError(length)
        return str(self._one(f"{length}s"), "utf-8", "replace")

    def _value(self, kind: int) -> Any:
        """A scalar or a text; None for an array, which is only stepped over."""
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._one(_layout(kind))
        element, count = self._take("IQ")
        if element == _STRING:
            self._skip_strings(count)
        else:  # arrays of arrays are not in use; llama.cpp does not read them, either
            self._at += count * struct.calcsize(f"<{_layout(element)}")
        return None

    def _skip_strings(self, count: int) -> None:
        data, at = self._data, self._at
        length = struct.Struct("<Q").unpack_from
        for _ in range(count):
            at += 8 + length(data, at)[0]
        self._at = at

    def _tensor(self) -> int:
        """Where the data of one tensor starts, counted from the first."""
        self._string()
        dimensions = self._one("I")
        if dimensions > _DIMENSIONS:
            raise ValueError(dimensions)
        return int(self._take(f"{dimensions}QIQ")[-1])


def _layout(kind: int) -> str:
    if kind not in _SCALARS:
        raise ValueError(kind)
    return _SCALARS[kind]
