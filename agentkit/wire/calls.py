"""Tool calls, from whole items or from fragments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..generation import Repaired
from ..messages import ToolCall
from .ids import mint
from .json_text import parsed

EMPTY = ["{}"]
"""How some servers begin arguments whose fragments come later."""


@dataclass(slots=True)
class _Open:
    """A call that may still grow."""

    name: str = ""
    id: str | None = None
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)

    def complete(self) -> bool:
        return self.pieces[-1].rstrip()[-1:] == "}" and _object(self.arguments) is not None if self.pieces else False


class CallCollector:
    """Collects the `tool_calls` of one reply, in any of the shapes of contract/workers_ai.md sections 8.2 and 9.3.

    Fragments belong together by `index`, or by their place in the frame where there is none, or go on with the last
    call where that has none. A new id, another name, or
    the name again after complete arguments begins a new call on the same index (quirk Q48); a new id alone does not,
    while the arguments are not complete.
    """

    def __init__(self) -> None:
        self._calls: list[_Open] = []
        self._open: dict[str, _Open] = {}
        self._repairs: list[Repaired] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, items: Any, *, whole: bool) -> None:
        """Take the items of one frame, or of a whole reply; what is no item is dropped (quirk Q24)."""
        if isinstance(items, dict):
            items = [items]
        if not isinstance(items, list):
            return
        for position, item in enumerate(items):
            if isinstance(item, dict):
                self._add(item, position, whole=whole)

    def _add(self, item: Mapping[str, Any], position: int, *, whole: bool) -> None:
        function = item.get("function")
        if not isinstance(function, dict):
            function = item
        name, arguments = _text(function.get("name")), function.get("arguments", function.get("parameters"))
        call_id = _text(item.get("id"))
        piece = arguments if isinstance(arguments, str) else "" if arguments is None else _dumps(arguments)
        index = item.get("index")
        key = str(position if index is None else index)
        call = self._open.get(key)
        if call is None and index is None and self._calls and not (name or call_id):
            call = self._calls[-1]
        if call is None or whole or _begins(call, name, call_id, piece, arguments):
            if not (name or call_id or piece):
                return  # the end of a call that was none, or already has ended
            call = self._open[key] = _Open()
            self._calls.append(call)
        call.name = call.name or name
        call.id = call.id or call_id or None
        if piece:
            if call.pieces == EMPTY:
                call.pieces.clear()
            call.pieces.append(piece)

    def finish(self) -> tuple[list[ToolCall], list[Repaired]]:
        """The calls in their order, with ids of ours (quirk Q25), and what had to be mended."""
        given = Counter(call.id for call in self._calls)
        calls = []
        for call in self._calls:
            if call.name:
                original = call.id if given[call.id] == 1 else None
                calls.append(ToolCall(mint(), call.name, self._arguments(call), original))
            else:
                self._repairs.append(Repaired("a call without a name was dropped", call.arguments, ""))
        return calls, self._repairs

    def _arguments(self, call: _Open) -> str:
        text = call.arguments
        if not text.strip() or text.strip() == "null":
            return "{}"
        inner = parsed(text)
        if isinstance(inner, str):
            if not inner.strip():
                return "{}"
            if _object(inner) is not None:
                self._repairs.append(Repaired("arguments were encoded twice", text, inner))
                return inner
        return text


def _begins(call: _Open, name: str, call_id: str, piece: str, arguments: Any) -> bool:
    """Whether an item begins a new call where one is open."""
    if call_id and call.id and call_id != call.id:
        return bool(name) or call.complete()
    if call.pieces == EMPTY:  # the arguments, or only what stands for none yet
        again = name == call.name and (not piece or (call_id and call_id == call.id))
        return bool(name and call.name and not again)
    if isinstance(arguments, dict) and call.pieces:
        return True
    if not name or not call.name:
        return False
    return name != call.name or bool(piece and call.complete())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(text: str) -> dict[str, Any] | None:
    value = parsed(text)
    return value if isinstance(value, dict) else None
