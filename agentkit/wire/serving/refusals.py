"""Errors as the service tells them: status, code and text, by contract/workers_ai.md section 10.

| error | told as |
|---|---|
| one with a code of the service, its own or from upstream | that code and status, and its text |
| one of the request, from another kind of server | 400 and 8007, or its own 4xx, and its text |
| one of the request, from a model here, or what a runner has nothing for | 400 and 8001, and its text |
| too long for the context | 413 and 5021, with both numbers |
| no such model, or no longer | 400 and 5007, 410 and 5028 |
| too many requests, no capacity, no allowance | 429 with 3021, 3040, 3036 |
| no answer in time | 408 and 3046 |
| upstream cannot be reached, or fails | 503 and 3050, 502 and 3043 |
| a model here fails | 500 and 3043 |
| anything else | 500 and 4007, and nothing of what it was |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...errors import (
    AgentKitError,
    BadRequestError,
    ConnectionFailedError,
    ContentRefusedError,
    ContextOverflowError,
    ModelGoneError,
    ModelNotFoundError,
    OutputError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    RunnerError,
    ServerError,
    TimedOutError,
    UnsupportedError,
)
from ..requests import dumps

ERROR = "AiError: "
TWICE = 2 * ERROR
"""What a model itself refuses is wrapped twice (quirk Q35)."""
BAD_INPUT = (5006, "Bad input: Error: ")
"""A code, and how its texts begin; our client takes that away."""
UNWRAPPED = (5007,)
WRAPPED_TWICE = (3046, 4006, 8001, 8006, 8007)
OVERFLOW = "The estimated number of input and maximum output tokens ({}) exceeded this model context window limit ({})."
NO_JSON = "JSON Mode couldn't be met"
"""What is told of an answer that had to be JSON and is not (contract/workers_ai.md section 11b)."""
FIRST_CODE, LAST_CODE = 1000, 10_999
"""The service's codes lie between; other servers put their HTTP statuses in that place."""
PATIENCE = {3021: 60.0, 3040: 1.0}
"""Seconds to wait, where nobody said how long (quirk Q41)."""
_MARK = re.compile(r" \((?:HTTP \d{3}|code [^()]*|HTTP \d{3}, code [^()]*)\)$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error, as clients see it."""

    status: int
    """Of the HTTP answer."""
    code: int
    """The service's own."""
    text: str
    """The message, without the id of the request."""
    retry_after: float | None = None
    """Seconds after which it is worth trying again, where that is known."""


def refusal_of(error: BaseException) -> Refusal:
    """How an error is told."""
    if not isinstance(error, AgentKitError):
        return _told(500, 4007, "Internal server error")
    retry_after = error.retry_after if isinstance(error, RunnerError) else None
    status, code, text = _documented(error) if isinstance(error, RunnerError) else _ours(error)
    return _told(status, code, text, retry_after)


def inference_body(refusal: Refusal, request_id: str) -> bytes:
    """The body of an error of an inference (contract/workers_ai.md section 10.1, shape 1)."""
    text = f"{refusal.text} ({request_id})" if refusal.text.startswith(ERROR) else refusal.text
    error = {"message": text, "code": refusal.code}
    return dumps({"errors": [error], "success": False, "result": {}, "messages": []})


def edge_body(refusal: Refusal) -> bytes:
    """The body of an error before the inference (contract/workers_ai.md section 10.1, shape 2)."""
    error = {"code": refusal.code, "message": refusal.text}
    return dumps({"result": None, "success": False, "errors": [error], "messages": []})


def openai_body(refusal: Refusal, request_id: str) -> bytes:
    """The body of an error in OpenAI's shape; the id of the request is at the end of its message."""
    message = refusal.text.replace(ERROR, "")
    told = {"message": f"{message} ({request_id})", "type": _type(refusal), "param": None, "code": _code(refusal)}
    return dumps({"error": told})


def _told(status: int, code: int, text: str, retry_after: float | None = None) -> Refusal:
    prefix = "" if code in UNWRAPPED else TWICE if code in WRAPPED_TWICE else ERROR
    return Refusal(status, code, prefix + text, PATIENCE.get(code) if retry_after is None else retry_after)


def _documented(error: RunnerError) -> tuple[int, int, str]:
    """Status, code and text of an error of a runner."""
    text = error.message if error.body is None else _MARK.sub("", error.message)
    code, status = error.code, error.status
    if isinstance(code, int) and FIRST_CODE <= code <= LAST_CODE and status is not None and 400 <= status < 600:
        return status, code, text if code != BAD_INPUT[0] or text.startswith(BAD_INPUT[1]) else BAD_INPUT[1] + text
    if isinstance(error, ContextOverflowError):
        numbers = (error.tokens, error.limit)
        return 413, 5021, text if None in numbers else OVERFLOW.format(*numbers)
    for kind, found in _BY_CLASS:
        if isinstance(error, kind):
            return found
    if isinstance(error, ModelNotFoundError):
        gone = isinstance(error, ModelGoneError)
        return (410, 5028, text) if gone else (404 if status == 404 and error.body is None else 400, 5007, text)
    if isinstance(error, QuotaExhaustedError):
        return 429, 3036, text
    if isinstance(error, ContentRefusedError):
        return 400, 3030, text
    if isinstance(error, BadRequestError):
        refused = status if status is not None and 400 <= status < 500 and status not in (401, 403, 404, 405) else 400
        return (refused, 8001, f"Invalid input: {text}") if error.body is None else (refused, 8007, text)
    is_here = isinstance(error, ServerError) and error.body is None
    return 500 if is_here else 502, 3043, "Internal server error"


_BY_CLASS: tuple[tuple[type[RunnerError], tuple[int, int, str]], ...] = (
    (RateLimitedError, (429, 3021, "rate limiting: inference request per min rate reached")),
    (OverloadedError, (429, 3040, "Capacity temporarily exceeded, please try again.")),
    (TimedOutError, (408, 3046, "Request timeout")),
    (ConnectionFailedError, (503, 3050, "Max retries exhausted")),
)


def _ours(error: AgentKitError) -> tuple[int, int, str]:
    """Status, code and text of an error that is no runner's; what is set up wrongly here is not for clients."""
    if isinstance(error, OutputError):
        return 400, 8007, NO_JSON
    if isinstance(error, UnsupportedError):
        return 400, 8001, f"Invalid input: {error.message}"
    return 500, 4007, "Internal server error"


def _type(refusal: Refusal) -> str:
    if refusal.status in (401, 403):
        return "authentication_error"
    if refusal.status == 429:
        return "insufficient_quota" if refusal.code in (3036, 4006) else "rate_limit_error"
    return "server_error" if refusal.status >= 500 else "invalid_request_error"


_CODES = {
    3021: "rate_limit_exceeded",
    3036: "insufficient_quota",
    3040: "engine_overloaded",
    4006: "insufficient_quota",
    5007: "model_not_found",
    5021: "context_length_exceeded",
    5028: "model_deprecated",
    10000: "invalid_api_key",
}
"""What others call them, where they do."""


def _code(refusal: Refusal) -> Any:
    return _CODES.get(refusal.code, str(refusal.code))
