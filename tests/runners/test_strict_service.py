"""The strict service itself: it says what Workers AI says (contract/workers_ai.md sections 2, 3.2, 3.3 and 10)."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.wire.serving.validation import refusal

from .loopback import Seen
from .strict_service import MODEL, SCHEMA, Refusal, check

USER = {"role": "user", "content": "Hi"}
ONE = {"messages": [USER]}
NONE = "oneOf at '/' not met, 0 matches: "
NO_PROMPT = NONE + "required properties at '/' are 'prompt', "

REFUSED: dict[str, tuple[Any, str]] = {
    "neither prompt nor messages": ({}, NO_PROMPT + "required properties at '/' are 'messages'"),
    "a batch": ({"requests": []}, NO_PROMPT + "required properties at '/' are 'messages'"),
    "both": ({"prompt": "x", **ONE}, "oneOf at '/' not met, 2 matches"),
    "content null (Q1)": (
        {"messages": [USER, {"role": "assistant", "content": None}]},
        NO_PROMPT + "Type mismatch of '/messages/1/content', 'string' not in 'null'",
    ),
    "no content (Q1)": (
        {"messages": [USER] * 17 + [{"role": "assistant"}]},
        NO_PROMPT + "required properties at '/messages/17' are 'role,content'",
    ),
    "content in parts (Q2)": (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
        NO_PROMPT + "Type mismatch of '/messages/0/content', 'string' not in 'array'",
    ),
    "content a number": (
        {"messages": [{"role": "user", "content": 5}]},
        NO_PROMPT + "Type mismatch of '/messages/0/content', 'string' not in 'number','integer'",
    ),
    "max_tokens null (Q4)": (
        ONE | {"max_tokens": None},
        NONE + "Type mismatch of '/max_tokens', 'integer' not in 'null'",
    ),
    "temperature as text (Q4)": (
        ONE | {"temperature": "0.5"},
        NONE + "Type mismatch of '/temperature', 'number' not in 'string'",
    ),
    "temperature a boolean (Q4)": (
        ONE | {"temperature": True},
        NONE + "Type mismatch of '/temperature', 'number' not in 'boolean'",
    ),
    "seed 0 (Q6)": (ONE | {"seed": 0}, NONE + "'/seed' must be >= 1"),
    "temperature 9 (Q6)": (ONE | {"temperature": 9}, NONE + "'/temperature' must be <= 5"),
    "a prompt that is too long": (
        {"prompt": "x" * 131_073},
        "oneOf at '/' not met, 0 matches: Length of '/prompt' must be <= 131072, "
        "required properties at '/' are 'messages'",
    ),
    "response_format text (Q7)": (
        ONE | {"response_format": {"type": "text"}},
        NONE + "enum text not in json_object,json_schema at '/response_format/type'",
    ),
    "a function without code (Q17)": (
        ONE | {"functions": [{"name": "x"}]},
        NO_PROMPT + "required properties at '/functions/0' are 'name,code'",
    ),
    "no object": ([], NO_PROMPT + "required properties at '/' are 'messages'"),
}

TAKEN: dict[str, Any] = {
    "messages": ONE,
    "a prompt": {"prompt": "x"},
    "an empty prompt beside messages (Q3)": {"prompt": "", **ONE},
    "a prompt beside broken messages (Q3)": {"prompt": "x", "messages": "bad"},
    "no messages": {"messages": []},
    "an unknown key (Q8)": ONE | {"max_token": 5},
    "256.0 (Q4)": ONE | {"max_tokens": 256.0},
    "any role (Q12)": {"messages": [{"role": "banana", "content": ""}]},
    "anything in tools (Q14)": ONE | {"tools": [[1, "a"], None, {"parameters": {}}]},
    "an image that is none (Q17)": ONE | {"image": 5},
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_validator_refuses(name: str) -> None:
    body, text = REFUSED[name]
    assert refusal(SCHEMA, body) == text


@pytest.mark.parametrize("name", TAKEN)
def test_the_validator_takes(name: str) -> None:
    assert refusal(SCHEMA, TAKEN[name]) is None


HEADERS = {"authorization": "Bearer secret", "content-type": "application/json"}
RUN = f"/client/v4/accounts/acc/ai/run/{MODEL}"
BODY = b'{"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}'


def tools(*items: str) -> bytes:
    return BODY[:-1] + b', "tools": [%b]}' % ", ".join(items).encode()


FLAT = '{"name": "add", "description": "Add.", "parameters": {"type": "object", "properties": {}}}'
PLAIN = f'{{"type": "function", "function": {FLAT}}}'
CALL = '{"id": "c1", "type": "function", "function": {"name": "add", "arguments": %s}}'


def after(*messages: str) -> bytes:
    return BODY.replace(b"}]", b"}, %b]" % ", ".join(messages).encode())


def calling(*arguments: str) -> str:
    calls = ", ".join(CALL % each for each in arguments)
    return f'{{"role": "assistant", "content": "", "tool_calls": [{calls}]}}'


RESULT = '{"role": "tool", "content": "2", "tool_call_id": "c1", "name": "add"}'

REQUESTS: dict[str, tuple[Seen, int, int]] = {
    "another method (Q40)": (Seen("GET", RUN, HEADERS, b""), 405, 7001),
    "no token (Q39)": (Seen("POST", RUN, {}, BODY), 400, 9106),
    "a token with a space (Q39)": (Seen("POST", RUN, HEADERS | {"authorization": "Bearer a b"}, BODY), 400, 6003),
    "a wrong token (Q39)": (Seen("POST", RUN, HEADERS | {"authorization": "Bearer x"}, BODY), 401, 10000),
    "a wrong account (Q39)": (Seen("POST", RUN.replace("acc/", "x/"), HEADERS, BODY), 404, 7003),
    "an encoded model (Q9)": (Seen("POST", RUN.replace("@", "%40"), HEADERS, BODY), 400, 5007),
    "no body": (Seen("POST", RUN, HEADERS, b""), 400, 3003),
    "a schema with stream (Q7)": (
        Seen("POST", RUN, HEADERS, BODY[:-1] + b', "stream": true, "response_format": {"type": "json_schema"}}'),
        400,
        5023,
    ),
    "a wrapped schema (Q7)": (
        Seen("POST", RUN, HEADERS, BODY[:-1] + b', "response_format": {"json_schema": {"name": "x", "schema": {}}}}'),
        400,
        8001,
    ),
    "too much context (Q37)": (Seen("POST", RUN, HEADERS, BODY.replace(b"5", b"128000")), 413, 5021),
    "flat tools (Q13)": (Seen("POST", RUN, HEADERS, tools(FLAT)), 400, 8001),
    "a tool without a description (Q14)": (
        Seen("POST", RUN, HEADERS, tools(PLAIN.replace('"description": "Add.", ', ""))),
        400,
        8001,
    ),
    "tool_choice any (Q16)": (Seen("POST", RUN, HEADERS, tools(PLAIN)[:-1] + b', "tool_choice": "any"}'), 400, 8001),
    "no max_tokens (Q5)": (Seen("POST", RUN, HEADERS, BODY.replace(b', "max_tokens": 5', b"")), 400, 8001),
    "functions (Q17)": (Seen("POST", RUN, HEADERS, BODY[:-1] + b', "functions": []}'), 400, 8001),
    "arguments as an object (Q32)": (Seen("POST", RUN, HEADERS, after(calling('{"a": 1}'), RESULT)), 400, 8001),
    "a call without its result (Q29)": (Seen("POST", RUN, HEADERS, after(calling('"{}"'))), 400, 8001),
    "a result without its call": (Seen("POST", RUN, HEADERS, after(RESULT)), 400, 8001),
    "two calls with one id (Q25)": (Seen("POST", RUN, HEADERS, after(calling('"{}"', '"{}"'), RESULT)), 400, 8001),
    "a field for us alone": (
        Seen("POST", RUN, HEADERS, after('{"role": "user", "content": "", "encoded": 1}')),
        400,
        8001,
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_service_refuses(name: str) -> None:
    request, status, code = REQUESTS[name]
    with pytest.raises(Refusal) as caught:
        check(request)
    assert caught.value.args[:2] == (status, code), caught.value.args


@pytest.mark.parametrize("body", [BODY, tools(PLAIN), after(calling('"{}"'), RESULT)])
def test_the_service_takes(body: bytes) -> None:
    check(Seen("POST", RUN, HEADERS, body))
