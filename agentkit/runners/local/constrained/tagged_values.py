"""Arguments between tags: texts as they are, everything else as JSON."""

from __future__ import annotations

import json
from typing import Any

from .flattening import Flat, UnsayableError
from .lark import literal, one_of
from .plain_texts import plain_text
from .tagged_reading import END, as_json
from .values import Values, kinds_of

_ANY = ("string", "number", "boolean", "null", "array", "object")


class TaggedValues(Values):
    """The rules of the arguments of one tool. Each of them ends with its tag.

    Where an argument may be a text or something else, a text that is JSON is written as JSON, in quotation marks, so
    that what is read is what was allowed.
    """

    def texts(self) -> frozenset[str]:
        """The arguments that are always texts.

        Raises:
            UnsayableError: The schema asks for what a grammar cannot say.
        """
        found = self._flattener.flat(self._root, self._bounds.depth)
        if found is None:
            return frozenset()
        properties = found[0].get("properties") or {}
        flat = {name: self._flattener.flat(each, found[1]) for name, each in properties.items()}
        return frozenset(name for name, each in flat.items() if each and self._only_texts(*each))

    def _argument(self, schema: Any, depth: int, free: int) -> str | None:
        found = self._flattener.flat(schema, depth)
        return self._one_of(self._forms(*found, free, apart=not self._only_texts(*found))) if found else None

    def _only_texts(self, schema: Flat, depth: int) -> bool:
        for name in ("anyOf", "oneOf"):
            if isinstance(schema.get(name), list):
                return all(self._only_texts(*choice) for choice in self._choices(schema, name, depth))
        if "const" in schema or isinstance(schema.get("enum"), list):
            return all(isinstance(value, str) for value in self._allowed(schema))
        return kinds_of(schema) == ("string",)

    def _forms(self, schema: Flat, depth: int, free: int, *, apart: bool) -> list[str | None]:
        """What a value may be, each way with the tag behind it."""
        for name in ("anyOf", "oneOf"):
            if isinstance(schema.get(name), list):
                choices = self._choices(schema, name, depth)
                return [form for choice, left in choices for form in self._forms(choice, left, free, apart=apart)]
        if "const" in schema or isinstance(schema.get("enum"), list):
            words = [literal(_word(value, apart) + END) for value in self._allowed(schema)]
            return [self._rules.terminal(one_of(words)) if words else None]
        kinds = kinds_of(schema)
        forms: list[str | None] = []
        for kind in kinds or _ANY:
            if kind == "string":
                plain = plain_text(schema, self._bounds.text, END, apart=apart)
                forms.append(None if plain is None else self._rules.terminal(plain))
            if kind in ("boolean", "null"):
                words = ["true", "false"] if kind == "boolean" else ["null"]
                forms.append(self._rules.terminal(one_of(literal(word + END) for word in words)))
            elif kind != "string" or apart:
                found = self._kind(kind, schema, depth, free if kinds else free - 1)
                forms.append(None if found is None else self._rules.rule(f"{found} {literal(END)}"))
        return forms


def _word(value: Any, apart: bool) -> str:
    if not isinstance(value, str) or (apart and as_json(value) == value):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if END.rstrip() in value:
        raise UnsayableError(f"a text that contains {END.strip()!r} at the start of a line")
    return value
