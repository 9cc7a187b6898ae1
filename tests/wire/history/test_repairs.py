"""`repair`: what comes out, a row each."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from agentkit.messages import Message
from agentkit.wire.dialects import MISTRAL, Dialect
from agentkit.wire.history import examine, repair

from .repair_cases import REPAIRS
from .samples import USER, call, calls, result

CASES = pytest.mark.parametrize(("name", "messages", "dialect", "expected"), REPAIRS, ids=[row[0] for row in REPAIRS])


@CASES
def test_a_repair(name: str, messages: list[Any], dialect: Dialect, expected: list[Any]) -> None:
    assert _with_new_ids_starred(repair(messages, dialect), messages) == expected


@CASES
def test_the_input_stays(name: str, messages: list[Any], dialect: Dialect, expected: list[Any]) -> None:
    before = copy.deepcopy(messages)
    repair(messages, dialect)
    assert messages == before


@CASES
def test_messages_that_are_fine_are_the_same_objects(
    name: str, messages: list[Any], dialect: Dialect, expected: list[Any]
) -> None:
    given = {id(message) for message in messages}
    for message in repair(messages, dialect):
        if message in messages:
            assert id(message) in given


def _with_new_ids_starred(messages: list[Any], given: list[Any]) -> list[Any]:
    text = json.dumps(messages)
    ids = [call["id"] for message in messages if isinstance(message, dict) for call in message.get("tool_calls", ())]
    new = [found for found in ids if f'"{found}"' not in json.dumps(given)]
    for found, star in zip(new, "*+", strict=False):
        assert len(found) == 9
        text = text.replace(f'"{found}"', f'"{star}"')
    return list(json.loads(text))


def test_message_objects_stay_message_objects_and_keep_reasoning() -> None:
    given = [
        Message("user", "a"),
        Message("user", "b"),
        Message("assistant", "", reasoning="Hm."),
        Message("user", "c"),
    ]
    assert repair(given, MISTRAL) == [
        Message("user", "a\n\nb"),
        Message("assistant", "(No answer was given.)", reasoning="Hm."),
        Message("user", "c"),
    ]


def test_each_message_tells_where_it_comes_from() -> None:
    found = examine([result("aaaaaaaa9"), USER, calls(call())])
    assert found.origins == [0, 0, 1, 2, 2]
    assert [problem.index for problem in found.problems] == [0, 2]


def test_a_growing_conversation_is_mended_in_the_same_way() -> None:
    """What is appended later does not change how the beginning is mended, so prefixes stay stable."""
    whole = [
        USER,
        calls(call("x")),
        result("x"),
        calls(call("x")),
        result("x", "4"),
        USER,
        calls(call("x")),
        result("x"),
    ]
    mended = repair(whole, MISTRAL)
    for end in (3, 5):
        beginning = repair(whole[:end], MISTRAL)
        assert mended[: len(beginning)] == beginning


def test_ids_that_are_all_the_same_are_made_different() -> None:
    """As many as a long conversation has, which would take minutes if each were compared with the ones before it."""
    turn = [calls(call("same")), result("same")]
    mended = repair(turn * 5000, MISTRAL)
    assert len({call["id"] for message in mended for call in message.get("tool_calls", ())}) == 5000
