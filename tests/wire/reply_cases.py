"""The table of replies: what came, and what it is. A new quirk is a new row."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.messages import Usage

DONE = "[DONE]"
NOTHING = Usage(requests=1)


@dataclass(frozen=True)
class Case:
    """What came, and what it is."""

    came: Any
    """The frames of a stream as a list; anything else is a whole reply. Text is taken as it is written."""
    text: str = ""
    calls: Sequence[tuple[str, str]] = ()
    """Name and arguments."""
    ids: Sequence[str | None] | None = None
    """The ids that the server gave."""
    reason: str = ""
    """Left out: `tool_calls` or `stop`, by what there is."""
    usage: Usage = NOTHING
    reasoning: str = ""
    repairs: Sequence[str] = ()
    model: str = "asked"


def message(content: Any = None, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}]
    }


def delta(content: Any = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}]}


def called(name: Any = "add", arguments: Any = '{"a": 1}', **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


def envelope(result: Any) -> dict[str, Any]:
    return {"result": result, "success": True, "errors": [], "messages": []}


ADD = ("add", '{"a": 1}')
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
USED = Usage(10, 5, requests=1)

WHOLE = {
    "native text": Case({"response": "Hello"}, "Hello"),
    "native text in the envelope": Case(envelope({"response": "Hello"}), "Hello"),
    "text as the result": Case(envelope("Hello"), "Hello"),
    "native with usage": Case(envelope({"response": "Hello", "tool_calls": [], "usage": USAGE}), "Hello", usage=USED),
    "native call, response null (Q19)": Case(
        {"response": None, "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, calls=[ADD], ids=[None]
    ),
    "native call, no response (Q19)": Case({"tool_calls": [{"arguments": {"a": 1}, "name": "add"}]}, calls=[ADD]),
    "native call, response empty": Case({"response": "", "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, calls=[ADD]),
    "native call in OpenAI's shape": Case(
        {"tool_calls": [called(id="chatcmpl-tool-1")]}, calls=[ADD], ids=["chatcmpl-tool-1"]
    ),
    "text and call": Case({"response": "Wait.", "tool_calls": [called()]}, "Wait.", [ADD]),
    "two native calls": Case(
        {"tool_calls": [{"name": "add", "arguments": {"a": 1}}, {"name": "add", "arguments": {"a": 1}}]}, calls=[ADD, ADD]
    ),
    "null calls (Q24)": Case({"response": "Hello", "tool_calls": None}, "Hello"),
    "null items (Q24)": Case({"tool_calls": [None, {"name": "add", "arguments": {"a": 1}}, None]}, calls=[ADD]),
    "a call without a name": Case(
        {"response": "Hello", "tool_calls": [{"arguments": {"a": 1}}]}, "Hello", repairs=["a call without a name was dropped"]
    ),
    "response an object (Q20)": Case({"response": {"city": "Köln"}}, '{"city": "Köln"}'),
    "response a list": Case({"response": [1, 2]}, "[1, 2]"),
    "response a number (Q20)": Case({"response": 42}, "42"),
    "response a number as it was written (Q46)": Case('{"response": 1.0}', "1.0"),
    "response a number with zeros before it": Case('{"response":007}', "007"),
    "response a boolean": Case({"response": False}, "false"),
    "top-level finish_reason (Q21)": Case({"response": "Hel", "finish_reason": "length"}, "Hel", reason="length"),
    "chat completion": Case(message("Hello") | {"usage": USAGE, "model": "m"}, "Hello", usage=USED, model="m"),
    "chat completion in the envelope": Case(envelope(message("Hello")), "Hello"),
    "chat call": Case(message(None, "tool_calls", tool_calls=[called(id="call_1")]), calls=[ADD], ids=["call_1"]),
    "chat call, finish_reason stop (Q27)": Case(message("", "stop", tool_calls=[called(id="call_1")]), calls=[ADD]),
    "finish_reason tool_calls, but none": Case(message("Hello", "tool_calls"), "Hello", reason="stop"),
    "calls that were cut": Case(message(None, "length", tool_calls=[called()]), calls=[ADD], reason="length"),
    "no finish_reason": Case(message("Hello", None), "Hello"),
    "finish_reason model_length": Case(message("Hel", "model_length"), "Hel", reason="length"),
    "finish_reason content_filter": Case(message("", "content_filter"), reason="content_filter"),
    "refusal": Case(message(None, refusal="I cannot."), "I cannot."),
    "content in parts": Case(message([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]), "Hello"),
    "choices[0].text (Q21)": Case({"choices": [{"finish_reason": "length", "text": "Hel"}]}, "Hel", reason="length"),
    "choices empty, response there": Case({"choices": [], "response": "Hello"}, "Hello"),
    "both shapes at once (Q45)": Case(message("Hello", tool_calls=[called()]) | {"response": "Hello", "tool_calls": [called()]}, "Hello", [ADD]),
    "only the first choice": Case({"choices": [*message("a")["choices"], {"index": 1, "message": {"content": "b"}}]}, "a"),
    "reasoning_content (Q55)": Case(message("4", reasoning_content="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning (Q55)": Case(message("4", reasoning="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning in two fields counts once": Case(
        message("4", reasoning="2 + 2", reasoning_content="2 + 2"), "4", reasoning="2 + 2"
    ),
    "thinking": Case(message("4", thinking="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning null": Case(message("4", reasoning=None, reasoning_content=None), "4"),
    "cut, though nothing says so (Q5)": Case(
        {"response": "x", "usage": {"prompt_tokens": 1, "completion_tokens": 100}},
        "x", reason="length", usage=Usage(1, 100, requests=1),
    ),
    "neurons and cached tokens": Case(
        {"response": "x", "usage": {**USAGE, "neurons": 0.25, "prompt_tokens_details": {"cached_tokens": 4}}},
        "x", usage=Usage(10, 5, 4, 0.25, 1),
    ),
    "usage null": Case({"response": "x", "usage": None}, "x"),
    "error null": Case(message("x") | {"error": None, "errors": []}, "x"),
    "arguments a string": Case({"tool_calls": [called(arguments='{"a": 1}')]}, calls=[ADD]),
    "arguments an object": Case({"tool_calls": [called(arguments={"a": 1})]}, calls=[ADD]),
    "arguments empty (Q22)": Case({"tool_calls": [called(arguments="")]}, calls=[("add", "{}")]),
    "arguments null (Q22)": Case({"tool_calls": [called(arguments=None)]}, calls=[("add", "{}")]),
    'arguments "null"': Case({"tool_calls": [called(arguments="null")]}, calls=[("add", "{}")]),
    "arguments missing": Case({"tool_calls": [{"name": "add"}]}, calls=[("add", "{}")]),
    "arguments encoded twice (Q22)": Case(
        {"tool_calls": [called(arguments='"{\\"a\\": 1}"')]}, calls=[ADD], repairs=["arguments were encoded twice"]
    ),
    "arguments no JSON": Case({"tool_calls": [called(arguments='{"a": ')]}, calls=[("add", '{"a": ')]),
    "arguments called parameters": Case({"tool_calls": [{"name": "add", "parameters": {"a": 1}}]}, calls=[ADD]),
    "arguments keep their characters": Case(
        {"tool_calls": [called(arguments={"a": "é\u2028"})]}, calls=[("add", '{"a": "é\u2028"}')]
    ),
    "function null, flat item": Case({"tool_calls": [{"function": None, "name": "add", "arguments": {"a": 1}}]}, calls=[ADD]),
    "tool_calls an object": Case({"tool_calls": {"name": "add", "arguments": {"a": 1}}}, calls=[ADD]),
    "id empty (Q25)": Case({"tool_calls": [called(id="")]}, calls=[ADD], ids=[None]),
    "id a number": Case({"tool_calls": [called(id=5)]}, calls=[ADD], ids=["5"]),
    "one id for two calls (Q25)": Case(
        {"tool_calls": [called(id="x"), called(id="x")]}, calls=[ADD, ADD], ids=[None, None]
    ),
    "half a character": Case('{"response": "a\\ud83d"}', "a\ufffd"),
}

STREAMS = {
    "native (9.2)": Case([{"response": "Hel"}, {"response": "lo"}, DONE], "Hello"),
    "native with padding (Q44)": Case([{"response": "Hi", "tool_calls": [], "p": "abdef"}, {"tool_calls": [], "p": "ab"}, DONE], "Hi"),
    "native with usage": Case([{"response": "Hi"}, {"response": "", "usage": USAGE}, DONE], "Hi", usage=USED),
    "native numbers (Q46)": Case([{"response": 6}, '{"response": 1.50}', '{"response":00}', {"response": None}, DONE], "61.5000"),
    "native finish_reason": Case([{"response": "Hi"}, {"response": "", "finish_reason": "stop"}], "Hi"),
    "native fragments (9.3)": Case([
        {"tool_calls": [{"id": "c1", "type": "function", "index": 0, "function": {"name": "add"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"id": None, "type": None, "index": 0, "function": {"name": None, "arguments": ""}}]},
        DONE], calls=[ADD], ids=["c1"]),
    "native whole call": Case([{"response": None, "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, DONE], calls=[ADD]),
    "native whole calls in two frames": Case([
        {"tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, {"tool_calls": [{"name": "add", "arguments": {"a": 1}}]},
        DONE], calls=[ADD, ADD]),
    "chat (9.4)": Case([delta("", role="assistant"), delta("Hel"), delta("lo"), delta(None, "stop"), DONE], "Hello"),
    "chat, no done (Q49)": Case([delta("Hello"), delta(None, "stop")], "Hello"),
    "chat, no finish_reason": Case([delta("Hello"), DONE], "Hello"),
    "chat, text after the finish_reason": Case([delta("Hel", "stop"), delta("lo"), DONE], "Hello"),
    "a finish_reason on every frame": Case([delta("Hel", "stop"), delta("lo", "stop")], "Hello"),
    "chat usage at the end": Case([delta("Hi", "stop"), {"choices": [], "usage": USAGE}, DONE], "Hi", usage=USED),
    "chat usage as parts (Q47)": Case(
        [delta("H") | {"usage": {"prompt_tokens": 0, "completion_tokens": 1}}] * 3 + [DONE], "HHH", usage=Usage(0, 3, requests=1)),
    "chat numbers": Case([delta(6), delta("", "stop"), DONE], "6"),
    "chat delta null": Case([{"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}, delta("x"), DONE], "x"),
    "chat calls": Case([
        delta(tool_calls=[{"index": 0, **called(arguments="", id="c1")}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"a": 1}'}}]),
        delta(tool_calls=[{"index": 1, **called("sub", "", id="c2")}]),
        delta(tool_calls=[{"index": 1, "function": {"arguments": "{}"}}]),
        delta(None, "tool_calls"), DONE], calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "fragments of two calls mixed": Case([
        delta(tool_calls=[{"index": 0, **called("add", '{"a"')}, {"index": 1, **called("sub", '{"b"')}]),
        delta(tool_calls=[{"index": 1, "function": {"arguments": ": 2}"}}, {"index": 0, "function": {"arguments": ": 1}"}}]),
        DONE], calls=[ADD, ("sub", '{"b": 2}')]),
    "the second index first": Case([
        delta(tool_calls=[{"index": 1, **called("sub", "{}")}]), delta(tool_calls=[{"index": 0, **called()}]), DONE],
        calls=[("sub", "{}"), ADD]),
    "name after the arguments (Q48)": Case([
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"a": 1}'}}]),
        delta(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "add"}}]), DONE], calls=[ADD], ids=["c1"]),
    "two calls on one index, by id (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called(id="c1")}]), delta(tool_calls=[{"index": 0, **called(id="c2")}]), DONE],
        calls=[ADD, ADD], ids=["c1", "c2"]),
    "two calls on one index, by name (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called()}]), delta(tool_calls=[{"index": 0, **called("sub", "{}")}]), DONE],
        calls=[ADD, ("sub", "{}")]),
    "two calls on one index, the same twice": Case([
        delta(tool_calls=[{"index": 0, **called()}]), delta(tool_calls=[{"index": 0, **called()}]), DONE], calls=[ADD, ADD]),
    "no index": Case([
        delta(tool_calls=[called("add", "")]), delta(tool_calls=[{"function": {"arguments": '{"a": 1}'}}]), DONE], calls=[ADD]),
    "id and name on every fragment": Case([
        delta(tool_calls=[{"index": 0, **called("add", '{"a"', id="c1")}]),
        delta(tool_calls=[{"index": 0, **called("add", ": 1}", id="c1")}]), DONE], calls=[ADD], ids=["c1"]),
    "a name again at the end": Case([
        delta(tool_calls=[{"index": 0, **called()}]), delta(tool_calls=[{"index": 0, **called("add", "")}]), DONE], calls=[ADD]),
    "a whole message in a stream": Case([message("Hello", tool_calls=[called()]), DONE], "Hello", [ADD]),
    "arguments an object in a stream": Case([delta(tool_calls=[{"index": 0, **called(arguments={"a": 1})}]), DONE], calls=[ADD]),
    "both shapes in one frame (Q45)": Case(
        [delta("Hel") | {"response": "Hel"}, delta("lo") | {"response": "lo"}, delta("") | {"response": ""}, DONE], "Hello"),
    "response, with a choice that says nothing": Case([delta("", role="assistant") | {"response": "Hi"}, DONE], "Hi"),
    "streamed_data": Case([{"streamed_data": [{"response": "Hel"}, {"response": "lo"}]}, DONE], "Hello"),
    "reasoning": Case([delta(reasoning_content="2"), delta(reasoning="+2"), delta("4"), DONE], "4", reasoning="2+2"),
    "frames with a single newline between": Case(['{"response": "Hel"}\n{"response": "lo"}', DONE], "Hello"),
    "a character cut in two": Case(['{"response": "a\\ud83d"}', '{"response": "\\ude00b"}', DONE], "a😀b"),
    "half a character": Case(['{"response": "a\\ud83d"}', '{"response": "b"}', DONE], "a\ufffdb"),
    "half a character at the end": Case(['{"response": "a\\ud83d"}', DONE], "a\ufffd"),
    "frames of other kinds": Case([{"type": "ping"}, [], 5, None, {"response": "Hi"}, DONE], "Hi"),
    "nothing said": Case([{"choices": [], "usage": USAGE}, DONE], usage=USED),
    "only done": Case([DONE]),
    "choices null": Case([{"choices": None, "response": "Hi"}, DONE], "Hi"),
    "other choices": Case([{"choices": [{"index": 1, "delta": {"content": "b"}}]}, delta("a", "stop")], "a"),
}
