"""JSON Schemas as grammars: each of their values in one way, and nothing else.

A value is written with the spaces that `json.dumps` and the models' own templates write, and no others; properties
stand in the order of the schema. What nothing bounds gets a bound, so that weak models come to an end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..schemas import as_schema, count_of, named_kinds, number_of, required_of
from ..validation import valid
from .alternatives import apart
from .flattening import Flat, Flattener, UnsayableError, merged
from .lark import Rules, json_rule, literal, one_of, pattern, repeated
from .ranges import NUMBER, at_least, at_most, whole
from .writing import Writing

MOST_PLACES = 300
"""Properties of an object, or choices of an `anyOf`: llguidance gives up on a text that can go on in 2,000 ways."""
MOST_MULTIPLES = 200
"""Multiples of a number that are written one by one."""


_INSIDE = {"properties", "additionalProperties", "items", "prefixItems"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where values end that a schema does not bound; a schema's own upper bounds are lowered to these, too."""

    text: int | None = None
    """Characters; None: as many as the reply may have. Counting them makes the masks of texts ten times as slow."""
    items: int = 200
    depth: int = 6
    """How often a definition may stand inside itself."""
    free: int = 2
    """Lists and objects inside each other where any value goes."""
    calls: int = 16
    """Of one reply."""


class Values:
    """The rules of the values of one schema.

    Args:
        rules: Takes them in.
        root: The schema.
        bounds: For what it does not bound.
        writing: How values are written.
    """

    def __init__(self, rules: Rules, root: Any, bounds: Bounds, writing: Writing | None = None) -> None:
        self._rules = rules
        self._flattener = Flattener(root)
        self._root = root
        self._bounds = bounds
        self._writing = writing or Writing()
        self._known: dict[tuple[int, int, int], str | None] = {}
        self._kept: list[Any] = []

    def value(self) -> str | None:
        """The rule of the values; None where there are none.

        Raises:
            UnsayableError: The schema asks for what a grammar cannot say.
        """
        return self._of(self._root, self._bounds.depth, self._bounds.free)

    def arguments(self, close: str = "}") -> str | None:
        """The rule of the values as a call has them: an object, or keyword arguments without their first bracket.

        Args:
            close: What ends keyword arguments.
        """
        found = self._flattener.flat(self._root, self._bounds.depth)
        if found is None:
            return None
        schema, depth = {**found[0], "type": "object"}, found[1]
        if schema.keys() & {"anyOf", "oneOf", "enum", "const"}:
            if self._writing.keywords:
                raise UnsayableError("a choice between whole argument lists")
            return self._flat(schema, depth, self._bounds.free)
        pairs = self._pairs({"properties": {}, **schema}, depth, self._bounds.free, top=True, close=close)
        if pairs is None or self._writing.keywords:
            return pairs
        return self._rules.rule(f'"{{" {pairs}')

    def _of(self, schema: Any, depth: int, free: int) -> str | None:
        place = id(schema), depth, free
        if place not in self._known:
            self._kept.append(schema)  # its id must stay its own
            found = self._flattener.flat(schema, depth)
            self._known[place] = None if found is None else self._flat(*found, free)
        return self._known[place]

    def _flat(self, schema: Flat, depth: int, free: int) -> str | None:
        for name in ("anyOf", "oneOf"):
            if isinstance(schema.get(name), list):
                return self._chosen(schema, name, depth, free)
        if "const" in schema or isinstance(schema.get("enum"), list):
            return self._closed(schema)
        kinds = kinds_of(schema)
        if not kinds:
            return self._anything(depth, free)
        found = [self._kind(kind, schema, depth, free) for kind in kinds]
        return self._one_of(found)

    def _kind(self, kind: str, schema: Flat, depth: int, free: int) -> str | None:
        if kind == "object":
            pairs = self._pairs(schema, depth, free)
            return None if pairs is None else self._rules.rule(f'"{{" {pairs}')
        if kind == "array":
            return self._array(schema, depth, free)
        if kind == "string":
            return self._writing.text(self._rules, schema, self._bounds.text)
        if kind in ("integer", "number"):
            return self._number(schema, integer=kind == "integer")
        return self._words([True, False] if kind == "boolean" else [None])

    def _closed(self, schema: Flat) -> str | None:
        return self._words(self._allowed(schema))

    def _allowed(self, schema: Flat) -> list[Any]:
        """The values of an enumeration that satisfy what stands beside it."""
        values = schema["enum"] if isinstance(schema.get("enum"), list) else [schema["const"]]
        others = {name: value for name, value in schema.items() if name != "enum"}
        if schema.keys() & _INSIDE and any(isinstance(value, (dict, list)) for value in values):
            raise UnsayableError("an enumeration of lists or objects beside what they must have inside")
        return [value for value in values if valid(value, others)]

    def _words(self, values: list[Any]) -> str | None:
        return self._writing.words(self._rules, values)

    def _chosen(self, schema: Flat, name: str, depth: int, free: int) -> str | None:
        return self._one_of([self._flat(choice, left, free) for choice, left in self._choices(schema, name, depth)])

    def _choices(self, schema: Flat, name: str, depth: int) -> list[tuple[Flat, int]]:
        """What each choice says together with what stands beside them."""
        base = {key: value for key, value in schema.items() if key != name}
        if len(schema[name]) > MOST_PLACES:
            raise UnsayableError(f"a choice of {len(schema[name])} (at most {MOST_PLACES})")
        flat = [found for choice in schema[name] if (found := self._flattener.flat(choice, depth)) is not None]
        if name == "oneOf" and not apart([merged(base, choice) or {} for choice, _ in flat]):
            raise UnsayableError("oneOf whose choices nothing tells apart; anyOf says the same to a model")
        both = [(merged(base, choice), left) for choice, left in flat]
        return [(choice, left) for choice, left in both if choice is not None]

    def _one_of(self, names: list[str | None]) -> str | None:
        found = [name for name in names if name is not None]
        return self._rules.rule(one_of(found)) if found else None

    def _anything(self, depth: int, free: int) -> str | None:
        kinds = ["string", "number", "boolean", "null", *(["array", "object"] if free > 0 else [])]
        return self._one_of([self._kind(kind, {}, depth, free - 1) for kind in kinds])

    def _number(self, schema: Flat, *, integer: bool) -> str | None:
        least, most, strict = _limits(schema)
        step = number_of(schema, "multipleOf")
        if step is not None and not (integer and step == 1):
            return self._multiples(schema, step, integer=integer or float(step).is_integer())
        if integer:
            low = None if least is None else math.floor(least) + 1 if strict[0] else math.ceil(least)
            high = None if most is None else math.ceil(most) - 1 if strict[1] else math.floor(most)
            regex = whole(low, high)
            return None if regex is None else self._rules.terminal(pattern(regex))
        if least is not None and most is not None and (least > most or (least == most and any(strict))):
            return None
        parts = [at_least(least, strict=strict[0])] if least is not None else []
        parts += [at_most(most, strict=strict[1])] if most is not None else []
        return self._rules.terminal(" & ".join(map(pattern, parts)) or pattern(NUMBER))

    def _multiples(self, schema: Flat, step: float, *, integer: bool) -> str | None:
        least, most, _ = _limits(schema)
        if integer and least is not None and most is not None and step >= 1 and most - least <= step * MOST_MULTIPLES:
            first = math.ceil(least / step)
            values = [int(step) * place for place in range(first, math.floor(most / step) + 1)]
            return self._words([value for value in values if valid(value, {**schema, "type": "integer"})])
        bounds = {name: value for name, value in schema.items() if name == "multipleOf" or "imum" in name}
        return self._rules.rule(json_rule({**bounds, "type": "integer" if integer else "number"}))

    def _array(self, schema: Flat, depth: int, free: int) -> str | None:
        fixed = [self._of(item, depth, free) for item in schema.get("prefixItems") or []]
        item = self._of(schema.get("items", True), depth, free)
        least, limit = count_of(schema, "minItems") or 0, count_of(schema, "maxItems")
        most = max(least, self._bounds.items if limit is None else min(limit, self._bounds.items))
        if limit is not None and limit < least:
            return None
        closed = item is None or most <= len(fixed) or (bool(fixed) and "items" not in schema and least <= len(fixed))
        rest = "" if closed else item or ""
        if None in fixed[:most]:
            most = fixed.index(None)
        if most < least or (least > len(fixed) and not rest):
            return None
        return self._rules.rule(f'"[" {self._listed([name or "" for name in fixed[:most]], rest, least, most)} "]"')

    def _listed(self, fixed: list[str], rest: str, least: int, most: int) -> str:
        """Items with commas: each of the first its own, then further ones."""
        further = ""
        if rest and most > len(fixed):
            comma = f"{literal(self._writing.comma)} {rest}"
            low, high = max(least - len(fixed), 0), most - len(fixed)
            if not fixed:
                some = f"{rest} {repeated(comma, max(low - 1, 0), high - 1)}"
                return some if low else f"({some})?"
            further = repeated(comma, low, high)
        for place in range(len(fixed) - 1, -1, -1):
            head = f"{literal(self._writing.comma)} " if place else ""
            further = f"{head}{fixed[place]} {further}"
            further = further if place < least else f"({further})?"
        return further

    def _pairs(self, schema: Flat, depth: int, free: int, *, top: bool = False, close: str = "}") -> str | None:
        """Properties in their order, with commas and the last bracket; None where one that is required has no value."""
        properties = {str(name): each for name, each in as_schema(schema.get("properties")).items()}
        needed, other = required_of(schema), schema.get("additionalProperties")
        undeclared = [name for name in needed if name not in properties]
        named = {**properties, **dict.fromkeys(undeclared, True if other is None else other)}
        if len(named) > MOST_PLACES:
            raise UnsayableError(f"an object of {len(named)} properties (at most {MOST_PLACES})")
        pairs: list[tuple[str, bool]] = []
        for name, each in named.items():
            with _inside(name):
                found = self._argument(each, depth, free) if top else self._of(each, depth, free)
            if found is None and name in needed:
                return None
            if found is not None:
                pairs.append((self._rules.rule(f"{self._head(name, top)} {found}"), name in needed))
        open_ended = "properties" not in schema if other is None else other is not False
        if top and self._writing.keywords:
            open_ended = False
        rest = self._others(schema, list(named), True if other is None else other, depth, free) if open_ended else ""
        least, most = count_of(schema, "minProperties") or 0, count_of(schema, "maxProperties")
        if least > len(needed) or (most is not None and most < len(pairs)):
            raise UnsayableError("a number of properties (minProperties, maxProperties)")
        comma = self._writing.between if top and self._writing.keywords else self._writing.comma
        return self._chain(pairs, rest, close, f"{literal(comma)} " if comma else "")

    def _argument(self, schema: Any, depth: int, free: int) -> str | None:
        """The value of an argument of a call."""
        return self._of(schema, depth, free)

    def _others(self, schema: Flat, named: list[str], values: Any, depth: int, free: int) -> str:
        """Pairs whose names are not declared, with commas; empty where none can be."""
        value = self._of(values, depth, free)
        limit = count_of(schema, "maxProperties")
        most = self._bounds.items if limit is None else min(limit, self._bounds.items)
        if value is None or most <= len(named):
            return ""
        name, colon = self._writing.key(self._rules, named), literal(self._writing.colon)
        pair = self._rules.rule(f"{name} {colon} {value}")
        more = repeated(f"{literal(self._writing.comma)} {pair}", 0, most - len(named) - 1)
        return self._rules.rule(f"{pair} {more}")

    def _head(self, name: str, top: bool) -> str:
        if top and self._writing.keywords:
            return literal(self._writing.argument(name))
        return self._writing.name(name)

    def _chain(self, pairs: list[tuple[str, bool]], rest: str, close: str, comma: str) -> str:
        """Pairs in their order, each required or not, then others, then a bracket: each pair written once.

        The bracket belongs to the chain, and a comma is followed by all that may come, not the other way round: what
        may follow a number llguidance tries for every byte, and what may be empty it finishes at every step.
        """
        end = literal(close)
        more, optional = f"{rest} {end}" if rest else "", True
        tail = f"{end} | {comma}{more}" if rest else end
        for pair, needed in reversed(pairs):
            skipped = f" | {more}" if more and not needed else ""
            more = self._rules.rule(f"{pair} {self._rules.rule(tail)}{skipped}")
            optional = optional and not needed
            tail = f"{end} | {comma}{more}" if optional else f"{comma}{more}"
        return self._rules.rule(one_of([*([end] if optional else []), *([more] if more else [])]))


