"""The tools of a request, and how one of them is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...generation import ToolChoice
from ...messages import ToolSpec
from ..json_text import parsed, whole_characters
from .complaints import invalid_input, mismatch

MODES = ("auto", "none", "required")
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_WORDS = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read_tools(items: Any) -> tuple[tuple[ToolSpec, ...], tuple[str, ...]]:
    """The tools that are offered: flat, in the shape of chat completions, or a mixture (contract/workers_ai.md 6).

    What is no tool is dropped, as the service does (quirk Q14), and so is a second one of the same name.

    Args:
        items: `tools` of the body; None for none.

    Returns:
        The tools, and what was dropped, for the log.

    Raises:
        BadRequestError: With code 5006: it is no list.
    """
    if items is None:
        return (), ()
    if not isinstance(items, list):
        raise mismatch("/tools", "array", items)
    tools: dict[str, ToolSpec] = {}
    notes: list[str] = []
    for index, item in enumerate(items):
        tool = _tool(item)
        if isinstance(tool, str):
            notes.append(f"tools[{index}] was dropped: {tool}")
        elif tool.name in tools:
            notes.append(f"tools[{index}] was dropped: there is another {tool.name!r} before it")
        else:
            tools[tool.name] = tool
    return tuple(tools.values()), tuple(notes)


def read_choice(value: Any, tools: Sequence[ToolSpec]) -> ToolChoice:
    """`tool_choice`, in its four forms (contract/workers_ai.md section 6.4); None is `auto`.

    Raises:
        BadRequestError: With code 8001: it has another form, or what must be called is not offered (quirk Q16).
    """
    if value is None:
        return "auto"
    if isinstance(value, str):
        if value not in MODES:
            raise _unknown(value)
        if value == "required" and not tools:
            raise invalid_input("tool_choice is 'required', but no usable tool is offered.")
        return value
    function = value.get("function") if isinstance(value, dict) and value.get("type") == "function" else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        raise _unknown(value)
    if not any(tool.name == name for tool in tools):
        offered = ", ".join(tool.name for tool in tools[:20]) or "none"
        raise invalid_input(f"tool_choice names {name[:100]!r}, which is not offered. Offered are: {offered}.")
    return name


def _unknown(value: Any) -> Exception:
    forms = "'auto', 'none', 'required' or {'type': 'function', 'function': {'name': ...}}"
    return invalid_input(f"tool_choice is {repr(value)[:100]}; it must be {forms}.")


def _tool(item: Any) -> ToolSpec | str:
    """The tool, or why it is none."""
    if not isinstance(item, dict):
        return f"it is {repr(item)[:60]}, and no object"
    function = item.get("function")
    inner = function if isinstance(function, dict) else item
    name = inner.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"its name is {repr(name)[:100]}; a name has 1 to 128 letters, digits and any of _ - . : /"
    if name in MODES:
        return f"its name is {name!r}, which means something else in tool_choice"
    parameters = _parameters(inner.get("parameters"))
    if parameters is None:
        return f"the parameters of {name!r} are no schema of an object"
    return ToolSpec(name, _description(inner.get("description")) or _in_words(name), parameters)


def _parameters(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str) and value:
        value = parsed(value)
    elif value is None or value == "":
        value = {}
    if not isinstance(value, dict) or not isinstance(value.get("properties") or {}, Mapping):
        return None
    kind = value.get("type", "object")
    if kind != "object" and not (isinstance(kind, list) and "object" in kind):
        return None
    return {**value, "type": "object", "properties": value.get("properties") or {}}


def _description(value: Any) -> str:
    if value is None or isinstance(value, str):
        return whole_characters((value or "").strip())
    return str(value)


def _in_words(name: str) -> str:
    """A name as a short text.

    >>> _in_words("getWeather"), _in_words("max_results")
    ('Get weather', 'Max results')
    """
    return " ".join(_WORDS.findall(_HUMPS.sub(" ", name))).capitalize() or name
