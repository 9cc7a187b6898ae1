"""The JSON text of a call's arguments, in the shapes in which it comes (quirk Q22)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeAlias

Repair: TypeAlias = tuple[str, str, str]
"""What was mended, before, after."""

_ENCODINGS = 3
"""How often arguments may be encoded."""


class NotJSON(ValueError):
    """The text is no JSON; the message says where it breaks."""


def parse(text: str) -> tuple[Any, list[Repair]]:
    """Read arguments that are not simply the JSON object they should be.

    Args:
        text: As the model wrote it. Nothing, or null, is an empty object, for tools without parameters.

    Returns:
        The data, and what was mended: what `loose` forgives, text that was JSON again, broken characters.

    Raises:
        NotJSON: It does not parse, or does not come to its end. What is cut off is never guessed at.
        RecursionError: It is nested too deeply.
    """
    repairs: list[Repair] = []
    data, forgiven = _load(text)
    if forgiven:
        repairs.append((f"arguments were not JSON: {forgiven}", text, dump(data)))
    if isinstance(data, str):
        inner = _unwrapped(data)
        if not isinstance(inner, str):
            repairs.append(("arguments were encoded twice", text, data))
            data = inner
    if data is None:
        return {}, repairs
    clean = _without_surrogates(data)
    if clean != data:
        repairs.append(("broken characters in the arguments", text, dump(clean)))
    return clean, repairs


def as_json(text: str) -> tuple[str, list[Repair]]:
    """Arguments as strict JSON text, where they nearly are; those that are JSON come back as they are.

    Args:
        text: As the model wrote it.

    Returns:
        The text, and what was mended; what cannot be read is not changed.
    """
    try:
        if not isinstance(_from_json()(text, allow_inf_nan=False), str):
            return text, []
    except ValueError:
        pass
    try:
        data, repairs = parse(text)
    except (NotJSON, RecursionError):
        return text, []
    return (dump(data), repairs) if repairs else (text, [])


@cache
def _from_json() -> Any:
    """pydantic's JSON reader, four times as fast as the standard library's; imported with the first call."""
    from pydantic_core import from_json

    return from_json


def dump(data: Any) -> str:
    """Data as short JSON text, for reports."""
    return json.dumps(data, ensure_ascii=False)


def _load(text: str) -> tuple[Any, str]:
    """The data of a text, and what was forgiven."""
    text = text.strip().lstrip("\ufeff")
    if not text:
        return None, ""
    try:
        return json.loads(text, strict=False), ""
    except json.JSONDecodeError as error:
        from .loose import NotRead, read_loosely

        try:
            return read_loosely(text)
        except NotRead:
            raise NotJSON(f"{error.msg} at character {error.pos + 1} of {len(text)}") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise NotJSON(str(error).split(";")[0]) from None


def _unwrapped(data: Any) -> Any:
    for _ in range(_ENCODINGS):
        if not isinstance(data, str):
            break
        try:
            data, _forgiven = _load(data)
        except NotJSON:
            break
    return data


def _without_surrogates(data: Any) -> Any:
    """Half of a character, as in a text cut in the middle of an emoji, cannot be encoded again."""
    if isinstance(data, str):
        return data if data.isascii() else data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, list):
        return [_without_surrogates(item) for item in data]
    if isinstance(data, dict):
        return {_without_surrogates(key): _without_surrogates(value) for key, value in data.items()}
    return data
