"""Refusals of what a body says, with the documented codes and in the documented words.

The words are those of the service's validator (contract/workers_ai.md section 3.3) wherever it has some.
"""

from __future__ import annotations

from typing import Any

from ...errors import BadRequestError
from .validation import type_names


def bad_input(text: str) -> BadRequestError:
    """The body is not what is documented: code 5006."""
    return BadRequestError(f"Bad input: Error: {text}", status=400, code=5006)


def invalid_input(text: str) -> BadRequestError:
    """Tools, or their choice, are not to be had like this: code 8001."""
    return BadRequestError(f"Invalid input: {text}", status=400, code=8001)


def mismatch(path: str, wanted: str, value: Any) -> BadRequestError:
    """A value has another type.

    >>> mismatch("/stream", "boolean", "true").message
    "Bad input: Error: Type mismatch of '/stream', 'boolean' not in 'string'"
    """
    return bad_input(f"Type mismatch of '{path}', '{wanted}' not in {','.join(map(repr, type_names(value)))}")


def missing(path: str, *names: str) -> BadRequestError:
    """An object lacks fields; all that it must have are named."""
    return bad_input(f"required properties at '{path}' are '{','.join(names)}'")


def not_let_pass(note: str) -> BadRequestError:
    """What a server that is not strict ignores or mends, and notes."""
    return bad_input(f"--strict does not let this pass: {note}")
