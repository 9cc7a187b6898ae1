"""Errors under HTTP 200, whole and in the middle of a stream, and streams that end too early (Q33, Q49, Q50)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from agentkit.errors import (
    ContextOverflowError,
    InvalidReplyError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    ServerError,
    TruncatedStreamError,
)

from ..reply_cases import DONE, Case, called, delta, message, piece

BUSY = {"code": 3040, "message": "Capacity temporarily exceeded, please try again."}
HEL = delta("Hel")

WHOLE = {
    "errors and success false (Q33)": Case({"errors": [BUSY], "success": False, "result": {}, "messages": []}, error=OverloadedError, says="Capacity"),
    "a whole error where a stream was asked (9.1, Q43)": Case({"errors": [BUSY], "success": False, "result": {}}, error=OverloadedError),
    "errors and success only (10.1, Q36)": Case({"errors": [BUSY], "success": False}, error=OverloadedError, says="Capacity"),
    "errors with a result (Q33)": Case({"success": False, "errors": [BUSY], "result": {"response": "not this"}}, error=OverloadedError),
    "success false without errors (Q33)": Case({"success": False, "result": {"response": "not this"}}, error=ServerError, says="no reason"),
    "success true with errors (Q33)": Case({"success": True, "errors": [BUSY], "result": None}, error=OverloadedError),
    "an error object (Q33)": Case({"error": {"message": "JSON Mode couldn't be met"}}, error=ServerError, says="JSON Mode"),
    "an error that is text (Q33)": Case({"error": "model runner has unexpectedly stopped"}, error=ServerError, says="unexpectedly"),
    "an error in a list (10.1, Q36)": Case({"success": False, "result": [], "error": [{"code": 2003, "message": "Rate limited"}], "internalCode": 2003, "httpCode": 429}, error=RateLimitedError),
    "an error as vLLM writes it": Case({"object": "error", "message": "This model's maximum context length is 10 tokens.", "type": "BadRequestError", "code": 400}, error=ContextOverflowError),
    "an error in the choice": Case({"choices": [{"error": {"code": 502, "message": "upstream"}, "message": {"content": ""}, "finish_reason": "error"}]}, error=ServerError, says="upstream"),
    "the daily allowance under 200 (Q33, Q34)": Case({"errors": [{"code": 4006, "message": "AiError: AiError: you have used up your daily free allocation"}], "success": False}, error=QuotaExhaustedError),
    "a result that is null": Case({"result": None, "success": True, "errors": [], "messages": []}, error=InvalidReplyError, says="neither an answer"),
    "an empty object": Case({}, error=InvalidReplyError, says="neither an answer"),
    "an empty list": Case("[]", error=InvalidReplyError, says="neither an answer"),
    "other JSON": Case({"hello": 1}, error=InvalidReplyError, says="hello"),
    "choices empty": Case({"choices": []}, error=InvalidReplyError, says="neither an answer"),
    "JSON that is cut": Case('{"response": "Hel', error=InvalidReplyError, says="not JSON"),
    "JSON that is too deep": Case("[" * 100_000, error=InvalidReplyError, says="not JSON"),
}

STREAMS = {
    "no done, no finish_reason (9.6, Q49)": Case([HEL, delta("lo")], "Hello", error=TruncatedStreamError),
    "no done, native (9.6, Q49)": Case([{"response": "Hel"}, {"response": "lo"}], "Hello", error=TruncatedStreamError),
    "text after the finish_reason, then the end (Q49)": Case([delta("Hel", "stop"), delta("lo")], "Hello", error=TruncatedStreamError),
    "the end in a call (Q49)": Case([HEL, delta(tool_calls=[{"index": 0, **called(arguments='{"a"')}])], "Hel", error=TruncatedStreamError),
    "the end in an event (Q49)": Case(b'data: {"response": "Hel"}\n\ndata: {"respon', "Hel", error=TruncatedStreamError, says="middle of an event"),
    "the end in a character (Q49, Q51)": Case('data: {"response": "Hel"}\n\ndata: {"response": "é'.encode()[:-1], "Hel", error=TruncatedStreamError),
    "the end in the first event (Q49)": Case(b'data: {"respon', error=TruncatedStreamError),
    "an error object (9.6, Q50)": Case([HEL, {"error": {"message": "Capacity temporarily exceeded", "code": 3040}}], "Hel", error=OverloadedError),
    "errors (9.6, Q50)": Case([{"response": "Hel"}, {"errors": [BUSY]}], "Hel", error=OverloadedError),
    "errors and success false, no done (9.6, Q50)": Case([{"response": "Hel"}, {"errors": [BUSY], "success": False}], "Hel", error=OverloadedError),
    "success false (9.6, Q50)": Case([{"response": "Hel"}, {"success": False}], "Hel", error=ServerError),
    "an error, then done": Case([HEL, {"error": {"message": "x", "code": 500}}, DONE], "Hel", error=ServerError),
    "a rate in band, as the playground shows it (Q50)": Case([{"response": "Hel"}, {"errors": [{"code": 3021, "message": "rate limiting: inference request per min rate reached"}]}], "Hel", error=RateLimitedError),
    "an error that is text": Case([HEL, {"error": "Capacity", "code": 3040}], "Hel", error=ServerError, says="Capacity"),
    "an error before any text": Case([{"error": {"message": "x", "code": 503}}], error=OverloadedError),
    "an error between fragments": Case([delta(tool_calls=[{"index": 0, **called(arguments='{"a"')}]), {"error": {"message": "x"}}, delta(tool_calls=[piece(": 1}")]), DONE], error=ServerError),
    "an error in the choice": Case([HEL, {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error", "error": {"code": 502, "message": "upstream"}}]}], "Hel", error=ServerError, says="upstream"),
    "event: error (9.6, Q50)": Case(b'data: {"response": "Hel"}\n\nevent: error\ndata: {"message": "it broke"}\n\n', "Hel", error=ServerError, says="it broke"),
    "event: error, no JSON (Q50)": Case(b'data: {"response": "Hel"}\n\nevent: error\ndata: it broke\n\n', "Hel", error=ServerError, says="it broke"),
    "event: error, nothing in it (Q50)": Case(b'data: {"response": "Hel"}\n\nevent: error\ndata:\n\n', "Hel", error=InvalidReplyError, says="without saying which"),
    "a field error": Case(b'data: {"response": "Hel"}\n\nerror: {"code": 500, "message": "it broke", "type": "server_error"}\n\n', "Hel", error=ServerError, says="it broke"),
    "an error as a line of JSON": Case(b'data: {"response": "Hel"}\n\n{"error": {"message": "it broke"}}\n', "Hel", error=ServerError, says="it broke"),
    "rubbish (Q51)": Case([HEL, "{no", DONE], "Hel", error=InvalidReplyError, says="not JSON"),
    "text that is no JSON": Case(["hello", DONE], error=InvalidReplyError, says="not JSON: 'hello'"),
    "frames that say nothing": Case([{"hello": 1}, {"type": "ping"}], error=InvalidReplyError, says="neither an answer"),
    "a whole message with an error": Case([message("", "error") | {"error": {"message": "x"}}], error=ServerError),
}
