"""Arguments that miss their types by a little, mended where the types say how.

Only what the validation refused is touched, a repair counts only if the validation then takes it, and what a type
already accepts is never changed: text that looks like JSON stays text where a text is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic_core import ValidationError

from .candidates import readings
from .form import Form
from .mistakes import Mistake, badness, mistakes_of
from .parsing import Repair, dump
from .paths import LEFT_OUT, Path, node_at, value_at, with_value
from .shapes import reshaped

MOST_MISTAKES = 40
"""More of them are no slip of the pen: nothing is mended then."""
TRIALS = 200
"""Most attempts at one call."""
VALIDATED = 2_000_000
"""Characters that are validated in all attempts together, so that nonsense of any size is refused quickly."""


class Outcome(NamedTuple):
    """What became of the arguments."""

    values: dict[str, Any]
    """Typed values by parameter name; empty where mistakes are left."""
    repairs: list[Repair]
    mistakes: list[Mistake]


class _Change(NamedTuple):
    what: str
    before: Any
    after: Any
    data: Any
    path: Path | None
    """The place of a changed value; None where the arguments as a whole were put right."""


def mended(form: Form, data: Any, name: str) -> Outcome:
    """Validate arguments, mending what can be mended.

    Args:
        form: What the function takes.
        data: The arguments as JSON data.
        name: Of the tool.
    """
    wrappers = {name, form.flat.name} if form.flat else {name}
    values, mistakes = attempt(form, data)
    repairs: list[Repair] = []
    if len(mistakes) > MOST_MISTAKES:
        return Outcome({}, repairs, mistakes)
    changes = _changes(form, data, mistakes, wrappers)
    for _ in range(min(TRIALS, VALIDATED // (len(dump(data)) + 1) + 1)):
        change = next(changes, None) if mistakes else None
        if change is None:
            break
        tried, left = attempt(form, change.data)
        if _better(mistakes, left, change.path):
            after = "" if change.after is LEFT_OUT else dump(change.after)
            repairs.append((change.what, dump(change.before), after))
            data, values, mistakes = change.data, tried, left
            changes = _changes(form, data, mistakes, wrappers)
    return Outcome(values, repairs, mistakes)


def attempt(form: Form, data: Any) -> tuple[dict[str, Any], list[Mistake]]:
    """Validate data as it is: the typed values, or what is wrong."""
    try:
        return form.validate(json.dumps(data)), []
    except ValidationError as error:
        return {}, mistakes_of(error.errors(include_url=False, include_context=False), data)


def _changes(form: Form, data: Any, mistakes: list[Mistake], wrappers: set[str]) -> Iterator[_Change]:
    for what, shape in reshaped(form.schema, data, wrappers):
        yield _Change(what, data, shape, shape, None)
    for path in dict.fromkeys(mistake.path for mistake in mistakes):
        value = value_at(data, path)
        if path and value is not LEFT_OUT:
            for what, reading in readings(value, node_at(form.schema, path)):
                yield _Change(f"{what} ({path[0]})", value, reading, with_value(data, path, reading), path)


def _better(before: list[Mistake], after: list[Mistake], path: Path | None) -> bool:
    """Whether a change led nearer: at its place all is well, or only something further inside is wrong."""
    if path is None:
        return badness(after) < badness(before)
    known = {mistake.path for mistake in before} - {path}
    return all(each.path in known or (each.path[: len(path)] == path and each.path != path) for each in after)
