"""One repair a row: its name, the conversation, the dialect, and the conversation that comes out.

An expected id of `*` stands for a new one, which is the same wherever `*` stands.
"""

from __future__ import annotations

from typing import Any

from agentkit.wire.dialects import MISTRAL, OPENAI, SINGLE_CALL, WORDS_ONLY, WORKERS_AI, Dialect

from .samples import ANSWER, SYSTEM, USER, bare, call, calls, result, text_call

LOST = "No result of this call is known. It may or may not have taken effect."
OPENING = {"role": "user", "content": "(The conversation begins here.)"}
NO_ANSWER = {"role": "assistant", "content": "(No answer was given.)"}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}

A, B = call(), call("aaaaaaaa2", "now")
RESULT_A, RESULT_B = result(), result("aaaaaaaa2", "12", "now")


def user(*texts: str) -> dict[str, Any]:
    return {"role": "user", "content": "\n\n".join(texts)}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def parts(*texts: str) -> list[Any]:
    return [{"type": "text", "text": text} for text in texts]


REPAIRS: list[tuple[str, Any, Dialect, list[Any]]] = [
    ("a call without a result is closed", [USER, calls(A), USER], OPENAI, [USER, calls(A), result(content=LOST), USER]),
    ("a result before its call goes after it", [USER, RESULT_A, calls(A), ANSWER], OPENAI,
     [USER, calls(A), RESULT_A, ANSWER]),
    ("a late result goes to its call", [USER, calls(A), USER, RESULT_A], OPENAI, [USER, calls(A), RESULT_A, USER]),
    ("a finished result is kept, the other call closed", [USER, calls(A, B), RESULT_B], OPENAI,
     [USER, calls(A, B), RESULT_B, result(content=LOST)]),
    ("results stand in the order of the calls", [USER, calls(A, B), RESULT_B], WORKERS_AI,
     [USER, calls(A, B), result(content=LOST), RESULT_B]),
    ("a result without a call gets one", [RESULT_A, USER], OPENAI,
     [calls(call(arguments="{}")), RESULT_A, USER]),
    ("a result without anything, too", [USER, bare("3")], OPENAI,
     [USER, calls(call("*", "unknown", "{}")), {"role": "tool", "content": "3", "tool_call_id": "*"}]),
    ("a second result gets the call again", [USER, calls(A), RESULT_A, result(content="4")], OPENAI,
     [USER, calls(A), RESULT_A, calls(call("*")), result("*", "4")]),
    ("a result again is dropped", [USER, calls(A), RESULT_A, RESULT_A], OPENAI, [USER, calls(A), RESULT_A]),
    ("one result among others of its turn", [USER, calls(A, B), RESULT_A, result("aaaaaaaa9", "9"), RESULT_B], OPENAI,
     [USER, calls(A, B), RESULT_A, RESULT_B, calls(call("aaaaaaaa9", arguments="{}")), result("aaaaaaaa9", "9")]),
    ("calls of a user go to the assistant", [{**USER, "tool_calls": [A]}, RESULT_A], OPENAI,
     [USER, calls(call("*")), result("*")]),
    ("a second id is made new", [USER, calls(A), RESULT_A, calls(call(name="now")), result(content="12", name="now")],
     OPENAI, [USER, calls(A), RESULT_A, calls(call("*", "now")), result("*", "12", "now")]),
    ("an id of nine", [USER, calls(call("call_1")), result("call_1")], MISTRAL, [USER, calls(call("*")), result("*")]),
    ("ids that are not there", [USER, calls(call(None)), bare("3", name="add")], OPENAI,
     [USER, calls(call("*")), result("*")]),
    ("results without ids go by name", [USER, calls(A, B), bare("12", name="now"), bare("3", name="add")], OPENAI,
     [USER, calls(A, B), RESULT_B, RESULT_A]),
    ("results without ids and names go by order", [USER, calls(A, B), bare("3"), bare("12")], WORKERS_AI,
     [USER, calls(A, B), RESULT_A, RESULT_B]),
    ("a result is named after its call", [USER, calls(A), result(name="plus")], OPENAI, [USER, calls(A), RESULT_A]),
    ("a call is named after its result", [USER, calls(call(name="")), RESULT_A], OPENAI, [USER, calls(A), RESULT_A]),
    ("section 7.1 as chat completions", [USER, text_call(), bare(), ANSWER], OPENAI,
     [USER, calls(call("*", arguments='{"a": 1}')), {"role": "tool", "content": "3", "tool_call_id": "*"}, ANSWER]),
    ("section 7.2, both calls first", [USER, text_call(), text_call("now"), bare("3", name="add")], WORKERS_AI,
     [USER, calls(call("*")), result("*"), calls(call("+", "now")), result("+", LOST, "now")]),
    ("object arguments become text", [USER, calls(call(arguments={"a": 1})), RESULT_A], OPENAI,
     [USER, calls(A), RESULT_A]),
    ("an empty text becomes an empty object", [USER, calls(call(arguments="")), RESULT_A], OPENAI,
     [USER, calls(call(arguments="{}")), RESULT_A]),
    ("what is cut becomes an empty object", [USER, calls(call(arguments='{"a": ')), RESULT_A], OPENAI,
     [USER, calls(call(arguments="{}")), RESULT_A]),
    ("what is encoded twice is read", [USER, calls(call(arguments='"{\\"a\\": 1}"')), RESULT_A], OPENAI,
     [USER, calls(A), RESULT_A]),
    ("flat calls get their shape", [USER, calls({"id": "aaaaaaaa1", "name": "add", "parameters": {"a": 1}}), RESULT_A],
     OPENAI, [USER, calls(A), RESULT_A]),
    ("further fields of calls stay", [USER, calls({**call(arguments={"a": 1}), "extra": 7}), RESULT_A], OPENAI,
     [USER, calls({**A, "extra": 7}), RESULT_A]),
    ("further fields of messages stay", [{**USER, "content": None, "name": "Ada"}], OPENAI,
     [{**USER, "content": "", "name": "Ada"}]),
    ("functions of old", [USER, {**ANSWER, "content": None, "function_call": {"name": "add", "arguments": '{"a": 1}'}},
     {"role": "function", "name": "add", "content": "3"}], OPENAI,
     [USER, calls(call("*"), content=None), result("*")]),
    ("null becomes an empty text", [{"role": "user", "content": None}], OPENAI, [{"role": "user", "content": ""}]),
    ("an object becomes its JSON", [{"role": "user", "content": {"a": "é"}}], OPENAI, [user('{"a": "é"}')]),
    ("texts become one", [{"role": "user", "content": parts("a", "b")}], WORKERS_AI, [user("a\nb")]),
    ("one text stands before the images", [{"role": "user", "content": [*parts("a"), IMAGE, *parts("b")]}], WORKERS_AI,
     [{"role": "user", "content": [*parts("a\nb"), IMAGE]}]),
    ("an image is not thrown away", [{"role": "user", "content": [*parts("a"), IMAGE]}], MISTRAL,
     [{"role": "user", "content": [*parts("a"), IMAGE]}]),
    ("images are joined", [USER, {"role": "user", "content": [IMAGE]}], MISTRAL,
     [{"role": "user", "content": [*parts("1 + 2?"), IMAGE]}]),
    ("the assistant speaks once at the end", [USER, assistant("a"), assistant("b"), assistant("c")], OPENAI,
     [USER, assistant("a\n\nb\n\nc")]),
    ("what is no message stays", [USER, 7, {"role": "banana"}], OPENAI, [USER, 7, {"role": "banana"}]),
    ("one of system", [SYSTEM, {"role": "system", "content": "Be kind."}, USER], SINGLE_CALL,
     [{"role": "system", "content": "Be brief.\n\nBe kind."}, USER]),
    ("system in between is told", [SYSTEM, USER, ANSWER, {"role": "system", "content": "Now."}, USER], MISTRAL,
     [SYSTEM, USER, ANSWER, user("Now.", "1 + 2?")]),
    ("two calls of a single-call template", [USER, calls(A, B, content="Well."), RESULT_A, RESULT_B], SINGLE_CALL,
     [USER, calls(A, content="Well."), RESULT_A, calls(B), RESULT_B]),
    ("users are joined", [USER, user("Please.")], MISTRAL, [user("1 + 2?", "Please.")]),
    ("text and calls are joined", [USER, assistant("Well."), calls(A), RESULT_A], MISTRAL,
     [USER, calls(A, content="Well."), RESULT_A]),
    ("a user speaks first", [SYSTEM, ANSWER, USER], MISTRAL, [SYSTEM, OPENING, ANSWER, USER]),
    ("an assistant speaks after a result", [USER, calls(A), RESULT_A, USER], MISTRAL,
     [USER, calls(A), RESULT_A, NO_ANSWER, USER]),
    ("an assistant says something", [USER, assistant(""), USER], MISTRAL, [USER, NO_ANSWER, USER]),
    ("everything in words", [SYSTEM, USER, calls(A, B), RESULT_A, RESULT_B], WORDS_ONLY,
     [user("Be brief.", "1 + 2?"), assistant('add({"a": 1})\nnow({"a": 1})'),
      user("Result of add: 3", "Result of now: 12")]),
]  # fmt: skip
