"""The arguments of a call, one value after the other, from what the request says."""

from __future__ import annotations

from typing import Any

from ..grammar import to_gbnf, to_json
from ..schemas import Schema, as_schema, choices_of, closed_values, kinds_of, properties_of
from ..validation import plainest, settle, valid
from .evidence import Evidence
from .slot import Slot, slots_of
from .texts import Texts
from .writing import Writer

MISSING: Any = object()
"""Nothing is said about an optional value."""


class Filler:
    """Fills objects. What comes out satisfies the schema, whatever the model writes, where `plainest` can satisfy it.

    Args:
        writer: Where the model writes.
        evidence: The request.
    """

    def __init__(self, writer: Writer, evidence: Evidence) -> None:
        self._writer = writer
        self._evidence = evidence
        self._texts = Texts(writer, evidence)

    def fill(self, schema: Schema) -> dict[str, Any]:
        """An object with every required value, and those optional ones that the request speaks of.

        Of several forms that an object may have (`anyOf`), it is the first.
        """
        schema = next(iter(choices_of(schema)), schema)
        values: dict[str, Any] = {}
        self._writer.add("{")
        for slot in slots_of(schema):
            begun = self._writer.length
            key = ("," if values else "") + to_json(slot.name) + ":"
            self._writer.add(key)
            found = self._checked(slot)
            self._writer.back_to(begun)
            if found is not MISSING:
                values[slot.name] = found
                self._writer.add(key + to_json(found))
        self._writer.add("}")
        return {name: values[name] for name in properties_of(schema) if name in values}

    def value(self, slot: Slot) -> Any:
        """A value for a slot, or `MISSING`; not checked."""
        schema = slot.schema
        values = closed_values(schema)
        if "const" in schema and values:
            return values[0] if slot.required else MISSING
        if values:
            return self._enum(values, slot.required)
        choices = choices_of(schema)
        if choices:
            return self._either(slot, [slot.under(choice) for choice in choices])
        kinds = kinds_of(schema)
        if len(kinds) > 1:
            return self._either(slot, [slot.under({**schema, "type": kind}) for kind in kinds])
        return self._of_kind(kinds[0], slot)

    def _checked(self, slot: Slot) -> Any:
        found = self.value(slot)
        if found is not MISSING:
            found = found if closed_values(slot.schema) else settle(found, slot.schema)
            if valid(found, slot.schema):
                return found
        return plainest(slot.schema) if slot.required else MISSING

    def _of_kind(self, kind: str, slot: Slot) -> Any:
        if kind in ("integer", "number"):
            return self._number(slot)
        if kind == "boolean":
            return self._boolean(slot)
        if kind == "array":
            return self._array(slot)
        if kind == "object":
            return self._object(slot)
        if kind == "null":
            return None if slot.required else MISSING
        found = self._texts.one(slot)
        return MISSING if found is None else found

    def _either(self, slot: Slot, choices: list[Slot]) -> Any:
        """The first choice that the request has a value for; where it has none, the first at all."""
        for required in (False, True) if slot.required else (False,):
            for choice in choices:
                found = self.value(choice.under(choice.schema, required=required))
                if found is not MISSING:
                    return found
        return MISSING

    def _enum(self, values: list[Any], required: bool) -> Any:
        mentioned = self._evidence.mentioned(values)
        if not mentioned and not required:
            return MISSING
        value = self._writer.choose(mentioned or values)
        self._evidence.use_words(value)
        return value

    def _boolean(self, slot: Slot) -> Any:
        flag = self._evidence.flag(slot.about - slot.others - self._evidence.topic or slot.about)
        if flag is not None:
            return flag
        return self._writer.choose([True, False]) if slot.required else MISSING

    def _number(self, slot: Slot) -> Any:
        found = self._evidence.numbers(slot)
        if not found:
            return self._free(slot)
        units = self._evidence.units
        value = self._writer.choose(list(dict.fromkeys(units[index].value for index in found)))
        self._evidence.use([next(index for index in found if units[index].value == value)])
        return value

    def _array(self, slot: Slot) -> Any:
        item = as_schema(slot.schema.get("items"))
        kinds = kinds_of(item)
        if "prefixItems" in slot.schema:
            return self._free(slot)
        if closed_values(item):
            return self._evidence.mentioned(closed_values(item)) or self._free(slot)
        if "number" in kinds or "integer" in kinds:
            found = self._evidence.numbers(slot.under(item))
            self._evidence.use(found)
            return [self._evidence.units[index].value for index in found] or self._free(slot)
        if kinds == ("string",):
            return self._texts.several(slot) or self._free(slot)
        if kinds == ("object",) and properties_of(item) and slot.required:
            self._writer.add("[")
            return [self.fill(item)]
        return self._free(slot)

    def _object(self, slot: Slot) -> Any:
        if not properties_of(slot.schema):
            return self._free(slot)
        before = set(self._evidence.used)
        found = self.fill(slot.schema)
        return found if slot.required or self._evidence.used != before else MISSING

    def _free(self, slot: Slot) -> Any:
        """Whatever the model writes, for required values that the request does not have."""
        if not slot.required:
            return MISSING
        found = self._writer.value(to_gbnf(slot.schema))
        return plainest(slot.schema) if found is None else found
