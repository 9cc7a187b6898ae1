"""One value to be found: its place in an object, and the words that describe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..formats import FORMATS
from ..grammar import kinds_of
from .signature import words_of
from .stems import content_stems, stem

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter, or a property of a nested object."""

    name: str
    schema: Schema
    required: bool
    about: frozenset[str]
    """Stems of the words that describe it."""
    others: frozenset[str]
    """Stems of the words that describe its siblings."""
    siblings: tuple[Schema, ...]
    """The schemas of the others."""
    alone: bool
    """Whether nothing else can be said: no other value is required, and none stands before it."""

    @property
    def description(self) -> str:
        return str(self.schema.get("description", ""))

    def under(self, schema: Schema, *, required: bool | None = None) -> Slot:
        """The same place with another schema, for example one of several choices."""
        shared = {"description": self.description} if self.description else {}
        return replace(self, schema=shared | dict(schema), required=self.required if required is None else required)


def slots_of(schema: Schema) -> Iterator[Slot]:
    """The places of an object: texts last, for they may be anything, and the optional ones after the required."""
    properties: Schema = schema.get("properties") or {}
    required = [name for name in properties if name in schema.get("required", ())]
    words = {name: _about(name, properties[name]) for name in properties}
    order = sorted(properties, key=lambda name: (is_open(properties[name]), name not in required))
    for name in order:
        rest = [other for other in properties if other != name]
        yield Slot(
            name,
            properties[name] if isinstance(properties[name], Mapping) else {},
            name in required,
            words[name],
            frozenset[str]().union(*(words[other] for other in rest)),
            tuple(properties[other] for other in rest),
            not required and name == next(filter(lambda other: is_open(properties[other]), order), None),
        )


def is_open(schema: Any) -> bool:
    """Whether any words can be a value."""
    if not isinstance(schema, Mapping) or "enum" in schema or schema.get("format") in FORMATS:
        return False
    kinds = kinds_of(schema)
    return "string" in kinds or ("array" in kinds and is_open(schema.get("items")))


def _about(name: str, schema: Any) -> frozenset[str]:
    description = schema.get("description", "") if isinstance(schema, Mapping) else ""
    return frozenset(stem(word) for word in words_of(name)) | content_stems(description)
