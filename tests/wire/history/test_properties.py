"""Whatever happens to a valid history: mended, a strict server takes it, and no result is lost."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.generation import Request
from agentkit.messages import Message
from agentkit.wire.dialects import Dialect
from agentkit.wire.history import lint, repair
from agentkit.wire.requests import RequestEncoder

from .strict_servers import SERVERS

Server = Callable[[Sequence[Any]], None]
EACH_SERVER = pytest.mark.parametrize(("dialect", "server"), SERVERS, ids=[dialect.name for dialect, _ in SERVERS])


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A valid conversation of chat completions. Each result says something else."""
    form = draw(st.sampled_from(["{:09}", "call_{}"]))
    messages: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}] if draw(st.booleans()) else []
    number = 0
    for _ in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": f"question {number}"})
        for count in draw(st.lists(st.integers(1, 3), max_size=3)):
            numbers = range(number, number + count)
            number += count
            made = [(form.format(one), draw(st.sampled_from(["add", "now"])), f"<result {one}>") for one in numbers]
            asked = [
                {"id": call_id, "type": "function", "function": {"name": name, "arguments": '{"a": 1}'}}
                for call_id, name, _ in made
            ]
            messages.append({"role": "assistant", "content": draw(st.sampled_from(["", "Well."])), "tool_calls": asked})
            messages += [
                {"role": "tool", "tool_call_id": call_id, "name": name, "content": text} for call_id, name, text in made
            ]
        messages.append({"role": "assistant", "content": f"answer {number}"})
    return messages


def _cut(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    return messages[draw(st.integers(0, len(messages))) :]


def _cancel(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    return messages[: draw(st.integers(0, len(messages)))]


def _drop(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    return [message for message in messages if draw(st.integers(0, 4))]


def _double(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    copies = [copy.deepcopy(message) for message in messages if not draw(st.integers(0, 4))]
    place = draw(st.integers(0, len(messages)))
    return messages[:place] + copies + messages[place:]


def _shuffle(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    return list(draw(st.permutations(messages)))


def _swap(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    place = draw(st.integers(0, max(0, len(messages) - 2)))
    return messages[:place] + messages[place : place + 2][::-1] + messages[place + 2 :]


def _forget(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    """Fields of results, and calls of assistants, are gone."""
    for message in messages:
        if message["role"] == "tool" and not draw(st.integers(0, 2)):
            message.pop(draw(st.sampled_from(["tool_call_id", "name"])), None)
        if message.get("tool_calls") and not draw(st.integers(0, 3)):
            message["tool_calls"].pop()
            message["content"] = draw(st.sampled_from([None, ""]))
    return messages


def _confuse(messages: list[Any], draw: st.DrawFn) -> list[Any]:
    """Ids are one and the same, arguments objects or nothing."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            if not draw(st.integers(0, 3)):
                call["id"] = draw(st.sampled_from(["same", "000000000", "", None]))
            if not draw(st.integers(0, 3)):
                call["function"]["arguments"] = draw(st.sampled_from([{"a": 1}, None, "", "{", "[1]", '"{}"']))
        if message["role"] == "tool" and not draw(st.integers(0, 3)):
            message["tool_call_id"] = draw(st.sampled_from(["same", "000000000", ""]))
    return messages


HARMS = [_cut, _cancel, _drop, _double, _shuffle, _swap, _forget, _confuse]


@st.composite
def harmed(draw: st.DrawFn) -> list[dict[str, Any]]:
    messages = draw(histories())
    for harm in draw(st.lists(st.sampled_from(HARMS), min_size=1, max_size=3)):
        messages = harm(messages, draw)
    return messages


@EACH_SERVER
@settings(max_examples=50, deadline=None)
@given(messages=harmed())
def test_a_strict_server_takes_what_was_mended(messages: list[Any], dialect: Dialect, server: Server) -> None:
    before = copy.deepcopy(messages)
    mended = repair(messages, dialect)
    server(mended)
    assert messages == before
    assert repair(messages, dialect) == mended
    assert repair(mended, dialect) == mended
    assert not [problem for problem in lint(mended, dialect) if problem.repairable]


@EACH_SERVER
@settings(max_examples=25, deadline=None)
@given(messages=harmed())
def test_a_strict_server_takes_requests_of_mended_message_objects(
    messages: list[Any], dialect: Dialect, server: Server
) -> None:
    given_messages = [Message.from_dict(message) for message in messages]
    mended = repair(given_messages, dialect)
    server(json.loads(RequestEncoder(dialect, "m").encode(Request(mended), stream=False))["messages"])
    assert all(after is before for after, before in zip(repair(mended, dialect), mended, strict=True))


@EACH_SERVER
@settings(max_examples=25, deadline=None)
@given(messages=harmed())
def test_no_result_is_lost(messages: list[Any], dialect: Dialect, server: Server) -> None:
    there = {message["content"] for message in messages if message["role"] == "tool"}
    told = json.dumps([message["content"] for message in repair(messages, dialect) if message["role"] != "assistant"])
    assert set(re.findall(r"<result \d+>", told)) == there


@settings(max_examples=25, deadline=None)
@given(histories(), st.sampled_from([row[0] for row in SERVERS[:2]]))
def test_a_valid_history_stays(messages: list[Any], dialect: Dialect) -> None:
    assert lint(messages, dialect) == []
    assert all(after is before for after, before in zip(repair(messages, dialect), messages, strict=True))


fields = st.sampled_from(["type", "text", "a"])
odd = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | st.sampled_from(["", "a", "{", "{}", '{"a":1}']),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)
text_calls = st.sampled_from(['{"name":"f","arguments":{}}', '{"name":"g","parameters":"{}"}', '{"name":1}'])
functions = st.fixed_dictionaries({}, optional={"name": odd, "arguments": odd, "parameters": odd})
odd_calls = odd | st.fixed_dictionaries(
    {}, optional={"id": odd, "type": odd | st.just("function"), "function": odd | functions, "name": odd}
)
roles = (
    st.sampled_from(["system", "user", "assistant", "assistant", "tool", "tool", "developer", "function", "x"]) | odd
)
odd_messages = st.fixed_dictionaries(
    {},
    optional={
        "role": roles,
        "content": odd | text_calls,
        "tool_calls": odd | st.lists(odd_calls, max_size=2),
        "function_call": odd_calls,
        "tool_call_id": odd,
        "name": odd,
    },
)


@EACH_SERVER
@settings(max_examples=60, deadline=None)
@given(messages=odd | st.lists(odd_messages | odd, max_size=6))
def test_nothing_is_too_odd(messages: Any, dialect: Dialect, server: Server) -> None:
    before = repr(messages)
    mended = repair(messages, dialect)
    assert repr(messages) == before
    assert repr(repair(mended, dialect)) == repr(mended)
    assert not [problem for problem in lint(mended, dialect) if problem.repairable]
