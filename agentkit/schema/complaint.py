"""What a model is told about arguments that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .form import Form
from .mistakes import Mistake
from .outline import signature_line
from .parsing import dump

_MOST = 8
"""Mistakes that are named."""
_LONGEST = 80
"""Characters of a wrong value."""
_LONGEST_REASON = 400
"""Characters of a reason, which may come from a validator of the user."""


def complaint(name: str, form: Form, reasons: Sequence[str], wrong: Iterable[str] = ()) -> str:
    """Why a call was not made, what is expected, and an example.

    Args:
        name: Of the tool.
        form: What it takes.
        reasons: What is wrong, a line each.
        wrong: Names of the parameters that the example should show.
    """
    from .example import example_of

    lines = [f"Not run: the arguments of {name} do not fit.", *(f"- {reason}" for reason in reasons[:_MOST])]
    if len(reasons) > _MOST:
        lines.append(f"- and {len(reasons) - _MOST} more")
    lines.append(f"Expected: {signature_line(name, form.schema)}")
    example = example_of(form, wrong)
    return "\n".join([*lines, f"Example: {example}"] if example else lines)


def reasons_of(mistakes: Sequence[Mistake]) -> list[str]:
    """A line for each place at which something is wrong."""
    by_path: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_path.setdefault(_written(mistake), []).append(mistake)
    return [_line(path, found) for path, found in by_path.items()]


def _line(path: str, mistakes: Sequence[Mistake]) -> str:
    reason = ", or ".join(dict.fromkeys(mistake.reason for mistake in mistakes))
    reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."
    given = "" if mistakes[0].kind in ("missing", "extra_forbidden") else f"; got {_short(mistakes[0])}"
    return f"{path}: {reason}{given}"


def _written(mistake: Mistake) -> str:
    """A path the way Python would write it: items[0].price."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in mistake.path)
    return steps.lstrip(".") or "arguments"


def _short(mistake: Mistake) -> str:
    try:
        text = dump(mistake.value)
    except (TypeError, ValueError):
        text = repr(mistake.value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
