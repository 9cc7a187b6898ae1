"""Replies whose calls are text, through the reader of replies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit.errors import TruncatedStreamError
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, Request, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.wire.replies import ReplyReader, callable_names

from ..reply_cases import called, delta, message
from .case import Case
from .corpora import ALL

TOOLS = ("add", "search")
CALL = '<tool_call>{"name": "search", "arguments": {"query": "x"}}</tool_call>'


def read(*frames: Any, whole: bool = False, tools: tuple[str, ...] = TOOLS, max_tokens: int = 0) -> list[Delta]:
    reader = ReplyReader(max_tokens=max_tokens, tools=tools)
    deltas = [item for frame in frames for item in reader.feed(json.dumps(frame), whole=whole)]
    return [*deltas, *reader.finish()]


def text(deltas: list[Delta]) -> str:
    return "".join(item.text for item in deltas if isinstance(item, TextDelta))


def thoughts(deltas: list[Delta]) -> str:
    return "".join(item.text for item in deltas if isinstance(item, ReasoningDelta))


def calls(deltas: list[Delta]) -> list[tuple[str, str]]:
    return [(item.name, item.arguments) for item in deltas if isinstance(item, ToolCall)]


def reason(deltas: list[Delta]) -> str:
    finish = deltas[-1]
    assert isinstance(finish, Finish)
    return finish.reason


SEARCH = [("search", '{"query": "x"}')]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", ["whole", "streamed", "native"])
def test_a_reply_of_the_tables(name: str, way: str) -> None:
    case: Case = ALL[name]
    if way == "whole":
        deltas = read(message(case.text), whole=True, tools=tuple(case.tools))
    else:
        pieces = [case.text[at : at + 3] for at in range(0, len(case.text), 3)]
        frames = [delta(piece) if way == "streamed" else {"response": piece} for piece in pieces]
        deltas = read(*frames, delta("", "stop"), tools=tuple(case.tools))
    assert calls(deltas) == list(case.calls)
    assert text(deltas) == (case.left if case.calls else case.text)
    assert reason(deltas) == ("tool_calls" if case.calls else "stop")
    assert sum(isinstance(item, Repaired) for item in deltas) == len(case.calls)


def test_each_call_is_told_with_what_was_written() -> None:
    (repair,) = [item for item in read(message(f"Ok.\n{CALL}"), whole=True) if isinstance(item, Repaired)]
    after = '{"name": "search", "arguments": {"query": "x"}}'
    assert repair == Repaired("a call was written as text (hermes)", CALL, after)


def test_each_call_has_an_id_of_ours() -> None:
    deltas = read(message(CALL + CALL), whole=True)
    ids = [item.id for item in deltas if isinstance(item, ToolCall)]
    assert len(set(ids)) == 2
    assert all(len(made) == 9 and made.isalnum() for made in ids)


def test_nothing_is_salvaged_without_tools() -> None:
    deltas = read(message(CALL), whole=True, tools=())
    assert (calls(deltas), text(deltas), reason(deltas)) == ([], CALL, "stop")


def test_a_reply_with_calls_of_its_own_keeps_its_text() -> None:
    deltas = read(message(CALL, "tool_calls", tool_calls=[called()]), whole=True)
    assert (calls(deltas), text(deltas)) == ([("add", '{"a": 1}')], CALL)


@pytest.mark.parametrize("finish", ["length", "model_length", "content_filter", "error"])
@pytest.mark.parametrize(
    "said", [CALL, f"{CALL}\n<tool_call>" + '{"name": "sea', '{"name": "search", "arguments": {}}']
)
def test_a_reply_that_was_cut_has_no_calls(finish: str, said: str) -> None:
    """Also where the first of them is whole: what is missing might have changed it."""
    deltas = read(*map(delta, said), delta("", finish))
    assert (calls(deltas), text(deltas)) == ([], said)
    assert reason(deltas) == finish.replace("model_", "")


def test_a_reply_that_used_all_its_tokens_was_cut() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 100}
    assert calls(read(message(CALL) | {"usage": usage}, whole=True, max_tokens=100)) == []


def test_a_finish_reason_that_says_calls_is_right_with_calls() -> None:
    assert reason(read(message(CALL, "tool_calls"), whole=True)) == "tool_calls"


@pytest.mark.parametrize("content", ["", None, "\n\n"])
def test_a_call_among_the_thoughts_counts_where_there_is_no_answer(content: str | None) -> None:
    deltas = read(message(content, reasoning_content=f"I need to search.\n{CALL}"), whole=True)
    assert (calls(deltas), thoughts(deltas), text(deltas).strip()) == (SEARCH, "I need to search.\n", "")
    assert reason(deltas) == "tool_calls"


def test_a_call_among_the_thoughts_counts_not_where_there_is_an_answer() -> None:
    deltas = read(*(delta(None, reasoning=piece) for piece in CALL), delta("It is 4."), delta("", "stop"))
    assert (calls(deltas), thoughts(deltas), text(deltas)) == ([], CALL, "It is 4.")


def test_a_call_in_the_answer_counts_before_one_among_the_thoughts() -> None:
    said = '[TOOL_CALLS]add[ARGS]{"a": 1}'
    deltas = read(message(said, reasoning=f"Maybe {CALL}"), whole=True)
    assert (calls(deltas), thoughts(deltas)) == ([("add", '{"a": 1}')], f"Maybe {CALL}")


def test_a_call_in_the_middle_of_the_thoughts_is_none() -> None:
    deltas = read(message("", reasoning=f"{CALL} or not"), whole=True)
    assert (calls(deltas), thoughts(deltas)) == ([], f"{CALL} or not")


def test_a_stream_that_breaks_off_has_the_text_that_was_held_back() -> None:
    reader = ReplyReader(tools=TOOLS)
    for piece in ("Ok.\n", CALL[:40]):
        reader.feed(json.dumps(delta(piece)))
    with pytest.raises(TruncatedStreamError) as caught:
        reader.finish()
    assert caught.value.text == f"Ok.\n{CALL[:40]}"


def test_half_a_character_at_the_end_of_what_is_held_back() -> None:
    reader = ReplyReader(tools=TOOLS)
    deltas = [*reader.feed('{"response": "<tool\\ud83d"}'), *reader.feed("[DONE]"), *reader.finish()]
    assert text(deltas) == "<tool\ufffd"


@pytest.mark.parametrize(("choice", "names"), [("auto", ("add",)), ("add", ("add",)), ("none", ())])
def test_only_what_may_be_called_is_salvaged(choice: str, names: tuple[str, ...]) -> None:
    tool = ToolSpec("add", "Add.", {"type": "object", "properties": {}})
    assert callable_names(Request([Message("user", "hi")], (tool,), choice)) == names
