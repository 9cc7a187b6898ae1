"""What a function takes: described to a model, and read from what the model sends."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cached_property
from typing import Any

from .binding import Binding
from .docstrings import read_docstring
from .fields import field_of
from .form import Form
from .hints import resolve
from .parameter import Unresolved, is_injected
from .parsing import Repair
from .refusal import check, explained, unresolvable
from .signature import docstring_of, globals_of, names_of, parameters_of


class Parameters:
    """The parameters of one function.

    Args:
        function: Anything that can be called.
        name: Of the tool, for errors.
        injected: The class whose annotation marks a parameter as not for the model.

    Raises:
        SchemaError: A parameter cannot be described to a model. Where an annotation names what does not exist yet,
            that is found out on first use.
    """

    def __init__(self, function: Callable[..., Any], name: str, injected: type) -> None:
        self.name = name
        self._function = function
        self._parameters = parameters_of(function)
        self.injected = [each.name for each in self._parameters if is_injected(each.annotation, injected)]
        """Names of the parameters that get the context."""
        self._fields = [field_of(each) for each in self._parameters if each.name not in self.injected]
        check(name, self._fields)

    def without_first(self) -> Parameters:
        """The same without the first parameter, which a method's instance or class takes."""
        others = copy.copy(self)
        others._parameters = self._parameters[1:]
        first = self._parameters[0].name if self._parameters else ""
        others.injected = [name for name in self.injected if name != first]
        others._fields = [field for field in self._fields if field.name != first]
        return others

    @cached_property
    def description(self) -> str:
        """What the docstring says that the function does; empty where there is none."""
        return self._documentation[0]

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, inside the documented subset.

        Raises:
            SchemaError: An annotation cannot be resolved or described.
        """
        try:
            return self._form.schema
        except Exception as error:
            raise explained(self.name, self._fields, error) from error

    @cached_property
    def bind(self) -> Binding:
        """Turns values by name into the arguments of a Python call."""
        return Binding(self._parameters, self.injected)

    def read(self, text: str) -> tuple[dict[str, Any], tuple[Repair, ...]]:
        """Typed values from the arguments of a call. Arguments that fit are not touched.

        Args:
            text: JSON text of an object, as the model wrote it.

        Returns:
            Values by parameter name, without those that were not given; and what was mended.

        Raises:
            ArgumentsError: They do not fit, and cannot be mended.
        """
        if not self._fields and text in ("{}", ""):
            return {}, ()
        try:
            return self._form.validate(text), ()
        except (ValueError, RecursionError):
            from .reading import read_leniently

            return read_leniently(self.name, self._form, text)

    @cached_property
    def _documentation(self) -> tuple[str, dict[str, str]]:
        return read_docstring(docstring_of(self._function))

    @cached_property
    def _form(self) -> Form:
        self._resolve()
        described = self._documentation[1]
        for field in self._fields:
            if field.description is None:
                field.description = described.get(field.name)
        rest = any(field.rest for field in self._fields)
        taken = {field.name for field in self._fields}
        return Form(self._fields, names_of(self._function) - taken if rest else frozenset())

    def _resolve(self) -> None:
        """Look again for what did not exist when the function was made a tool."""
        unresolved = [each for each in self._parameters if isinstance(each.annotation, Unresolved)]
        for parameter in unresolved:
            if parameter.name not in self.injected:
                parameter.annotation = resolve(parameter.annotation.text, globals_of(self._function), {})
        if unresolved:
            self._fields = [field_of(each) for each in self._parameters if each.name not in self.injected]
            for field in self._fields:
                if isinstance(field.annotation, Unresolved):
                    raise unresolvable(self.name, field.name, field.annotation)
            check(self.name, self._fields)
