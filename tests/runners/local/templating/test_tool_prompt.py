"""What a model without tools of its own is told of them."""

from __future__ import annotations

import json

import pytest

from agentkit.messages import ToolCall, ToolSpec
from agentkit.runners.local.constrained.call_formats import FORMATS, HERMES, LLAMA, CallFormat
from agentkit.runners.local.constrained.tool_reading import read_block
from agentkit.runners.local.templating.tool_prompt import tool_prompt, writer

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = ToolSpec("weather", "The weather in Zürich & elsewhere.", PARAMETERS)
TIME = ToolSpec("time", "What time it is.", {"type": "object", "properties": {}})
CALLS = (ToolCall("", "weather", '{"city":"Zürich"}'), ToolCall("", "time", "{}"))

HERMES_PROMPT = """\
You can use these tools:
{"name": "weather", "description": "The weather in Zürich & elsewhere.", "parameters": {"type": "object", \
"properties": {"city": {"type": "string"}}, "required": ["city"]}}
{"name": "time", "description": "What time it is.", "parameters": {"type": "object", "properties": {}}}

To use one, write only a call, like this:
<tool_call>
{"name": "NAME", "arguments": {"PARAMETER": "VALUE"}}
</tool_call>
Its result comes in the next message. Several calls may follow one another. Use a tool only where it helps; \
otherwise answer in words."""


def test_the_whole_prompt() -> None:
    assert tool_prompt([WEATHER, TIME], HERMES) == HERMES_PROMPT


def test_a_format_of_one_call_does_not_offer_several() -> None:
    assert "Several" not in tool_prompt([WEATHER], LLAMA)


def test_calls_are_written_as_the_format_has_them() -> None:
    assert writer(HERMES)(CALLS) == (
        '<tool_call>\n{"name": "weather", "arguments": {"city": "Zürich"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "time", "arguments": {}}\n</tool_call>'
    )


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_what_is_written_is_read_again(format: CallFormat) -> None:
    calls = CALLS if format.between is not None else CALLS[:1]
    read = read_block(writer(format)(calls), format)
    assert [(name, json.loads(arguments)) for name, arguments in read] == [
        (call.name, json.loads(call.arguments)) for call in calls
    ]
