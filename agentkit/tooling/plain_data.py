"""Any Python value as JSON data."""

from __future__ import annotations

import base64
import dataclasses
import re
import sys
from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from datetime import date, time
from enum import Enum
from itertools import islice
from typing import Any

DEEPEST = 40
"""Levels below which a value is only named."""
MOST_ITEMS = 10_000
"""Items of an iterator, or numbers of an array, that are read."""
MOST_OBJECTS = 100_000
"""Lists, dicts and other objects in all; those that come after them are left out."""

_SCALARS = frozenset((str, bool, type(None)))
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def plain_data(value: Any) -> Any:
    """The value as dicts, lists, texts, numbers, booleans and None; what has no such form becomes a text.

    A pydantic model, dataclass or NamedTuple becomes an object, a set a sorted list, an Enum its value. An object
    inside itself, and what lies too deep, is only named. Never raises.
    """
    return _Walk().plain(value, ())


def bytes_as_text(data: bytes) -> str:
    """Bytes as the text that they are, else as Base64 with a note.

    >>> bytes_as_text(b"\\xff\\x00")
    '2 bytes of binary data, as Base64: /wA='
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" not in text:
        return text
    return f"{len(data):,} bytes of binary data, as Base64: {base64.b64encode(data).decode()}"


class _Walk:
    """One pass over a value. `above` are the ids of the values that hold the one at hand."""

    def __init__(self) -> None:
        self._left = MOST_OBJECTS

    def plain(self, value: Any, above: tuple[int, ...]) -> Any:
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is int:
            return value if value.bit_length() < 10_000 else f"a whole number of {value.bit_length():,} bits"
        if kind is float:
            return value if value - value == 0 else str(value)
        self._left -= 1
        if self._left < 0:
            return "..."
        if id(value) in above or len(above) > DEEPEST:
            return f"<{kind.__name__} inside itself>" if id(value) in above else f"<{kind.__name__}>"
        try:
            return self._opened(value, (*above, id(value)))
        except Exception:
            return _described(value)

    def _opened(self, value: Any, above: tuple[int, ...]) -> Any:
        """Step into a value; its own code may raise anything."""
        if isinstance(value, Enum):
            return self.plain(value.value, above)
        if isinstance(value, Mapping):
            return self._object(((_key(key), key, item) for key, item in value.items()), above)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self._object(((name, name, getattr(value, name)) for name in value._fields), above)
        if isinstance(value, (list, tuple, KeysView, ValuesView, ItemsView)):
            return [self.plain(item, above) for item in value]
        if isinstance(value, Set):
            return sorted((self.plain(item, above) for item in value), key=lambda item: (str(type(item)), str(item)))
        if isinstance(value, Iterator):
            return [self.plain(item, above) for item in islice(value, MOST_ITEMS)]
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            return self._object(((name, name, getattr(value, name)) for name in names), above)
        return self._of_library(value, above)

    def _object(self, items: Iterator[tuple[str, Any, Any]], above: tuple[int, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, key, item in items:
            unique = name if name not in made else f"{name} ({type(key).__name__})"
            made[unique] = self.plain(item, above)
        return made

    def _of_library(self, value: Any, above: tuple[int, ...]) -> Any:
        """Values that are one thing, and those of pydantic and numpy."""
        if isinstance(value, (str, int, float)):
            kind = next(each for each in (str, int, float) if isinstance(value, each))
            return self.plain(kind.__str__(value) if kind is str else kind(value), above)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes_as_text(bytes(value))
        if isinstance(value, (date, time)):
            return value.isoformat()
        if hasattr(type(value), "__pydantic_serializer__") and hasattr(value, "model_dump"):
            return self.plain(value.model_dump(warnings=False), above)
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, (numpy.generic, numpy.ndarray)):
            return self._of_numpy(value, above)
        if isinstance(value, Sequence):
            return [self.plain(item, above) for item in value]
        return self._of_object(value, above)

    def _of_numpy(self, value: Any, above: tuple[int, ...]) -> Any:
        if getattr(value, "size", 1) > MOST_ITEMS:
            return f"array of shape {value.shape}, {value.dtype}:\n{value}"
        data = value.tolist()
        return str(value) if type(data) is type(value) else self.plain(data, above)

    def _of_object(self, value: Any, above: tuple[int, ...]) -> Any:
        """An object says itself what it is; where it does not, its public attributes do."""
        kind: Any = type(value)
        silent = kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__
        if not silent or not hasattr(value, "__dict__"):
            return _described(value)
        public = ((name, name, item) for name, item in vars(value).items() if not name.startswith("_"))
        return self._object(public, above) or f"<{kind.__name__}>"


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, Enum):
        return _key(key.value)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return key.isoformat() if isinstance(key, (date, time)) else _described(key)


def _described(value: Any) -> str:
    """What a value says of itself, without memory addresses, which mean nothing and change."""
    kind = type(value)
    try:
        text = repr(value) if isinstance(value, (BaseException, type)) else str(value)
        return _ADDRESS.sub("", text)
    except Exception as error:
        return f"<{kind.__name__} that cannot be shown: {type(error).__name__}>"
