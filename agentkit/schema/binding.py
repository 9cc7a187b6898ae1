"""Values by name become the arguments of a Python call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .parameter import KEYWORD_ONLY, POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_KEYWORD, VAR_POSITIONAL, Parameter


class Binding:
    """How the values of a call are handed to a function.

    Args:
        parameters: All that the function takes, in order.
        injected: Names of those that get the context.
    """

    def __init__(self, parameters: Sequence[Parameter], injected: Sequence[str]) -> None:
        self._parameters = parameters
        self._injected = injected
        self._by_name = all(each.kind in (POSITIONAL_OR_KEYWORD, KEYWORD_ONLY) for each in parameters)

    def __call__(self, values: dict[str, Any], context: Any) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments.

        Args:
            values: Typed values by parameter name; what is not there keeps the function's own default.
            context: Given to the injected parameters.
        """
        for name in self._injected:
            values[name] = context
        return ([], values) if self._by_name else self._ordered(values)

    def _ordered(self, values: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        stars = any(each.kind is VAR_POSITIONAL and values.get(each.name) for each in self._parameters)
        for parameter in self._parameters:
            name, kind = parameter.name, parameter.kind
            if kind is VAR_POSITIONAL:
                args += values.get(name, ())
            elif kind is VAR_KEYWORD:
                kwargs.update(values.get(name, {}))
            elif kind is POSITIONAL_ONLY or (stars and kind is POSITIONAL_OR_KEYWORD):
                args.append(values.get(name, parameter.default))
            elif name in values:
                kwargs[name] = values[name]
        return args, kwargs
