"""`lint`: every problem by its position and kind, and nothing where nothing is wrong."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agentkit.messages import Message, ToolCall
from agentkit.wire.dialects import OPENAI, WORKERS_AI, Dialect
from agentkit.wire.history import Kind, lint, repair

from .problem_cases import FINE, WRONG
from .samples import USER
from .strict_servers import SERVERS

STRICT = {dialect.name: server for dialect, server in SERVERS}


@pytest.mark.parametrize(("name", "messages", "dialect"), FINE, ids=[row[0] for row in FINE])
def test_what_is_fine_stays(name: str, messages: list[Any], dialect: Dialect) -> None:
    assert lint(messages, dialect) == []
    assert all(after is before for after, before in zip(repair(messages, dialect), messages, strict=True))


@pytest.mark.parametrize(("name", "messages", "dialect", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_named(name: str, messages: Any, dialect: Dialect, expected: list[tuple[int, str]]) -> None:
    found = [(problem.index, problem.kind + "*" * (not problem.repairable)) for problem in lint(messages, dialect)]
    assert found == expected


@pytest.mark.parametrize(("name", "messages", "dialect", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_what_can_be_repaired_is(name: str, messages: Any, dialect: Dialect, expected: list[tuple[int, str]]) -> None:
    mended = repair(messages, dialect)
    assert [problem.kind for problem in lint(mended, dialect) if problem.repairable] == []
    assert repair(mended, dialect) == mended


def test_the_strict_servers_agree() -> None:
    """They take what is fine, and refuse what can be repaired: so the properties can fail."""
    for _, messages, dialect in FINE:
        if dialect in [row[0] for row in SERVERS]:
            STRICT[dialect.name](messages)
    taken = []
    for name, messages, dialect, expected in WRONG:
        if any(not kind.endswith("*") for _, kind in expected):
            try:
                STRICT[dialect.name](messages)
            except Exception:
                continue
            taken.append(name)
    assert taken == ["a call as text whose result is missing"]  # a service cannot tell it from an answer


def test_every_kind_has_a_row() -> None:
    assert {kind.rstrip("*") for row in WRONG for _, kind in row[3]} == set(get_args(Kind))


def test_a_problem_is_a_sentence_with_its_place() -> None:
    [problem] = lint([USER, {"role": "tool", "tool_call_id": "q1", "content": "3"}])
    assert str(problem) == "message 1: it is the result of 'q1', which is not there."


ADD = ToolCall("aaaaaaaa1", "add", '{"a": 1}')
RESULT = Message("tool", "3", tool_call_id="aaaaaaaa1", name="add")
MESSAGES: list[tuple[str, list[Message], list[str]]] = [
    ("fine", [Message("user", "?"), Message("assistant", "", (ADD,)), RESULT], []),
    ("no result", [Message("user", "?"), Message("assistant", "", (ADD,))], ["orphan_call"]),
    ("arguments", [Message("assistant", "", (ToolCall("aaaaaaaa1", "add", "{"),)), RESULT], ["arguments_invalid"]),
    ("calls of a user", [Message("user", "", (ADD,))], ["misplaced_calls"]),
    ("null", [Message("user", None)], ["null_content"]),  # type: ignore[arg-type]
    ("a server's ids are one", [Message("assistant", "", (ToolCall("aaaaaaaa1", "add", "{}", "x"),
     ToolCall("aaaaaaaa2", "add", "{}", "x"))), RESULT, Message("tool", "4", tool_call_id="aaaaaaaa2", name="add")],
     ["duplicate_id"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "messages", "kinds"), MESSAGES, ids=[row[0] for row in MESSAGES])
@pytest.mark.parametrize("dialect", [OPENAI, WORKERS_AI], ids=lambda dialect: dialect.name)
def test_message_objects(name: str, messages: list[Message], kinds: list[str], dialect: Dialect) -> None:
    assert [problem.kind for problem in lint(messages, dialect)] == kinds
    mended = repair(messages, dialect)
    assert all(isinstance(message, Message) for message in mended)
    assert not lint(mended, dialect)
