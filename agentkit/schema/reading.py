"""Arguments that did not fit at first sight."""

from __future__ import annotations

from typing import Any

from .coercion import mended
from .complaint import complaint, reasons_of
from .errors import ArgumentsError
from .form import Form
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
    except NotJSON as error:
        raise ArgumentsError(complaint(name, form, [f"they are not valid JSON: {error}"])) from None
    except RecursionError:
        raise ArgumentsError(complaint(name, form, ["they are nested too deeply"])) from None
    if outcome.mistakes:
        wrong = {str(mistake.path[0]) for mistake in outcome.mistakes if mistake.path}
        raise ArgumentsError(complaint(name, form, reasons_of(outcome.mistakes), wrong))
    return outcome.values, (*repairs, *outcome.repairs)
