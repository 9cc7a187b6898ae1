"""One value to be found: its place in an object, and the words that describe it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..formats import format_of
from ..schemas import Schema, as_schema, choices_of, closed_values, kinds_of, properties_of, required_of
from .signature import words_of
from .stems import content_stems, stem


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
        return description_of(self.schema)

    def under(self, schema: Schema, *, required: bool | None = None) -> Slot:
        """The same place with another schema, for example one of several choices."""
        shared = {"description": self.description} if self.description else {}
        return replace(self, schema=shared | dict(schema), required=self.required if required is None else required)


def slots_of(schema: Schema) -> Iterator[Slot]:
    """The places of an object: texts last, for they may be anything, and the optional ones after the required."""
    properties = properties_of(schema)
    required = required_of(schema)
    words = {name: _about(name, properties[name]) for name in properties}
    order = sorted(properties, key=lambda name: (is_open(properties[name]), name not in required))
    for name in order:
        rest = [other for other in properties if other != name]
        yield Slot(
            name,
            properties[name],
            name in required,
            words[name],
            frozenset[str]().union(*(words[other] for other in rest)),
            tuple(properties[other] for other in rest),
            not required and name == next(filter(lambda other: is_open(properties[other]), order), None),
        )


def is_open(schema: Schema) -> bool:
    """Whether any words can be a value."""
    if closed_values(schema) or format_of(schema) is not None:
        return False
    choices = choices_of(schema)
    if choices:
        return any(map(is_open, choices))
    kinds = kinds_of(schema)
    return "string" in kinds or ("array" in kinds and "items" in schema and is_open(as_schema(schema["items"])))


def description_of(schema: Schema) -> str:
    """What a schema says about its values; empty where it says nothing."""
    description = schema.get("description")
    return description if isinstance(description, str) else ""


def _about(name: str, schema: Schema) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(name)) | content_stems(description_of(schema))
