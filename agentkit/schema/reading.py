"""Arguments that did not fit at first sight."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .coercion import attempt, mended
from .complaint import complaint, reasons_of
from .errors import ArgumentsError
from .form import Form
from .mistakes import Mistake
from .parsing import NotJSON, Repair, parse


def read_leniently(name: str, form: Form, text: str) -> tuple[dict[str, Any], tuple[Repair, ...]]:
    """Typed values by parameter name, and what had to be mended for them.

    Args:
        name: Of the tool, for the error.
        form: What it takes.
        text: The arguments as the model wrote them.

    Raises:
        ArgumentsError: They are no JSON, or do not fit.
    """
    try:
        data, repairs = parse(text)
        outcome = mended(form, data, name)
    except (NotJSON, RecursionError) as error:
        raise _unreadable(name, form, error) from None
    if outcome.mistakes:
        raise _misfit(name, form, outcome.mistakes)
    return outcome.values, (*repairs, *outcome.repairs)


def refused(name: str, form: Form, text: str) -> ArgumentsError:
    """Why arguments do not fit as they are."""
    try:
        return _misfit(name, form, attempt(form, json.loads(text))[1])
    except (ValueError, RecursionError) as error:
        return _unreadable(name, form, error)


def _unreadable(name: str, form: Form, error: Exception) -> ArgumentsError:
    nested = isinstance(error, RecursionError)
    reason = "they are nested too deeply" if nested else f"they are not valid JSON: {error}"
    return ArgumentsError(complaint(name, form, [reason]))


def _misfit(name: str, form: Form, mistakes: Sequence[Mistake]) -> ArgumentsError:
    wrong = {str(mistake.path[0]) for mistake in mistakes if mistake.path}
    return ArgumentsError(complaint(name, form, reasons_of(mistakes), wrong))
