"""What a function takes."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable
from typing import Any


class ArgumentsError(Exception):
    """The arguments of a call do not fit; the text tells the model why."""


class Parameters:
    """What a function takes: as a JSON Schema, and as typed values."""

    def __init__(self, function: Callable[..., Any], injected: type, *, method: bool = False) -> None:
        signature = inspect.signature(function)
        target = function if inspect.isroutine(function) else type(function).__call__
        hints = typing.get_type_hints(inspect.unwrap(target), include_extras=True)
        names = list(signature.parameters)[1 if method else 0 :]
        self._injected = [n for n in names if typing.get_origin(hints.get(n)) is injected or hints.get(n) is injected]
        self._fields = {n: signature.parameters[n] for n in names if n not in self._injected}
        self._hints = hints
        self.description = (inspect.getdoc(function) or "").split("\n\n")[0]
        self._adapter: Any = None

    @property
    def takes_context(self) -> bool:
        return bool(self._injected)

    def _type(self) -> Any:
        if self._adapter is None:
            import typing_extensions as te
            from pydantic import ConfigDict, TypeAdapter, with_config

            fields = {
                name: (te.Required if p.default is p.empty else te.NotRequired)[self._hints.get(name, Any)]
                for name, p in self._fields.items()
            }
            made: Any = te.TypedDict("Arguments", fields)
            self._adapter = TypeAdapter(with_config(ConfigDict(extra="forbid"))(made))
        return self._adapter

    def schema(self) -> dict[str, Any]:
        found = self._type().json_schema()
        properties = {
            name: {"type": "string", "description": name, **value} for name, value in found["properties"].items()
        }
        return {"type": "object", "properties": properties, "required": found.get("required", [])}

    def read(self, text: str) -> tuple[dict[str, Any], tuple[tuple[str, str, str], ...]]:
        try:
            return self._type().validate_json(text or "{}"), ()
        except ValueError as error:
            raise ArgumentsError(str(error)) from None

    def bind(self, values: dict[str, Any], context: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (), values | dict.fromkeys(self._injected, context)


_ = json
