"""The form of a call: what a model is told that it may give, and the check of what it gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from typing import Any

from .fields import REST, Field
from .nodes import Node, as_property, finished


class Form:
    """Fields as one JSON object.

    A single required parameter that is an object itself, as in `f(person: Person)`, is laid flat: the model gives the
    fields of Person, which small models get right more often than an object inside an object.

    Args:
        fields: What a call may give, in the order of the signature.
        reserved: Names of parameters that a call must not give, not even through `**kwargs`.

    Raises:
        Exception: Of pydantic, for a type that cannot be described; `refusal.explained` says which.
    """

    def __init__(self, fields: Sequence[Field], reserved: Set[str] = frozenset()) -> None:
        self.fields = fields
        self.flat: Field | None = None
        """The only field, where it is laid flat."""
        self._reserved = reserved
        self._rest = next((field for field in fields if field.rest), None)
        self._validator: Any = None
        """A `pydantic.TypeAdapter` or `pydantic_core.SchemaValidator`; both have `validate_json`."""
        self._loose = False
        self.schema: dict[str, Any] = self._schema()
        """The JSON Schema of the arguments, as it is sent."""

    def validate(self, text: str) -> dict[str, Any]:
        """Typed values by parameter name.

        Args:
            text: JSON text of an object.

        Raises:
            pydantic_core.ValidationError: The arguments do not fit.
            ValueError: The text has broken characters, or is no JSON.
        """
        if self._validator is None:
            self._validator = self._made_validator()
        if self._rest is not None:
            return self._validate_rest(self._rest, json.loads(text))
        if self.flat is None:
            return self._validator.validate_json(text)  # type: ignore[no-any-return]
        if self._loose:
            text = self._unwrapped(self.flat.name, text)
        return {self.flat.name: self._validator.validate_json(text)}

    def _schema(self) -> dict[str, Any]:
        nodes = [field.plain.node if field.plain else _typed_node(field) for field in self.fields]
        only = self.fields[0] if len(self.fields) == 1 else None
        if only is None or not only.required or not nodes[0].get("properties"):
            return self._object(nodes)
        self.flat = only
        self._loose = not nodes[0].get("required")
        return finished(nodes[0])

    def _object(self, nodes: Iterable[Node]) -> dict[str, Any]:
        """Fields with their nodes as properties."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        for field, node in zip(self.fields, nodes, strict=True):
            if field.rest:
                schema["additionalProperties"] = node["additionalProperties"]
            else:
                properties[field.sent] = as_property(node, field.sent, field.description, field.default)
            if field.required:
                required.append(field.sent)
        return {**schema, "required": required} if required else schema

    def _validate_rest(self, field: Field, data: Any) -> dict[str, Any]:
        """pydantic has no name for what all other keys are, so they get one key together."""
        if isinstance(data, dict):
            names = self.schema["properties"].keys() | self._reserved
            rest = {name: value for name, value in data.items() if name not in names}
            data = {name: value for name, value in data.items() if name in names} | {REST: rest}
        values: dict[str, Any] = self._validator.validate_json(json.dumps(data))
        values[field.name] = values.pop(REST)
        return values

    def _unwrapped(self, name: str, text: str) -> str:
        """The inner object of `{"person": {...}}`, which a type without required fields would take for itself."""
        data = json.loads(text)
        wrapped = isinstance(data, dict) and data.keys() == {name} and name not in self.schema["properties"]
        return json.dumps(data[name]) if wrapped else text

    def _made_validator(self) -> Any:
        if all(field.plain for field in self.fields):
            return _plain_validator(self.fields)
        from .typed import adapter_of, adapter_of_all

        return adapter_of(self.flat.annotation) if self.flat else adapter_of_all(self.fields)


def _typed_node(field: Field) -> Node:
    from .typed import node_of

    return node_of(field)


def _plain_validator(fields: Sequence[Field]) -> Any:
    from pydantic_core import SchemaValidator

    typed = {
        field.key: {"type": "typed-dict-field", "schema": field.plain.core, "required": field.required}
        for field in fields
        if field.plain
    }
    core: Any = {"type": "typed-dict", "fields": typed, "extra_behavior": "forbid"}
    return SchemaValidator(core)
