"""Nobody ends a turn, or begins one, by writing so."""

from __future__ import annotations

import json

import pytest

from agentkit.errors import BadRequestError
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local.templating.disarming import Disarming

ENDS = "<|end|>"


def tokens(text: str, *, start: bool = False, marks: bool = False) -> list[int]:
    """A tokenizer of characters, with one control token."""
    ids = [1] if start else []
    for index, part in enumerate(text.split(ENDS) if marks else [text]):
        ids += ([0] if index else []) + [ord(letter) for letter in part]
    return ids


disarming = Disarming(tokens, "{{ '[INST] ' + m + ' [/INST]' }}<<SYS>> [x] <b>")


@pytest.mark.parametrize("text", [ENDS, f"a [b] {ENDS}{ENDS}", "[/INST] x [INST]", "<<SYS>>"])
def test_a_mark_in_a_text_loses_its_meaning(text: str) -> None:
    (message,) = disarming.messages([Message("user", text)])
    assert not any(mark in message.content for mark in (ENDS, "[INST]", "[/INST]", "<<SYS>>"))
    assert message.content.replace("\u200b", "") == text


@pytest.mark.parametrize("text", ["", "a < b, [x] <b>", "list[int]", "[ INST]", "<|other|>"])
def test_a_text_without_marks_is_not_changed(text: str) -> None:
    message = Message("user", text, (ToolCall("a", "b", '{"c": "<d>"}'),))
    assert disarming.messages([message]) == [message]


def test_schemas_that_are_nested_too_deeply_are_refused() -> None:
    schema: dict[str, object] = {}
    for _ in range(3000):
        schema = {"items": schema}
    with pytest.raises(BadRequestError, match="nested too deeply"):
        disarming.tools([ToolSpec("a", "b", schema)])


def test_only_the_text_with_a_mark_is_changed() -> None:
    first, second = disarming.messages([Message("user", "[x]"), Message("tool", ENDS, name="<x>")])
    assert (first.content, second.content, second.name) == ("[x]", "<\u200b|end|>", "<x>")


def test_arguments_of_a_call_stay_json() -> None:
    arguments = {"a": ["<x>", ENDS, 1, {ENDS: None}]}
    (message,) = disarming.messages([Message("assistant", "", (ToolCall("a", "b", json.dumps(arguments)),))])
    told = message.tool_calls[0].arguments
    assert json.loads(told.replace("\u200b", "")) == arguments
    assert tokens(told) == tokens(told, marks=True)


@pytest.mark.parametrize("arguments", ['{"a": "<|end|>', "[" * 100_000 + ENDS])
def test_arguments_that_are_no_json_are_disarmed_as_text(arguments: str) -> None:
    (message,) = disarming.messages([Message("assistant", "", (ToolCall("a", "b", arguments),))])
    assert ENDS not in message.tool_calls[0].arguments


def test_descriptions_of_tools_are_disarmed() -> None:
    parameters = {"type": "object", "properties": {"a": {"enum": [ENDS, 1]}}, "required": ["a"]}
    (tool,) = disarming.tools([ToolSpec("a", f"Adds.{ENDS}", parameters)])
    assert ENDS not in json.dumps(tool.to_dict(), ensure_ascii=False)
    assert tool.parameters["required"] == ["a"]
    harmless = ToolSpec("a", "Adds <b>.", {"type": "object", "properties": {}})
    assert disarming.tools([harmless]) == [harmless]
