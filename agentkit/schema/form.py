"""The form of a call: what a model is told that it may give, and the check of what it gives."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from functools import cached_property
from typing import Any

from .fields import Field
from .nodes import Node, as_property, finished, with_default

REST = "**"
"""Where the validator has what `**kwargs` takes; no parameter can have this name."""


class Form:
    """Fields as one JSON object.

    A single required parameter that is an object itself, as in `f(person: Person)`, is laid flat: the model gives the
    fields of Person, which small models get right more often than an object inside an object.

    Args:
        fields: What a call may give, in the order of the signature.
        reserved: Names of parameters that a call must not give, not even through `**kwargs`.
    """

    def __init__(self, fields: Sequence[Field], reserved: Set[str] = frozenset()) -> None:
        self.fields = fields
        self.reserved = reserved
        self.rest = next((field for field in fields if field.rest), None)
        self._plain = all(field.plain is not None for field in fields)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, as it is sent."""
        if self.flat is not None:
            return finished(self._flat_node or {})
        properties: dict[str, Any] = {}
        required: list[str] = []
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        for field, (name, node) in zip(self.fields, self._nodes, strict=True):
            if field.rest:
                schema["additionalProperties"] = node["additionalProperties"]
            else:
                properties[name] = as_property(with_default(node, field.default), name, field.description or "")
            if field.required:
                required.append(name)
        if required:
            schema["required"] = required
        return schema

    @cached_property
    def flat(self) -> Field | None:
        """The only field, where it is laid flat."""
        return self.fields[0] if self._flat_node is not None else None

    def validate(self, text: str) -> dict[str, Any]:
        """Typed values by parameter name.

        Args:
            text: JSON text of an object.

        Raises:
            pydantic_core.ValidationError: The arguments do not fit.
            ValueError: The text has broken characters, or is no JSON.
        """
        if self.rest is not None:
            return self._validate_rest(json.loads(text))
        values = self._validator.validate_json(text)
        return values if self.flat is None else {self.flat.name: values}

    def _validate_rest(self, data: Any) -> dict[str, Any]:
        """pydantic has no name for what all other keys are, so they get one key together."""
        assert self.rest is not None
        if isinstance(data, dict):
            names = {field.name for field in self.fields if not field.rest} | self.reserved
            rest = {name: value for name, value in data.items() if name not in names}
            data = {name: value for name, value in data.items() if name in names} | {REST: rest}
        values: dict[str, Any] = self._validator.validate_json(json.dumps(data))
        return {**values, self.rest.name: values[REST]}

    @cached_property
    def _nodes(self) -> list[tuple[str, Node]]:
        """The name under which each field is sent, and its node."""
        if self._plain:
            return [(field.name, field.plain.node) for field in self.fields if field.plain]
        from .pydantic_types import json_schema_of
        from .subset import reduced

        raw = json_schema_of(self._validator)
        sent = raw["properties"].items()  # in the order of the fields, by the alias where a field has one
        return [
            (name, field.plain.node if field.plain else reduced({**node, "$defs": raw.get("$defs", {})}))
            for field, (name, node) in zip(self.fields, sent, strict=True)
        ]

    @cached_property
    def _flat_node(self) -> Node | None:
        only = self.fields[0] if len(self.fields) == 1 and self.fields[0].required else None
        if only is None or self._plain:
            return None
        from .pydantic_types import adapter_of, json_schema_of
        from .subset import reduced

        node = reduced(json_schema_of(adapter_of(only.annotation)))
        return node if node.get("properties") else None

    @cached_property
    def _validator(self) -> Any:
        """A `pydantic.TypeAdapter` or `pydantic_core.SchemaValidator`; both have `validate_json`."""
        if self._plain:
            return self._plain_validator()
        from .pydantic_types import adapter_of, adapter_of_all

        if self.flat is not None:
            return adapter_of(self.flat.annotation)
        return adapter_of_all((REST if f.rest else f.name, f.annotation, f.required) for f in self.fields)

    def _plain_validator(self) -> Any:
        from pydantic_core import SchemaValidator

        fields = {
            REST if field.rest else field.name: {
                "type": "typed-dict-field",
                "schema": field.plain.core,
                "required": field.required,
            }
            for field in self.fields
            if field.plain
        }
        core: Any = {"type": "typed-dict", "fields": fields, "extra_behavior": "forbid"}
        return SchemaValidator(core)
