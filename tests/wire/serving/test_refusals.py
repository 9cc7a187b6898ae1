"""How errors are told (contract/workers_ai.md section 10)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentkit import errors
from agentkit.errors import AgentKitError
from agentkit.wire.errors import refused
from agentkit.wire.serving.refusals import Refusal, edge_body, inference_body, openai_body, refusal_of

ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
HIDDEN = "AiError: Internal server error"
SENTENCE = (
    "The estimated number of input and maximum output tokens (42481) exceeded this model context window limit (32000)."
)

TOLD: dict[str, tuple[BaseException, tuple[int, int, str]]] = {
    "a body that does not fit": (
        errors.BadRequestError("Bad input: Error: x", status=400, code=5006),
        (400, 5006, "AiError: Bad input: Error: x"),
    ),
    "tools that cannot be had": (
        errors.BadRequestError("Invalid input: x", status=400, code=8001),
        (400, 8001, "AiError: AiError: Invalid input: x"),
    ),
    "what a model here refuses": (errors.BadRequestError("x"), (400, 8001, "AiError: AiError: Invalid input: x")),
    "what another server refuses": (
        errors.BadRequestError("x (HTTP 422)", status=422, body="..."),
        (422, 8007, "AiError: AiError: x"),
    ),
    "a route that another server lacks": (
        errors.BadRequestError("x (HTTP 404)", status=404, body="..."),
        (400, 8007, "AiError: AiError: x"),
    ),
    "no adapters": (
        errors.BadRequestError("Model x does not support LoRA", status=405, code=5005),
        (405, 5005, "AiError: Model x does not support LoRA"),
    ),
    "no body": (
        errors.BadRequestError("Incomplete request: missing headers or body", status=400, code=3003),
        (400, 3003, "AiError: Incomplete request: missing headers or body"),
    ),
    "a body that is too large": (
        errors.BadRequestError("Request is too large", status=413, code=3006),
        (413, 3006, "AiError: Request is too large"),
    ),
    "JSON that streams": (
        errors.BadRequestError("JSON Schema mode is not supported with stream mode", status=400, code=5023),
        (400, 5023, "AiError: JSON Schema mode is not supported with stream mode"),
    ),
    "too long": (
        errors.ContextOverflowError("x", tokens=42481, limit=32000),
        (413, 5021, f"AiError: {SENTENCE}"),
    ),
    "too long for another server": (
        errors.ContextOverflowError("x (HTTP 400)", status=400, body="...", tokens=42481, limit=32000),
        (413, 5021, f"AiError: {SENTENCE}"),
    ),
    "too long, nobody knows by how much": (errors.ContextOverflowError("too long"), (413, 5021, "AiError: too long")),
    "no such model": (
        errors.ModelNotFoundError("No such model x or task", status=400, code=5007),
        (400, 5007, "No such model x or task"),
    ),
    "no such model upstream": (
        errors.ModelNotFoundError(
            "no x (HTTP 404, code model_not_found)", status=404, code="model_not_found", body="."
        ),
        (400, 5007, "no x"),
    ),
    "a model that is gone": (errors.ModelGoneError("x was deprecated"), (410, 5028, "AiError: x was deprecated")),
    "a prompt that was refused": (errors.ContentRefusedError("flagged"), (400, 3030, "AiError: flagged")),
    "too many requests": (
        errors.RateLimitedError("x"),
        (429, 3021, "AiError: rate limiting: inference request per min rate reached"),
    ),
    "no capacity": (
        errors.OverloadedError("x"),
        (429, 3040, "AiError: Capacity temporarily exceeded, please try again."),
    ),
    "no allowance": (errors.QuotaExhaustedError("no credits"), (429, 3036, "AiError: no credits")),
    "no answer in time": (errors.TimedOutError("x"), (408, 3046, "AiError: AiError: Request timeout")),
    "nobody upstream": (errors.ConnectionFailedError("/srv/key"), (503, 3050, "AiError: Max retries exhausted")),
    "the server's own token": (errors.AuthenticationError("x", status=401, body="."), (502, 3043, HIDDEN)),
    "a failure here": (errors.ServerError("/srv/x"), (500, 3043, HIDDEN)),
    "a failure upstream": (errors.ServerError("/srv/x", status=500, body="."), (502, 3043, HIDDEN)),
    "an odd reply": (errors.InvalidReplyError("<html>"), (502, 3043, HIDDEN)),
    "a broken stream": (errors.TruncatedStreamError("x"), (502, 3043, HIDDEN)),
    "no typed output": (errors.OutputError("x"), (400, 8007, "AiError: AiError: JSON Mode couldn't be met")),
    "an option that a server lacks": (
        errors.UnsupportedError("vLLM documents no field for x.", hint="It takes y."),
        (400, 8001, "AiError: AiError: Invalid input: vLLM documents no field for x."),
    ),
    "weights that are missing": (errors.WeightsError("/home/x/weights.gguf"), (500, 4007, HIDDEN)),
    "an extra that is missing": (errors.MissingDependencyError("x", "local"), (500, 4007, HIDDEN)),
    "a setting": (errors.ConfigurationError("/home/x"), (500, 4007, HIDDEN)),
    "a tool that cannot be described": (errors.SchemaError("f"), (500, 4007, HIDDEN)),
    "a script": (errors.ScriptError("x"), (500, 4007, HIDDEN)),
    "a recording": (errors.ReplayError("x"), (500, 4007, HIDDEN)),
    "a bug": (KeyError("/srv/secret"), (500, 4007, HIDDEN)),
    "no memory": (MemoryError(), (500, 4007, HIDDEN)),
}

UPSTREAM: dict[str, tuple[int, Any, tuple[int, int, str]]] = {
    "the allowance": (
        429,
        {"message": "AiError: AiError: you have used up your daily free allocation of 10,000 neurons (" + ID + ")"}
        | {"code": 4006},
        (429, 4006, "AiError: AiError: you have used up your daily free allocation of 10,000 neurons"),
    ),
    "a schema": (
        400,
        {"message": f"AiError: Bad input: Error: oneOf at '/' not met, 2 matches ({ID})", "code": 5006},
        (400, 5006, "AiError: Bad input: Error: oneOf at '/' not met, 2 matches"),
    ),
    "a model": (
        400,
        {"message": "No such model @cf/x/y or task", "code": 5007},
        (400, 5007, "No such model @cf/x/y or task"),
    ),
    "the context": (413, {"message": f"AiError: {SENTENCE} ({ID})", "code": 5021}, (413, 5021, f"AiError: {SENTENCE}")),
    "a token": (401, {"message": "Authentication error", "code": 10000}, (401, 10000, "AiError: Authentication error")),
}


def kinds(kind: type[AgentKitError]) -> set[type[AgentKitError]]:
    return {kind}.union(*(kinds(inner) for inner in kind.__subclasses__() if inner.__module__ == errors.__name__))


@pytest.mark.parametrize("name", TOLD)
def test_an_error_has_its_status_its_code_and_its_text(name: str) -> None:
    error, told = TOLD[name]
    refusal = refusal_of(error)
    assert (refusal.status, refusal.code, refusal.text) == told


def test_every_error_of_agentkit_is_told() -> None:
    tried = {type(error) for error, _ in TOLD.values()}
    assert kinds(AgentKitError) - tried == {AgentKitError, errors.RunnerError}


@pytest.mark.parametrize("name", UPSTREAM)
def test_what_workers_ai_says_is_said_again(name: str) -> None:
    """A server that stands in front of it."""
    status, error, told = UPSTREAM[name]
    body = json.dumps({"errors": [error], "success": False, "result": {}, "messages": []})
    refusal = refusal_of(refused(body, status, {}))
    assert (refusal.status, refusal.code, refusal.text) == told


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.OverloadedError("x", retry_after=7), 7),
        (errors.OverloadedError("x"), 1),
        (errors.RateLimitedError("x"), 60),
        (errors.RateLimitedError("x", retry_after=0), 0),
        (errors.QuotaExhaustedError("x"), None),
        (errors.BadRequestError("x"), None),
    ],
)
def test_it_says_when_to_try_again(error: BaseException, seconds: float | None) -> None:
    """Quirk Q41."""
    assert refusal_of(error).retry_after == seconds


def test_the_body_of_an_inference_has_the_id_of_the_request() -> None:
    refusal = refusal_of(errors.BadRequestError("Bad input: Error: x", status=400, code=5006))
    assert inference_body(refusal, ID) == (
        b'{"errors":[{"message":"AiError: Bad input: Error: x (%b)","code":5006}],"success":false,"result":{},'
        b'"messages":[]}' % ID.encode()
    )


def test_an_unknown_model_is_told_without_it() -> None:
    """As captured (contract/workers_ai.md section 10.1)."""
    body = json.loads(inference_body(Refusal(400, 5007, "No such model x or task"), ID))
    assert body["errors"] == [{"message": "No such model x or task", "code": 5007}]


def test_the_body_of_the_edge_has_a_null_result() -> None:
    refusal = Refusal(405, 7001, "GET not supported for requested URI.")
    assert json.loads(edge_body(refusal)) == {
        "result": None,
        "success": False,
        "errors": [{"code": 7001, "message": "GET not supported for requested URI."}],
        "messages": [],
    }


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (errors.BadRequestError("Bad input: Error: x", status=400, code=5006), "invalid_request_error", "5006"),
        (errors.ModelNotFoundError("x"), "invalid_request_error", "model_not_found"),
        (errors.ContextOverflowError("x"), "invalid_request_error", "context_length_exceeded"),
        (errors.RateLimitedError("x"), "rate_limit_error", "rate_limit_exceeded"),
        (errors.QuotaExhaustedError("x"), "insufficient_quota", "insufficient_quota"),
        (errors.ServerError("x"), "server_error", "3043"),
    ],
)
def test_the_body_in_openais_shape_has_its_types_and_codes(error: AgentKitError, kind: str, code: str) -> None:
    refusal = refusal_of(error)
    told = json.loads(openai_body(refusal, ID))["error"]
    assert told == {
        "message": f"{refusal.text.replace('AiError: ', '')} ({ID})",
        "type": kind,
        "param": None,
        "code": code,
    }


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("shape", [inference_body, openai_body])
def test_our_own_client_reads_the_error_back(name: str, shape: Any) -> None:
    """The same class, where it is one that clients are told of."""
    refusal = refusal_of(TOLD[name][0])
    found = refused(shape(refusal, ID).decode(), refusal.status, {})
    assert found.status == refusal.status
    if shape is inference_body:
        assert (found.code, found.request_id) == (refusal.code, ID if refusal.code != 5007 else None)
    error = TOLD[name][0]
    if isinstance(error, errors.RunnerError) and refusal.code not in (3043, 3050, 3030):
        assert type(found) is type(error)
