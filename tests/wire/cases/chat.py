"""Chat completions, as Workers AI's chat models and all compatible servers send them (contract/workers_ai.md 8.2, 9.4)."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from agentkit.messages import Usage

from ..reply_cases import ADD, DONE, USAGE, USED, Case, called, delta, envelope, message

CHUNK = {"id": "id-1788378160014", "object": "chat.completion.chunk", "created": 1788378160, "model": "@cf/m"}
PART = {"prompt_tokens": 0, "completion_tokens": 1, "total_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}, "neurons": 0.25}

WHOLE = {
    "text": Case(message("Hello") | {"usage": USAGE, "model": "m"}, "Hello", usage=USED, model="m"),
    "a JSON body where a stream was asked (Q49)": Case(message("Hello", tool_calls=[called()]), "Hello", [ADD]),
    "text in the envelope": Case(envelope(message("Hello")), "Hello"),
    "call": Case(message(None, "tool_calls", tool_calls=[called(id="call_1")]), calls=[ADD], ids=["call_1"]),
    "call, content empty": Case(message("", "tool_calls", tool_calls=[called(id="call_1")]), calls=[ADD]),
    "call, no content": Case({"choices": [{"message": {"tool_calls": [called()]}}]}, calls=[ADD]),
    "call and text": Case(message("Wait.", "tool_calls", tool_calls=[called()]), "Wait.", [ADD]),
    "call, finish_reason stop (Q27)": Case(message("", "stop", tool_calls=[called(id="call_1")]), calls=[ADD]),
    "call, finish_reason null (Q27)": Case(message("", None, tool_calls=[called()]), calls=[ADD]),
    "finish_reason tool_calls, but none (Q27)": Case(message("Hello", "tool_calls"), "Hello", reason="stop"),
    "finish_reason function_call (Q27)": Case(message("", "function_call", tool_calls=[called()]), calls=[ADD]),
    "finish_reason length, with a call (Q27)": Case(message(None, "length", tool_calls=[called()]), calls=[ADD], reason="length"),
    "finish_reason model_length (Q27)": Case(message("Hel", "model_length"), "Hel", reason="length"),
    "finish_reason max_tokens": Case(message("Hel", "max_tokens"), "Hel", reason="length"),
    "finish_reason content_filter": Case(message("", "content_filter"), reason="content_filter"),
    "finish_reason error (Q27)": Case(message("Hel", "error"), "Hel", reason="error"),
    "finish_reason other, unknown (Q27)": Case(message("Hello", "other"), "Hello"),
    "finish_reason a number": Case(message("Hello", 0), "Hello"),  # type: ignore[arg-type]
    "no finish_reason": Case(message("Hello", None), "Hello"),
    "refusal": Case(message(None, refusal="I cannot."), "I cannot."),
    "content in parts (Q2)": Case(message([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]), "Hello"),
    "content an object (Q20)": Case(message({"a": 1}), '{"a": 1}'),
    "content a number (Q46)": Case(message(42), "42"),
    "content null, no calls": Case(message(None)),
    "only the first choice": Case({"choices": [*message("a")["choices"], {"index": 1, "message": {"content": "b"}}]}, "a"),
    "a choice without index": Case({"choices": [{"message": {"content": "a"}}]}, "a"),
    "reasoning_content (Q55)": Case(message("4", reasoning_content="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning (Q55)": Case(message("4", reasoning="2 + 2"), "4", reasoning="2 + 2"),
    "thinking (Q55)": Case(message("4", thinking="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning in two fields counts once (Q55)": Case(message("4", reasoning="2 + 2", reasoning_content="2 + 2"), "4", reasoning="2 + 2"),
    "reasoning null (Q55)": Case(message("4", reasoning=None, reasoning_content=None), "4"),
    "reasoning and a call": Case(message(None, "tool_calls", reasoning="Add.", tool_calls=[called()]), calls=[ADD], reasoning="Add."),
    "reasoning ate max_tokens (Q55)": Case(message(None, "length", reasoning_content="2 + 2 is") | {"usage": {"prompt_tokens": 1, "completion_tokens": 100}},
        reasoning="2 + 2 is", reason="length", usage=Usage(1, 100, requests=1)),
    "usage with details": Case(message("x") | {"usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 3}}},
        "x", usage=Usage(10, 5, 4, requests=1)),
    "usage with null details": Case(message("x") | {"usage": {**USAGE, "prompt_tokens_details": None}}, "x", usage=USED),
}

STREAMS = {
    "text (9.4)": Case([delta("", role="assistant"), delta("Hel"), delta("lo"), delta(None, "stop"), DONE], "Hello"),
    "text and usage in parts (9.4, Q47)": Case([CHUNK | delta("Hi", role="assistant", logprobs=None) | {"usage": PART}, CHUNK | delta("!") | {"usage": PART}, CHUNK | delta("", "stop") | {"usage": PART}, DONE],
        "Hi!", usage=Usage(0, 3, 0, 0.75, 1), model="@cf/m"),
    "parts, then the total (Q47)": Case([CHUNK | delta("Hi") | {"usage": PART}, CHUNK | delta("", "stop") | {"usage": PART}, {"choices": [], "usage": {**USAGE, "neurons": 1.5}}, DONE],
        "Hi", usage=Usage(10, 5, 0, 1.5, 1), model="@cf/m"),
    "usage at the end (9.4)": Case([delta("Hi", "stop"), {"choices": [], "usage": USAGE}, DONE], "Hi", usage=USED),
    "usage null until the end": Case([delta("Hi") | {"usage": None}, delta("", "stop") | {"usage": None}, {"choices": [], "usage": USAGE}, DONE], "Hi", usage=USED),
    "finish_reason on the usage frame (9.4)": Case([delta("Hi"), delta(None, "length") | {"usage": USAGE}, DONE], "Hi", reason="length", usage=USED),
    "finish_reason at the top (9.4)": Case([delta("Hi"), {"choices": [], "finish_reason": "length"}, DONE], "Hi", reason="length"),
    "no done (Q49)": Case([delta("Hello"), delta(None, "stop")], "Hello"),
    "no finish_reason (Q49)": Case([delta("Hello"), DONE], "Hello"),
    "text after the finish_reason": Case([delta("Hel", "stop"), delta("lo"), DONE], "Hello"),
    "a finish_reason on every frame": Case([delta("Hel", "stop"), delta("lo", "stop")], "Hello"),
    "finish_reason empty": Case([delta("Hel", ""), delta("lo", ""), DONE], "Hello"),
    "finish_reason stop, with a call (Q27)": Case([delta(tool_calls=[{"index": 0, **called()}]), delta("", "stop"), DONE], calls=[ADD]),
    "finish_reason tool_calls, but none (Q27)": Case([delta("Hello"), delta("", "tool_calls"), DONE], "Hello", reason="stop"),
    "numbers (Q46)": Case([delta(6), delta("", "stop"), DONE], "6"),
    "007 (Q46)": Case(['{"choices":[{"index":0,"delta":{"content":007},"finish_reason":null}]}', delta("", "stop"), DONE], "007"),
    "delta null": Case([{"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}, delta("x"), DONE], "x"),
    "delta empty": Case([{"choices": [{"index": 0, "delta": {}}]}, delta("x"), DONE], "x"),
    "a whole message in a stream": Case([message("Hello", tool_calls=[called()]), DONE], "Hello", [ADD]),
    "the whole message again beside the last delta": Case([
        delta("Hel"), {"choices": [{"index": 0, "delta": {"content": "lo"}, "message": {"content": "Hello"}, "finish_reason": "stop"}]}, DONE], "Hello"),
    "reasoning in three fields (Q55)": Case([delta(reasoning_content="2"), delta(reasoning="+"), delta(thinking="2"), delta("4"), DONE], "4", reasoning="2+2"),
    "reasoning ate max_tokens (Q55)": Case([delta("", reasoning="2 + 2"), delta("", "length"), DONE], reasoning="2 + 2", reason="length"),
    "completion (choices[0].text)": Case([{"choices": [{"index": 0, "text": "Hel", "finish_reason": None}]}, {"choices": [{"index": 0, "text": "lo", "finish_reason": "stop"}]}, DONE], "Hello"),
    "content in parts": Case([delta([{"type": "text", "text": "Hel"}]), delta([{"type": "text", "text": "lo"}]), DONE], "Hello"),
    "refusal": Case([delta(None, refusal="I can"), delta(None, refusal="not."), delta(None, "stop"), DONE], "I cannot."),
    "nothing said": Case([{"choices": [], "usage": USAGE}, DONE], usage=USED),
    "other choices": Case([{"choices": [{"index": 1, "delta": {"content": "b"}}]}, delta("a", "stop")], "a"),
    "white space is kept": Case([delta(" \n"), delta("a "), delta("\t"), delta(None, "stop"), DONE], " \na \t"),
    "the other model's name": Case([delta("a") | {"model": "m-2"}, delta("", "stop") | {"model": "m-2"}, DONE], "a", model="m-2"),
}
