"""Replies of Workers AI's `/ai/run` (contract/workers_ai.md sections 8 and 9.2, 9.3)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from agentkit.errors import InvalidReplyError
from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, USAGE, USED, Case, called, delta, envelope, message

DETAILED = {**USAGE, "neurons": 0.25, "prompt_tokens_details": {"cached_tokens": 4}}

WHOLE = {
    "text (2023)": Case({"response": "Hello"}, "Hello"),
    "text in the envelope (8.1)": Case(envelope({"response": "Hello"}), "Hello"),
    "text in the envelope, keys as in errors (8.1)": Case({"errors": [], "success": True, "result": {"response": "Hello"}, "messages": []}, "Hello"),
    "text as the result": Case(envelope("Hello"), "Hello"),
    "text and usage (2025)": Case(envelope({"response": "Hello", "tool_calls": [], "usage": USAGE}), "Hello", usage=USED),
    "text after a result, without tool_calls (7)": Case(envelope({"response": "12 degrees.", "usage": USAGE}), "12 degrees.", usage=USED),
    "usage with neurons and cached tokens (Q47)": Case({"response": "x", "usage": DETAILED}, "x", usage=Usage(10, 5, 4, 0.25, 1)),
    "usage null": Case({"response": "x", "usage": None}, "x"),
    "keys nobody documents (Q56)": Case(envelope({"response": "x", "meta": {"a": [1]}, "pooling": None, "shape": [1, 2], "p": "abdef"}), "x"),
    "call, response null (Q19)": Case(
        {"response": None, "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, calls=[ADD], ids=[None]),
    "call as llama-3.3 has it (8.2)": Case(envelope(
        {"response": None, "tool_calls": [{"name": "get_vn_details", "arguments": {"id": "1054"}}], "usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}}}),
        calls=[("get_vn_details", '{"id": "1054"}')], ids=[None], usage=USED),
    "call, no response (Q19)": Case({"tool_calls": [{"arguments": {"a": 1}, "name": "add"}]}, calls=[ADD]),
    "call, response empty (Q19)": Case({"response": "", "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, calls=[ADD]),
    "call in OpenAI's shape, as scout has it (8.2)": Case({"tool_calls": [called(id="chatcmpl-tool-1")]}, calls=[ADD], ids=["chatcmpl-tool-1"]),
    "values that are strings stay strings here (Q23)": Case(
        {"tool_calls": [{"name": "add", "arguments": {"cantidad": "4", "precio": "30900"}}]}, calls=[("add", '{"cantidad": "4", "precio": "30900"}')]),
    "text and call": Case({"response": "Wait.", "tool_calls": [called()]}, "Wait.", [ADD]),
    "two calls, the same twice": Case({"tool_calls": [{"name": "add", "arguments": {"a": 1}}] * 2}, calls=[ADD, ADD]),
    "a name that nobody offered (Q29)": Case({"tool_calls": [{"name": "analysis", "arguments": {}}]}, calls=[("analysis", "{}")], tools=["add"]),
    "tool_calls null (Q24)": Case({"response": "Hello", "tool_calls": None}, "Hello"),
    "tool_calls empty (Q24)": Case({"response": "Hello", "tool_calls": []}, "Hello"),
    "items null (Q24)": Case({"tool_calls": [None, {"name": "add", "arguments": {"a": 1}}, None]}, calls=[ADD]),
    "items of other kinds (Q24)": Case({"response": "Hello", "tool_calls": [0, "add", [], False]}, "Hello"),
    "tool_calls text": Case({"response": "Hello", "tool_calls": "none"}, "Hello"),
    "tool_calls an object": Case({"tool_calls": {"name": "add", "arguments": {"a": 1}}}, calls=[ADD]),
    "a call without a name (Q24)": Case({"response": "Hello", "tool_calls": [{"arguments": {"a": 1}}]}, "Hello", repairs=["a call without a name was dropped"]),
    "response an object, as in JSON mode (Q20)": Case({"response": {"city": "Köln"}}, '{"city": "Köln"}'),
    "response a list (Q20)": Case({"response": [1, 2]}, "[1, 2]"),
    "response a number (Q20)": Case({"response": 42}, "42"),
    "response a number as it was written (Q46)": Case('{"response": 1.0}', "1.0"),
    "response a number with zeros before it (Q46)": Case('{"response":007}', "007"),
    "response a number with an exponent (Q46)": Case('{"response": 1e400}', "1e400"),
    "response a boolean (Q46)": Case({"response": False}, "false"),
    "response empty": Case({"response": ""}),
    "response null": Case({"response": None}),
    "finish_reason at the top (Q21)": Case({"response": "Hel", "finish_reason": "length"}, "Hel", reason="length"),
    "cut, though nothing says so (Q5)": Case({"response": "x", "usage": {"prompt_tokens": 1, "completion_tokens": 100}}, "x", reason="length", usage=Usage(1, 100, requests=1)),
    "chat completion (8.2)": Case(envelope({
        "id": "id-1776784307643", "object": "chat.completion", "created": 1776784307, "model": "@cf/m", "usage": DETAILED,
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "matched_stop": 7, "stop_reason": None, "message": {
            "role": "assistant", "content": "Hello", "reasoning_content": "Hm.", "refusal": None, "tool_calls": []}}]}),
        "Hello", reasoning="Hm.", usage=Usage(10, 5, 4, 0.25, 1), model="@cf/m"),
    "choices[0].text, as llama-3.3 has for a prompt (Q21)": Case({"choices": [{"finish_reason": "length", "text": "Hel"}], "usage": USAGE}, "Hel", reason="length", usage=USED),
    "choices empty, response there": Case({"choices": [], "response": "Hello"}, "Hello"),
    "both shapes at once (Q45)": Case(message("Hello", tool_calls=[called()]) | {"response": "Hello", "tool_calls": [called()]}, "Hello", [ADD]),
    "another model than was asked (Q38)": Case(envelope(message("Hello") | {"model": "@cf/moonshotai/kimi-k2.6"}), "Hello", model="@cf/moonshotai/kimi-k2.6"),
    "error null": Case(message("x") | {"error": None, "errors": []}, "x"),
    "half a character": Case('{"response": "a\\ud83d"}', "a\ufffd"),
    "an embedding (8.2, Q53)": Case({"data": [[0.1]], "shape": [1, 1], "pooling": "cls"}, error=InvalidReplyError, says="neither an answer"),
    "a batch that waits (8.2, Q54)": Case(envelope({"status": "queued", "request_id": "r1", "model": "@cf/m"}), error=InvalidReplyError, says="neither an answer"),
    "results of a batch (8.2, Q54)": Case(envelope({"responses": [{"id": 0, "result": {"response": "x"}}]}), error=InvalidReplyError, says="neither an answer"),
}

STREAMS = {
    "text (9.2)": Case([{"response": "Hel"}, {"response": "lo"}, DONE], "Hello"),
    "padding (9.2, Q44)": Case([{"response": "Hi", "tool_calls": [], "p": "abdef"}, {"tool_calls": [], "p": "ab"}, {"response": "", "p": ""}, DONE], "Hi"),
    "usage at the end (9.2, Q47)": Case([{"response": "Hi"}, {"response": "", "usage": DETAILED}, DONE], "Hi", usage=Usage(10, 5, 4, 0.25, 1)),
    "usage on every frame, as totals (Q47)": Case([
        {"response": "a", "usage": {"prompt_tokens": 3, "completion_tokens": 1}}, {"response": "b", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}, DONE],
        "ab", usage=Usage(3, 2, requests=1)),
    "no usage (Q47)": Case([{"response": "Hi"}, DONE], "Hi"),
    "numbers (Q46)": Case([{"response": 6}, '{"response": 1.50}', '{"response":00}', {"response": None}, DONE], "61.5000"),
    "007 in one token (Q46)": Case([{"response": "Bond, "}, '{"response": 007}', '{"response":".","p":"ab"}', DONE], "Bond, 007."),
    "007 in three tokens (Q46)": Case([{"response": 0}, {"response": 0}, {"response": 7}, DONE], "007"),
    "a negative number (Q46)": Case(['{"response": -0.50}', DONE], "-0.50"),
    "booleans (Q46)": Case([{"response": True}, {"response": " "}, {"response": False}, DONE], "true false"),
    "the first frame says nothing": Case([{"response": ""}, {"response": None}, {"response": "Hi"}, DONE], "Hi"),
    "finish_reason (9.4)": Case([{"response": "Hi"}, {"response": "", "finish_reason": "stop"}], "Hi"),
    "finish_reason length (9.4)": Case([{"response": "Hi"}, {"finish_reason": "length"}, DONE], "Hi", reason="length"),
    "cut, though nothing says so (Q5)": Case([{"response": "x"}, {"response": "", "usage": {"prompt_tokens": 1, "completion_tokens": 100}}, DONE], "x", reason="length", usage=Usage(1, 100, requests=1)),
    "fragments (9.3, Q48)": Case([
        {"tool_calls": [{"id": "c1", "type": "function", "index": 0, "function": {"name": "add"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"id": None, "type": None, "index": 0, "function": {"name": None, "arguments": ""}}]},
        DONE], calls=[ADD], ids=["c1"]),
    "whole call, arguments an object (9.3)": Case([{"response": None, "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, DONE], calls=[ADD]),
    "whole calls in two frames (9.3)": Case([{"tool_calls": [{"name": "add", "arguments": {"a": 1}}]}] * 2 + [DONE], calls=[ADD, ADD]),
    "whole calls in one frame, without index (9.3)": Case([
        {"tool_calls": [{"name": "now", "arguments": ""}, {"name": "now", "arguments": ""}]}, DONE], calls=[("now", "{}")] * 2),
    "flat fragments, without index (9.3)": Case([
        {"tool_calls": [{"name": "add", "arguments": '{"a"'}]}, {"tool_calls": [{"arguments": ": 1}"}]}, DONE], calls=[ADD]),
    "flat fragments of two calls, without index (9.3)": Case([
        {"tool_calls": [{"name": "add", "arguments": '{"a"'}, {"name": "sub", "arguments": '{"b"'}]},
        {"tool_calls": [{"arguments": ": 1}"}, {"arguments": ": 2}"}]}, DONE], calls=[ADD, ("sub", '{"b": 2}')]),
    "an argument before the name (9.3, Q48)": Case([
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}, {"tool_calls": [{"index": 0, "function": {"name": "add", "arguments": ": 1}"}}]},
        DONE], calls=[ADD]),
    "several calls with the same id (9.3, Q25)": Case([
        {"tool_calls": [{"index": 0, "id": "x", "name": "add", "arguments": {"a": 1}}]}, {"tool_calls": [{"index": 1, "id": "x", "name": "add", "arguments": {"a": 1}}]},
        DONE], calls=[ADD, ADD], ids=[None, None]),
    "text, then a call": Case([{"response": "Wait."}, {"response": "", "tool_calls": [{"name": "add", "arguments": {"a": 1}}]}, DONE], "Wait.", [ADD]),
    "both shapes in one frame (9.4, Q45)": Case([delta("Hel") | {"response": "Hel"}, delta("lo") | {"response": "lo"}, delta("") | {"response": ""}, DONE], "Hello"),
    "both shapes, numbers (Q45, Q46)": Case([delta(6) | {"response": 6}, '{"choices":[{"index":0,"delta":{"content":1.0}}],"response":1.0}', DONE], "61.0"),
    "both shapes, calls (Q45)": Case([delta(tool_calls=[{"index": 0, **called()}]) | {"response": "", "tool_calls": [{"index": 0, **called()}]}, DONE], calls=[ADD]),
    "response, with a choice that says nothing (Q45)": Case([delta("", role="assistant") | {"response": "Hi"}, DONE], "Hi"),
    "choices null": Case([{"choices": None, "response": "Hi"}, DONE], "Hi"),
    "streamed_data (9.4)": Case([{"streamed_data": [{"response": "Hel"}, {"response": "lo"}]}, DONE], "Hello"),
    "frames in the envelope": Case([envelope({"response": "Hel"}), envelope({"response": "lo"}), DONE], "Hello"),
    "frames of other kinds": Case([{"type": "ping"}, [], 5, None, {"response": "Hi"}, DONE], "Hi"),
    "a character cut in two": Case(['{"response": "a\\ud83d"}', '{"response": "\\ude00b"}', DONE], "a😀b"),
    "half a character": Case(['{"response": "a\\ud83d"}', '{"response": "b"}', DONE], "a\ufffdb"),
    "half a character at the end": Case(['{"response": "a\\ud83d"}', DONE], "a\ufffd"),
    "a long answer": Case([{"response": "word "}] * 500 + [DONE], "word " * 500),
    "only done": Case([DONE]),
}
