"""A signature and its docstring become a JSON Schema, and what a model sends comes back as typed values."""

from .errors import ArgumentsError
from .parameters import Parameters
from .parsing import as_json
from .signature import implementation
from .words import HUMPS, in_words

__all__ = ["HUMPS", "ArgumentsError", "Parameters", "as_json", "implementation", "in_words"]
