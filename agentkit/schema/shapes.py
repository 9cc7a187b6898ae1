"""Arguments whose names or nesting are not those of the function, put right."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, TypeAlias

from .candidates import literal

Shape: TypeAlias = tuple[str, Any]
"""What was done, and the arguments after it."""

WRAPPERS = frozenset(
    ("arguments", "args", "kwargs", "parameters", "params", "properties", "input", "inputs", "data", "payload", "body")
)
"""Names that models give to the arguments as a whole."""


def reshaped(schema: dict[str, Any], data: Any, wrappers: Set[str]) -> Iterator[Shape]:
    """Other readings of the arguments as a whole. Which of them is right, the validation decides.

    Args:
        schema: The parameters, as the model saw them.
        data: The arguments as JSON data.
        wrappers: Names besides `WRAPPERS` that may stand for the arguments as a whole.
    """
    names = schema.get("properties", {})
    if not isinstance(data, dict):
        yield from _bare(schema, names, data)
        return
    if len(data) == 1:
        key, value = next(iter(data.items()))
        inner = literal(value) if isinstance(value, str) else value
        if isinstance(inner, dict) and (key in WRAPPERS or key in wrappers):
            yield f"arguments were wrapped in {key!r}", inner
    strange = [name for name in data if name not in names]
    for name in strange:
        others = [each for each in names if each not in data and _folded(each) == _folded(name)]
        if len(others) == 1:
            yield f"{name!r} was meant as {others[0]!r}", _renamed(data, name, others[0])
        if data[name] in (None, "", [], {}):
            yield f"an empty {name!r} left out", {key: value for key, value in data.items() if key != name}
    for name, node in names.items():
        if strange and name not in data and set(strange) <= set(node.get("properties", ())):
            inner = {key: data[key] for key in strange}
            yield (
                f"fields of {name!r} were not inside it",
                {k: v for k, v in data.items() if k in names} | {name: inner},
            )


def _bare(schema: dict[str, Any], names: dict[str, Any], data: Any) -> Iterator[Shape]:
    """Arguments that are no object."""
    if isinstance(data, list) and len(data) == 1:
        yield "arguments were in a list", data[0]
    wanted = schema.get("required", ()) if len(names) > 1 else tuple(names)
    if len(wanted) == 1:
        yield f"a bare value taken as {wanted[0]!r}", {wanted[0]: data}


def _folded(name: str) -> str:
    """What stays the same in max_results, maxResults and max-results, in class_ and class."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in data.items()}
