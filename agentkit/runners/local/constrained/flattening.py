"""JSON Schemas without `$ref` and `allOf`: what they point at and add up to, in one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ..schemas import TYPES, named_kinds
from ..validation import valid

Flat = dict[str, Any]

SAID = {
    *("type", "enum", "const", "anyOf", "oneOf", "format", "pattern", "minLength", "maxLength", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("items", "prefixItems", "minItems", "maxItems"),
    *("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
}
"""Keywords that a grammar can say."""
UNSAID = {
    *("not", "if", "then", "else", "contains", "minContains", "maxContains", "uniqueItems", "unevaluatedItems"),
    *("dependentRequired", "dependentSchemas", "dependencies", "propertyNames", "patternProperties"),
    *("unevaluatedProperties", "$dynamicRef", "$recursiveRef", "additionalItems"),
}
"""Keywords that it cannot, unless they say nothing. All others only describe."""
_OFF = {"not", "uniqueItems", "unevaluatedItems", "unevaluatedProperties"}
"""Those that say nothing where they are false, or nothing about what is written here: only what is declared."""
_EMPTY = {"patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies"}
_LARGER, _SMALLER = (
    ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"),
    (*("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"),),
)


MOST_CHOICES = 1000
"""Of the choices that an `allOf` of several `anyOf` comes to: each further one multiplies them."""


class UnsayableError(Exception):
    """A schema asks for what no grammar here can say."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.path: list[str] = []
        """Where in the schema, from the inside out."""


class Flattener:
    """Follows the references inside one schema.

    Args:
        root: The schema that they point into.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._recursive: dict[str, bool] = {}

    def flat(self, schema: Any, depth: int) -> tuple[Flat, int] | None:
        """A schema in one object, and how often a definition may still be entered that contains itself.

        None where nothing satisfies it, or where `depth` is used up.

        Raises:
            UnsayableError: It has a keyword that a grammar cannot say.
        """
        if not isinstance(schema, Mapping):
            return None if schema is False else ({}, depth)
        _refuse(schema)
        found: Flat | None = {key: value for key, value in schema.items() if key in SAID}
        for part, cost in self._parts(schema):
            if depth < cost:
                return None
            inner = self.flat(part, depth - cost)
            if inner is None or found is None:
                return None
            found, depth = merged(found, inner[0]), inner[1]
        return None if found is None else (found, depth)

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[tuple[Any, int]]:
        """What a schema includes by `$ref` and `allOf`, and whether that may go on without end."""
        pointer = schema.get("$ref")
        if isinstance(pointer, str):
            yield self._target(pointer), int(self._contains_itself(pointer))
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            yield part, 0

    def _target(self, pointer: str) -> Any:
        found = self._root
        if not pointer.startswith("#"):
            raise UnsayableError(f"$ref {pointer!r} points outside of the schema")
        for step in pointer[1:].split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(name)] if isinstance(found, list) else found[name]
            except (LookupError, TypeError, ValueError):
                raise UnsayableError(f"$ref {pointer!r} points at nothing") from None
        return found

    def _contains_itself(self, pointer: str) -> bool:
        if pointer not in self._recursive:
            seen: set[str] = set()
            left = list(_pointers(self._target(pointer)))
            while left:
                each = left.pop()
                if each not in seen:
                    seen.add(each)
                    left += _pointers(self._target(each))
            self._recursive[pointer] = pointer in seen
        return self._recursive[pointer]


def merged(one: Flat, other: Flat) -> Flat | None:
    """A flat schema that says what two say; None where they contradict each other."""
    result = {**one, **other}
    for key in one.keys() & other.keys() - {"properties", "additionalProperties"}:
        if repr(one[key]) != repr(other[key]):  # in JSON, 1 is not true
            value = _both(key, one[key], other[key])
            if value is None:
                return None
            result[key] = value
    if "properties" in result:
        result["properties"] = _properties(one, other)
    if "additionalProperties" in one and "additionalProperties" in other:
        result["additionalProperties"] = _all(one["additionalProperties"], other["additionalProperties"])
    return result


def _both(key: str, one: Any, other: Any) -> Any:
    if key in _LARGER:
        return max(one, other)
    if key in _SMALLER:
        return min(one, other)
    if key == "required":
        return list(dict.fromkeys([*one, *other]))
    if key == "type":
        kinds = [*_narrower({"type": one}, {"type": other}), *_narrower({"type": other}, {"type": one})]
        return list(dict.fromkeys(kinds)) or None
    if key == "enum":
        return [value for value in one if valid(value, {"enum": other})] or None
    if key == "items":
        return _all(one, other)
    if key == "anyOf":
        if len(one) * len(other) > MOST_CHOICES:
            raise UnsayableError(f"allOf that mixes {len(one) * len(other):,} choices (at most {MOST_CHOICES:,})")
        return [_all(each, another) for each in one for another in other]
    raise UnsayableError(f"allOf with two of {key!r}")


def _narrower(one: Flat, other: Flat) -> list[str]:
    """The types of one schema that another allows, too."""
    allowed = named_kinds(other)
    return [kind for kind in named_kinds(one) if kind in allowed or (kind == "integer" and "number" in allowed)]


def _properties(one: Flat, other: Flat) -> dict[str, Any]:
    found: dict[str, Any] = {}
    mine, theirs = (dict(each.get("properties") or {}) for each in (one, other))
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        found[name] = _all(
            mine.get(name, one.get("additionalProperties", True)),
            theirs.get(name, other.get("additionalProperties", True)),
        )
    return found


def _all(one: Any, other: Any) -> Any:
    """A schema that says what two say."""
    if one is True or one == other:
        return other
    if other is True:
        return one
    return False if one is False or other is False else {"allOf": [one, other]}


def _refuse(schema: Mapping[str, Any]) -> None:
    for key in UNSAID & schema.keys():
        nothing: tuple[Any, ...] = (False,) if key in _OFF else (True, {}) if key in _EMPTY else ()
        if schema[key] not in nothing:
            raise UnsayableError(f"the keyword {key!r}")
    kind = schema.get("type")
    for name in kind if isinstance(kind, list) else [kind]:
        if name is not None and name not in TYPES:
            raise UnsayableError(f"the type {name!r}")


def _pointers(schema: Any) -> Iterator[str]:
    """All references in a schema."""
    left = [schema]
    while left:
        each = left.pop()
        if isinstance(each, Mapping):
            if isinstance(each.get("$ref"), str):
                yield each["$ref"]
            left += [value for key, value in each.items() if key not in ("enum", "const", "default", "examples")]
        elif isinstance(each, list):
            left += each
