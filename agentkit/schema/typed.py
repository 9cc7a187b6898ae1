"""Types that pydantic knows: their JSON Schema, and their validation. Imports pydantic; load it on first use.

The parameters of a function become the keys of one TypedDict, since those may have any name (`schema`, `_x`, `class`)
and pydantic hands them back as a dict, ready to be keyword arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, Required

from pydantic import ConfigDict, TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema
from typing_extensions import TypedDict

from .docstrings import read_docstring
from .fields import Field
from .nodes import Node
from .parameter import is_field, metadata_of
from .subset import reduced
from .typed_dicts import portable


def node_of(field: Field) -> Node:
    """What a model is told about the type of a field.

    Raises:
        Exception: Of pydantic, or `SchemaError`, where the type cannot be described.
    """
    if not any(map(is_field, metadata_of(field.annotation))):
        return reduced(adapter_of(field.annotation).json_schema(schema_generator=_Generator))
    raw = adapter_of_all([field]).json_schema(schema_generator=_Generator)
    keys = raw if "properties" in raw else raw["$defs"][raw["$ref"].rpartition("/")[2]]
    return reduced({**next(iter(keys["properties"].values())), "$defs": raw["$defs"]})


def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    """The validator of one type."""
    return TypeAdapter(portable(annotation))


def adapter_of_all(fields: Sequence[Field]) -> TypeAdapter[dict[str, Any]]:
    """The validator of all fields as the keys of one dict, to which other keys are an error."""
    keys = {field.key: (Required if field.required else NotRequired)[portable(field.annotation)] for field in fields}
    made: Any = with_config(ConfigDict(extra="forbid"))(TypedDict("Arguments", keys))  # type: ignore[operator]
    return TypeAdapter(made)


class _Generator(GenerateJsonSchema):
    """pydantic's own, with forms that small models get right, and descriptions from class docstrings."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        """As pydantic does, but without what half of its time goes into: short names for definitions, and sorting."""
        return {**self.generate_inner(schema), "$defs": self.definitions}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        bounds = {name: bound for name, bound in schema.items() if name in ("ge", "gt", "le", "lt", "multiple_of")}
        number: Any = {"type": "float", **{name: float(str(bound)) for name, bound in bounds.items()}}
        return self.float_schema(number)

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> dict[str, Any]:
        return {"type": "number", "format": "seconds"}

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> dict[str, Any]:
        return _documented(super().dataclass_schema(schema), schema["cls"])

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        return _documented(super().model_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> dict[str, Any]:
        return _documented(super().typed_dict_schema(schema), schema.get("cls"))

    def is_subclass_schema(self, schema: core_schema.IsSubclassSchema) -> dict[str, Any]:
        """A class: no JSON is one."""
        return self.handle_invalid_for_json_schema(schema, f"a class ({schema['cls'].__name__})")

    def call_schema(self, schema: core_schema.CallSchema) -> dict[str, Any]:
        """A NamedTuple of an older pydantic, as an object, which it takes as well as a list."""
        arguments: Any = schema["arguments_schema"]
        if arguments["type"] != "arguments":
            return super().call_schema(schema)
        made = self.kw_arguments_schema(arguments["arguments_schema"], arguments.get("var_kwargs_schema"))
        return _documented(made, schema["function"])

    def named_tuple_schema(self, schema: Any) -> dict[str, Any]:
        """A NamedTuple of a newer one, likewise."""
        listed = super().named_tuple_schema(schema)
        names = [field["name"] for field in schema["fields"]]
        made = {"type": "object", "properties": dict(zip(names, listed.get("prefixItems", ()), strict=True))}
        if listed.get("minItems"):
            made["required"] = names[: listed["minItems"]]
        return _documented(made, schema["cls"])


def _documented(made: dict[str, Any], cls: Any) -> dict[str, Any]:
    """The schema of a class with what its docstring says, where the schema says nothing."""
    text = getattr(cls, "__doc__", None) or ""
    if text.startswith(f"{getattr(cls, '__name__', '')}("):  # made up by dataclass and NamedTuple
        return made
    summary, described = read_docstring(text)
    for name, words in described.items():
        field = made.get("properties", {}).get(name)
        if isinstance(field, dict):
            field.setdefault("description", words)
    return {"description": summary, **made} if summary else made
