"""Tools for models whose chat template knows none: what the prompt says of them, and how calls are told in it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ....messages import ToolCall, ToolSpec
from ..constrained.call_formats import CallFormat
from ..constrained.tagged_reading import CLOSE, END
from ..constrained.writing import marked
from .folding import Write, arguments_of

_EXAMPLE = ToolCall("", "NAME", '{"PARAMETER": "VALUE"}')


def tool_prompt(tools: Sequence[ToolSpec], format: CallFormat) -> str:
    """What a model is told of its tools: short, for small models read slowly and forget soon.

    Args:
        tools: At least one.
        format: How it shall write calls.
    """
    listed = "\n".join(_described(tool) for tool in tools)
    several = "" if format.between is None else " Several calls may follow one another."
    return (
        f"You can use these tools:\n{listed}\n\n"
        f"To use one, write only a call, like this:\n{writer(format)([_EXAMPLE])}\n"
        f"Its result comes in the next message.{several} Use a tool only where it helps; otherwise answer in words."
    )


def writer(format: CallFormat) -> Write:
    """Calls in the words of a format, as the model would write them."""

    def write(calls: Sequence[ToolCall]) -> str:
        between = "\n" if format.between is None else format.between
        written = [f"{format.begin}{call.name}{format.middle}{_arguments(call, format)}{format.end}" for call in calls]
        return format.before + between.join(written) + format.after

    return write


def _described(tool: ToolSpec) -> str:
    return json.dumps(tool.to_dict()["function"], ensure_ascii=False)


def _arguments(call: ToolCall, format: CallFormat) -> str:
    arguments = arguments_of(call)
    if format.style == "marked":
        return marked(arguments, format.quote)
    if format.style == "tagged":
        return "".join(f"<parameter={name}>\n{_tagged(value)}{END}" for name, value in arguments.items()) + CLOSE
    if format.style == "python":
        return ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return json.dumps(arguments, ensure_ascii=False)


def _tagged(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
