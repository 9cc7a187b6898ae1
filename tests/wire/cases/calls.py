"""Tool calls: arguments, ids and fragments, in every shape (quirks Q22, Q25, Q26, Q48), and calls as text (Q28)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, Case, called, delta, message, piece

TEXT = "a call was written as text"


def asks(arguments: Any) -> dict[str, Any]:
    return message(None, "tool_calls", tool_calls=[called(arguments=arguments)])


WHOLE = {
    "arguments a string (Q22)": Case(asks('{"a": 1}'), calls=[ADD]),
    "arguments an object (Q22)": Case(asks({"a": 1}), calls=[ADD]),
    "arguments an empty object (Q22)": Case(asks({}), calls=[("add", "{}")]),
    "arguments empty (Q22)": Case(asks(""), calls=[("add", "{}")]),
    "arguments white space (Q22)": Case(asks(" \n"), calls=[("add", "{}")]),
    "arguments null (Q22)": Case(asks(None), calls=[("add", "{}")]),
    'arguments "null" (Q22)': Case(asks("null"), calls=[("add", "{}")]),
    'arguments "\\"\\"" (Q22)': Case(asks('""'), calls=[("add", "{}")]),
    "arguments missing (Q22)": Case({"tool_calls": [{"name": "add"}]}, calls=[("add", "{}")]),
    "arguments encoded twice (Q22)": Case(asks('"{\\"a\\": 1}"'), calls=[ADD], repairs=["arguments were encoded twice"]),
    "arguments a list are the schema's matter (Q22)": Case(asks([1]), calls=[("add", "[1]")]),
    "arguments a number are the schema's matter (Q22)": Case(asks(5), calls=[("add", "5")]),
    "arguments no JSON (Q22)": Case(asks('{"a": '), calls=[("add", '{"a": ')]),
    "arguments keep their bytes": Case(asks('{"a" :1,\n "b":"\\u00e9"}'), calls=[("add", '{"a" :1,\n "b":"\\u00e9"}')]),
    "arguments keep their characters": Case(asks({"a": "é\u2028😀"}), calls=[("add", '{"a": "é\u2028😀"}')]),
    "arguments keep long numbers": Case(asks('{"a": 12345678901234567890}'), calls=[("add", '{"a": 12345678901234567890}')]),
    "arguments called parameters": Case({"tool_calls": [{"name": "add", "parameters": {"a": 1}}]}, calls=[ADD]),
    "function null, flat item": Case({"tool_calls": [{"function": None, "name": "add", "arguments": {"a": 1}}]}, calls=[ADD]),
    "type missing": Case({"tool_calls": [{"function": {"name": "add", "arguments": '{"a": 1}'}}]}, calls=[ADD]),
    "name null": Case({"response": "x", "tool_calls": [called(None)]}, "x", repairs=["a call without a name was dropped"]),
    "name empty": Case({"response": "x", "tool_calls": [called("")]}, "x", repairs=["a call without a name was dropped"]),
    "id missing (Q25)": Case({"tool_calls": [called()]}, calls=[ADD], ids=[None]),
    "id null (Q25)": Case({"tool_calls": [called(id=None)]}, calls=[ADD], ids=[None]),
    "id empty (Q25)": Case({"tool_calls": [called(id="")]}, calls=[ADD], ids=[None]),
    "id a number (Q25)": Case({"tool_calls": [called(id=5)]}, calls=[ADD], ids=["5"]),
    "one id for two calls (Q25)": Case({"tool_calls": [called(id="x"), called(id="x")]}, calls=[ADD, ADD], ids=[None, None]),
    "id of another form (Q26)": Case({"tool_calls": [called(id="functions.add:0")]}, calls=[ADD], ids=["functions.add:0"]),
    "id of nine digits (Q26)": Case({"tool_calls": [called(id="000000001")]}, calls=[ADD], ids=["000000001"]),
    "call as text, name and arguments (9.5, Q28)": Case({"response": '{"name": "add", "arguments": {"a": 1}}'}, calls=[ADD], tools=["add"], repairs=[f"{TEXT} (json)"]),
    "call as text, name and parameters (9.5, Q28)": Case({"response": '{"name": "add", "parameters": {"a": 1}}'}, calls=[ADD], tools=["add"], repairs=[f"{TEXT} (json)"]),
    "call as text, Llama's (9.5, Q28)": Case({"response": '{"type": "function", "name": "add", "parameters": {"a": 1}}'}, calls=[ADD], tools=["add"], repairs=[f"{TEXT} (json)"]),
    "call as text, a list (9.5, Q28)": Case({"response": '[{"name": "add", "arguments": {"a": 1}}]'}, calls=[ADD], tools=["add"], repairs=[f"{TEXT} (json)"]),
    "call as text of a model without tools of its own (Q15)": Case(message('<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>'), calls=[ADD], tools=["add"], repairs=[f"{TEXT} (hermes)"]),
    "call as text, but nothing was offered (Q28)": Case({"response": '{"name": "add", "arguments": {"a": 1}}'}, '{"name": "add", "arguments": {"a": 1}}'),
    "call as text, but another was offered (Q28)": Case({"response": '{"name": "add", "arguments": {"a": 1}}'}, '{"name": "add", "arguments": {"a": 1}}', tools=["sub"]),
    "call as text in prose is none (Q28)": Case({"response": 'The answer is {"name": "add", "parameters": {"a": 1}}'}, 'The answer is {"name": "add", "parameters": {"a": 1}}', tools=["add"]),
    "call as text beside a call is none (Q28)": Case({"response": '{"name": "add", "arguments": {"a": 2}}', "tool_calls": [called()]}, '{"name": "add", "arguments": {"a": 2}}', [ADD], tools=["add"]),
}

STREAMS = {
    "fragments of two calls, one after the other": Case([
        delta(tool_calls=[{"index": 0, **called(arguments="", id="c1")}]), delta(tool_calls=[piece('{"a": 1}')]),
        delta(tool_calls=[{"index": 1, **called("sub", "", id="c2")}]), delta(tool_calls=[piece("{}", 1)]),
        delta(None, "tool_calls"), DONE], calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "fragments of two calls, mixed": Case([
        delta(tool_calls=[{"index": 0, **called("add", '{"a"')}, {"index": 1, **called("sub", '{"b"')}]),
        delta(tool_calls=[piece(": 2}", 1), piece(": 1}")]), DONE], calls=[ADD, ("sub", '{"b": 2}')]),
    "one character a fragment": Case([
        delta(tool_calls=[{"index": 0, **called(arguments="", id="c1")}]), *[delta(tool_calls=[piece(each)]) for each in '{"a": 1}'], delta(None, "tool_calls"), DONE],
        calls=[ADD], ids=["c1"]),
    "the second index first": Case([
        delta(tool_calls=[{"index": 1, **called("sub", "{}")}]), delta(tool_calls=[{"index": 0, **called()}]), DONE], calls=[("sub", "{}"), ADD]),
    "an index that is text": Case([
        delta(tool_calls=[{"index": "0", **called("add", '{"a"')}, {"index": "1", **called("sub", "{")}]),
        delta(tool_calls=[{"index": "1", "function": {"arguments": "}"}}, {"index": "0", "function": {"arguments": ": 1}"}}]), DONE], calls=[ADD, ("sub", "{}")]),
    "name after the arguments (Q48)": Case([
        delta(tool_calls=[piece('{"a": 1}')]), delta(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "add"}}]), DONE], calls=[ADD], ids=["c1"]),
    "name between the arguments (Q48)": Case([
        delta(tool_calls=[piece('{"a"')]), delta(tool_calls=[{"index": 0, "function": {"name": "add"}}]), delta(tool_calls=[piece(": 1}")]), DONE], calls=[ADD]),
    "two calls on one index, by id (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called(id="c1")}]), delta(tool_calls=[{"index": 0, **called(id="c2")}]), DONE], calls=[ADD, ADD], ids=["c1", "c2"]),
    "two calls on one index, by id, the name later (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called(id="c1")}]), delta(tool_calls=[{"index": 0, "id": "c2"}]),
        delta(tool_calls=[{"index": 0, "function": {"name": "sub", "arguments": "{}"}}]), DONE], calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "two calls on one index, by name (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called()}]), delta(tool_calls=[{"index": 0, **called("sub", "{}")}]), DONE], calls=[ADD, ("sub", "{}")]),
    "two calls on one index, the same twice (Q48)": Case([delta(tool_calls=[{"index": 0, **called()}])] * 2 + [DONE], calls=[ADD, ADD]),
    "two calls on one index, in one frame (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called(id="c1")}, {"index": 0, **called("sub", "{}", id="c2")}]), DONE], calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "two calls on one index, in fragments (Q48)": Case([
        delta(tool_calls=[{"index": 0, **called("add", "", id="c1")}]), delta(tool_calls=[piece('{"a"')]), delta(tool_calls=[piece(": 1}")]),
        delta(tool_calls=[{"index": 0, **called("sub", "", id="c2")}]), delta(tool_calls=[piece("{}")]), DONE], calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "no index (Q48)": Case([delta(tool_calls=[called("add", "")]), delta(tool_calls=[piece('{"a": 1}', None)]), DONE], calls=[ADD]),
    "index null (Q48)": Case([delta(tool_calls=[{"index": None, **called("add", "")}]), delta(tool_calls=[{"index": None, "function": {"arguments": '{"a": 1}'}}]), DONE], calls=[ADD]),
    "no index at first, then 0": Case([delta(tool_calls=[called("add", "")]), delta(tool_calls=[piece('{"a": 1}')]), DONE], calls=[ADD]),
    "id and name on every fragment": Case([
        delta(tool_calls=[{"index": 0, **called("add", '{"a"', id="c1")}]), delta(tool_calls=[{"index": 0, **called("add", ": 1}", id="c1")}]), DONE], calls=[ADD], ids=["c1"]),
    "another id on every fragment": Case([
        delta(tool_calls=[{"index": 0, **called("add", '{"a"', id="c1")}]), delta(tool_calls=[piece(": 1}", id="c2")]), DONE], calls=[ADD], ids=["c1"]),
    "the id later": Case([delta(tool_calls=[{"index": 0, **called("add", '{"a"')}]), delta(tool_calls=[piece(": 1}", id="c1")]), DONE], calls=[ADD], ids=["c1"]),
    "a name again at the end": Case([delta(tool_calls=[{"index": 0, **called()}]), delta(tool_calls=[{"index": 0, **called("add", "")}]), DONE], calls=[ADD]),
    "an object in a fragment (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments={"a": 1})}]), DONE], calls=[ADD]),
    "an object after the name (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments=None)}]), delta(tool_calls=[piece({"a": 1})]), DONE], calls=[ADD]),
    "arguments null, then fragments (Q22)": Case([delta(tool_calls=[{"index": 0, **called(arguments=None)}]), delta(tool_calls=[piece('{"a": 1}')]), DONE], calls=[ADD]),
    "arguments null to the end (Q22)": Case([delta(tool_calls=[{"index": 0, **called(arguments=None)}]), delta(None, "tool_calls"), DONE], calls=[("add", "{}")]),
    "an empty object, then fragments (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments={}, id="c1")}]), delta(tool_calls=[piece('{"a"')]), delta(tool_calls=[piece(": 1}")]), DONE], calls=[ADD], ids=["c1"]),
    "an empty object as text, then fragments (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments="{}", id="c1")}]), delta(tool_calls=[piece('{"a": 1}')]), DONE], calls=[ADD], ids=["c1"]),
    "an empty object, then the whole one with the same id (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments={}, id="c1")}]), delta(tool_calls=[{"index": 0, **called(arguments={"a": 1}, id="c1")}]), DONE], calls=[ADD], ids=["c1"]),
    "an empty object, then the whole one, without a name (Q22, Q48)": Case([delta(tool_calls=[{"index": 0, **called(arguments={})}]), delta(tool_calls=[piece({"a": 1})]), DONE], calls=[ADD]),
    "two calls without arguments on one index (Q48)": Case([delta(tool_calls=[{"index": 0, **called("now", {})}])] * 2 + [DONE], calls=[("now", "{}")] * 2),
    "two calls without arguments, as text, on one index (Q48)": Case([delta(tool_calls=[{"index": 0, **called("now", "{}")}])] * 2 + [DONE], calls=[("now", "{}")] * 2),
    "a call without arguments, then another (Q48)": Case([delta(tool_calls=[{"index": 0, **called("now", {})}]), delta(tool_calls=[{"index": 0, **called()}]), DONE], calls=[("now", "{}"), ADD]),
    "no arguments, the name again at the end": Case([delta(tool_calls=[{"index": 0, **called("now", "{}")}]), delta(tool_calls=[{"index": 0, **called("now", "")}]), DONE], calls=[("now", "{}")]),
    "the name empty on every fragment": Case([delta(tool_calls=[{"index": 0, **called("add", "", id="c1")}]), *[delta(tool_calls=[{"index": 0, **called("", each, id="")}]) for each in ('{"a"', ": 1}")], DONE], calls=[ADD], ids=["c1"]),
    "the first index is 7, then there is none (Q48)": Case([delta(tool_calls=[{"index": 7, **called("add", "", id="c1")}]), delta(tool_calls=[piece('{"a"', None)]), delta(tool_calls=[piece(": 1}", None)]), DONE], calls=[ADD], ids=["c1"]),
    "no index, the second call in its own frames (Q48)": Case([
        delta(tool_calls=[called("add", "", id="c1")]), delta(tool_calls=[piece('{"a": 1}', None)]), delta(tool_calls=[called("sub", "", id="c2")]), delta(tool_calls=[piece("{}", None)]), DONE],
        calls=[ADD, ("sub", "{}")], ids=["c1", "c2"]),
    "arguments encoded twice, in fragments (Q22)": Case([
        delta(tool_calls=[{"index": 0, **called(arguments='"{\\"a')}]), delta(tool_calls=[piece('\\": 1}"')]), DONE], calls=[ADD], repairs=["arguments were encoded twice"]),
    "arguments cut by length": Case([delta(tool_calls=[{"index": 0, **called(arguments='{"a": ')}]), delta(None, "length"), DONE], calls=[("add", '{"a": ')], reason="length"),
    "arguments cut by length, though nothing says so (Q5)": Case([delta(tool_calls=[{"index": 0, **called(arguments='{"a": ')}]), delta(None, "stop"), {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 100}}, DONE],
        calls=[("add", '{"a": ')], reason="length", usage=Usage(1, 100, requests=1)),
    "null items, empty lists (Q24)": Case([delta("x", tool_calls=[]), delta("", tool_calls=[None]), delta("", tool_calls=None), delta(None, "stop"), DONE], "x"),
    "a fragment that says nothing": Case([delta("x", tool_calls=[{"index": 0, "id": None, "function": {"name": None, "arguments": ""}}]), delta(None, "stop"), DONE], "x"),
    "call as text, in pieces (Q28)": Case([delta('{"na'), delta('me": "add", "argu'), delta('ments": {"a": 1}}'), delta(None, "stop"), DONE], calls=[ADD], tools=["add"], repairs=[f"{TEXT} (json)"]),
    "call as text, cut by length (Q28)": Case([{"response": '{"name": "add", "arguments": {"a"'}, {"response": ": 1}}", "finish_reason": "length"}, DONE], '{"name": "add", "arguments": {"a": 1}}', reason="length", tools=["add"]),
    "an answer that begins like a call (Q28)": Case([{"response": '{"na'}, {"response": 'me": "Ada"}'}, DONE], '{"name": "Ada"}', tools=["add"]),
}