@contextmanager
def _inside(name: str) -> Iterator[None]:
    """Say in errors that they are inside a property."""
    try:
        yield
    except UnsayableError as error:
        error.path.append(name)
        raise


def _limits(schema: Mapping[str, Any]) -> tuple[float | None, float | None, tuple[bool, bool]]:
    """Lower and upper bound of a number, and whether each is left out itself."""
    least, above = number_of(schema, "minimum"), number_of(schema, "exclusiveMinimum")
    most, below = number_of(schema, "maximum"), number_of(schema, "exclusiveMaximum")
    lower = above is not None and (least is None or above >= least)
    upper = below is not None and (most is None or below <= most)
    return above if lower else least, below if upper else most, (lower, upper)


def kinds_of(schema: Flat) -> tuple[str, ...]:
    """The types that a value is written in: those that are named, or the one that other keywords speak of."""
    named = named_kinds(schema)
    if named:
        return tuple(kind for kind in named if kind != "integer" or "number" not in named)
    spoken = (
        ("object", ("properties", "required", "additionalProperties", "minProperties", "maxProperties")),
        ("array", ("items", "prefixItems", "minItems", "maxItems")),
        ("string", ("pattern", "format", "minLength", "maxLength")),
        ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
    )
    return tuple(kind for kind, words in spoken if any(word in schema for word in words))[:1]
