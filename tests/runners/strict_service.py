"""A Workers AI that refuses what the real one refuses, in its words, and what it may refuse.

First what production does (contract/workers_ai.md sections 2, 3.3 and 10): account, token, model, validator, context.
Then what only some models refuse, or the documented schema read strictly (sections 5 to 7, 11b).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from agentkit.wire.serving.validation import refusal

from .loopback import Seen, Step, reply

MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
WINDOW = 128_000
"""Tokens of the model's context."""

DATA = Path(__file__).parent.parent / "data"
SCHEMA = json.loads((DATA / "seed002.llama-2-13b-chat-awq.input.schema.json").read_text())
JSON_MODE = {
    "type": "object",
    "properties": {"type": {"type": "string", "enum": ["json_object", "json_schema"]}, "json_schema": {}},
}
for _branch in SCHEMA["oneOf"]:
    _branch["properties"]["response_format"] = JSON_MODE
    _branch["properties"]["stop"] = {}
STRICT = jsonschema.Draft202012Validator({"type": "object", **SCHEMA["oneOf"][1]})
FIELDS = SCHEMA["oneOf"][1]["properties"].keys() - {"functions", "image"} | {"tool_choice", "lora"}
MESSAGE_FIELDS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "reasoning"},
    "tool": {"role", "content", "tool_call_id", "name"},
}


class Refusal(Exception):
    """Status, code and text of an error."""


def service(answer: Callable[[Seen], Sequence[Step]]) -> Callable[[Seen], Sequence[Step]]:
    """The service, with what it answers to a request that it takes."""

    def serve(request: Seen) -> Sequence[Step]:
        try:
            check(request)
        except Refusal as refused:
            status, code, text = refused.args
            result: dict[str, Any] | None = {} if 3000 <= code < 9000 else None
            body = {"errors": [{"message": text, "code": code}], "success": False, "result": result, "messages": []}
            return reply(body, status)
        return answer(request)

    return serve


def check(request: Seen) -> None:
    """Refuse what Workers AI refuses."""
    _check_access(request)
    if not request.body:
        raise Refusal(400, 3003, "AiError: Incomplete request: missing headers or body")
    body = request.json
    told = refusal(SCHEMA, body)
    if told:
        raise Refusal(400, 5006, f"AiError: Bad input: Error: {told} ({ID})")
    form = body.get("response_format")
    if form and body.get("stream"):
        raise Refusal(400, 5023, "AiError: JSON Schema mode is not supported with stream mode")
    tokens = len(json.dumps(body["messages"])) // 4 + body.get("max_tokens", 256)
    if tokens > WINDOW:
        told = f"({tokens}) exceeded this model context window limit ({WINDOW})"
        raise Refusal(413, 5021, f"The estimated number of input and maximum output tokens {told}.")
    _check_strictly(request, body)


def _check_access(request: Seen) -> None:
    path, token = request.target, request.headers.get("authorization")
    if request.method != "POST":
        raise Refusal(405, 7001, f"{request.method} not supported for requested URI.")
    if token is None:
        raise Refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    if not re.fullmatch(r"Bearer \S+", token):
        raise Refusal(400, 6003, "Invalid request headers")
    if not path.startswith("/client/v4/accounts/acc/"):
        raise Refusal(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")
    if token != "Bearer secret":
        raise Refusal(401, 10000, "Authentication error")
    model = path.partition("/ai/run/")[2]
    if model != MODEL:
        raise Refusal(400, 5007, f"No such model {model} or task")


def _check_strictly(request: Seen, body: Mapping[str, Any]) -> None:
    problem = next(STRICT.iter_errors(body), None)
    if problem is not None:
        raise Refusal(400, 8001, f"AiError: AiError: Invalid input: {problem.message} at {problem.json_path} ({ID})")
    form = body.get("response_format")
    wrong = {
        "fields": sorted(body.keys() - FIELDS),
        "content type": request.headers.get("content-type") != "application/json",
        "max_tokens, whose default would cut a call": "max_tokens" not in body,
        "flat tools": any("function" not in tool or "name" in tool for tool in body.get("tools", ())),
        "tool_choice": body.get("tool_choice") == "any" or ("tool_choice" in body and not body.get("tools")),
        "a schema that is not bare": bool(form) and {"schema", "strict"} & form["json_schema"].keys(),
        "messages": check_messages(body["messages"]),
    }
    for what, found in wrong.items():
        if found:
            raise Refusal(400, 8001, f"AiError: AiError: Invalid input: {what}: {found} ({ID})")


def check_messages(messages: Sequence[Mapping[str, Any]]) -> str:
    """What a template or a chat model refuses in a conversation."""
    open_calls: dict[str, str] = {}
    for message in messages:
        role = message["role"]
        further = message.keys() - MESSAGE_FIELDS.get(role, set())
        if further:
            return f"role {role} with {sorted(further)}"
        if open_calls and role != "tool":
            return f"calls without a result: {open_calls}"
        for call in message.get("tool_calls", ()):
            arguments = call["function"]["arguments"]
            if not isinstance(arguments, str) or not isinstance(json.loads(arguments), dict):
                return "Assistant tool call function.arguments must be a JSON object."
            if call.keys() != {"id", "type", "function"} or not call["id"] or call["id"] in open_calls:
                return f"the call {call}"
            open_calls[call["id"]] = call["function"]["name"]
        if role == "tool" and open_calls.pop(message.get("tool_call_id", ""), "") != message.get("name"):
            return "a result without its call"
    return f"calls without a result: {open_calls}" if open_calls else ""
