"""What a function takes: described to a model, and read from what the model sends."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .binding import Binding
from .docstrings import read_docstring
from .fields import Field, field_of
from .form import Form
from .hints import resolve
from .parameter import Unresolved, is_injected
from .plain import plain
from .scope import names_in_classes
from .signature import docstring_of, globals_of, implementation, names_of, parameters_of

if TYPE_CHECKING:
    from .parsing import Repair


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
        self.injected = [
            each.name for each in self._parameters if not each.plain and is_injected(each.annotation, injected)
        ]
        """Names of the parameters that get the context."""
        self._fields = self._visible()
        self._form: Form | None = None
        self._binding: Binding | None = None
        self._documentation: tuple[str, dict[str, str]] | None = None
        self._check()

    def without_first(self) -> Parameters:
        """The same without the first parameter, which a method's instance or class takes."""
        others = copy.copy(self)
        others._parameters = self._parameters[1:]
        first = self._parameters[0].name if self._parameters else ""
        others.injected = [name for name in self.injected if name != first]
        others._fields = [field for field in self._fields if field.name != first]
        return others

    @property
    def description(self) -> str:
        """What the docstring says that the function does; empty where there is none."""
        return self._documented()[0]

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, inside the documented subset.

        Raises:
            SchemaError: An annotation cannot be resolved or described.
        """
        return self._formed().schema

    def bind(self, values: dict[str, Any], context: Any) -> tuple[list[Any], dict[str, Any]]:
        """Values by name as the positional and keyword arguments of a Python call, with the context where it goes."""
        if self._binding is None:
            self._binding = Binding(self._parameters, self.injected)
        return self._binding(values, context)

    def read(self, text: str, *, strict: bool = False) -> tuple[dict[str, Any], tuple[Repair, ...]]:
        """Typed values from the arguments of a call. Arguments that fit are not touched.

        Args:
            text: JSON text of an object, as the model wrote it.
            strict: Do not mend what does not fit.

        Returns:
            Values by parameter name, without those that were not given; and what was mended.

        Raises:
            ArgumentsError: They do not fit, and cannot be mended.
        """
        if not self._fields and text in ("{}", ""):
            return {}, ()
        form = self._form or self._formed()
        try:
            return form.validate(text), ()
        except (ValueError, RecursionError):
            from .reading import read_leniently, refused

            if strict:
                raise refused(self.name, form, text) from None
            return read_leniently(self.name, form, text)

    def _visible(self) -> list[Field]:
        return [field_of(each) for each in self._parameters if each.name not in self.injected]

    def _documented(self) -> tuple[str, dict[str, str]]:
        if self._documentation is None:
            self._documentation = read_docstring(docstring_of(self._function))
        return self._documentation

    def _formed(self) -> Form:
        if self._form is None:
            self._resolve()
            described = self._documented()[1]
            for field in self._fields:
                if field.description is None:
                    field.description = described.get(field.name)
            rest = any(field.rest for field in self._fields)
            hidden = names_of(self._function) - {field.name for field in self._fields} if rest else frozenset()
            try:
                self._form = Form(self._fields, hidden)
            except Exception as error:
                from .refusal import explained

                raise explained(self.name, self._fields, error) from error
        return self._form

    def _resolve(self) -> None:
        """Look again for what did not exist when the function was made a tool."""
        unresolved = [
            each
            for each in self._parameters
            if isinstance(each.annotation, Unresolved) and each.name not in self.injected
        ]
        for parameter in unresolved:
            names = globals_of(self._function), names_in_classes(implementation(self._function))
            parameter.annotation = resolve(parameter.annotation.written, *names)
            parameter.plain = plain(parameter.annotation)
            if isinstance(parameter.annotation, Unresolved):
                from .refusal import unresolvable

                raise unresolvable(self.name, parameter.name, parameter.annotation)
        if unresolved:
            self._fields = self._visible()
            self._check()

    def _check(self) -> None:
        """Refuse what cannot be described; what is plain can."""
        if not all(field.plain for field in self._fields):
            from .refusal import check

            check(self.name, self._fields)
