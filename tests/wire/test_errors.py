"""Error bodies in every shape become the right class, with everything they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import (
    BadRequestError,
    ContextOverflowError,
    OverloadedError,
    RunnerError,
)
from agentkit.wire.errors import refused, reported, retry_after

from .error_cases import CODES, COMPATIBLE, ERRORS, ID, OVERFLOWS, QUOTA, SHAPES, inference, openai

KEYS = ["error", "errors", "message", "code", "success", "httpCode", "internalCode", "error_chain", "detail", "type"]
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)


@pytest.mark.parametrize(("status", "code", "text", "kind"), CODES)
def test_a_code_of_workers_ai(status: int, code: int, text: str, kind: type[RunnerError]) -> None:
    error = refused(json.dumps(inference(code, text)), status, {})
    assert type(error) is kind
    assert (error.status, error.code, error.request_id) == (status, code, ID)


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_unwrapped_to_the_same_error(name: str) -> None:
    status, body = SHAPES[name]
    error = refused(body if isinstance(body, str) else json.dumps(body), status, {})
    assert type(error) is OverloadedError
    assert error.code == 3040
    assert error.message.startswith("Capacity temporarily exceeded, please try again. (HTTP ")


def test_every_code_of_the_contract_has_a_row() -> None:
    """contract/workers_ai.md section 10.2, and section 2 for those of authentication."""
    named = "3003 3006 3007 3008 3010 3011 3021 3023 3030 3036 3039 3040 3041 5018 3042 3043 3046 3050 4006 4007 5004"
    named += " 5005 5006 5007 5012 5016 5017 5019 5021 5023 5028 5035 7000 7001 7003 7009 8001 8006 8007 9106 6003"
    named += " 10000 9109 6111 2001 2003 2008 2009 2021 2045 1001"
    assert {int(code) for code in named.split()} <= {code for _, code, _, _ in CODES}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error(name: str) -> None:
    status, body, kind = ERRORS[name]
    error = refused(body if isinstance(body, str) else json.dumps(body), status, {})
    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(("text", "tokens", "limit"), OVERFLOWS)
def test_a_context_overflow_has_both_numbers(text: str, tokens: int | None, limit: int) -> None:
    error = refused(json.dumps(openai(text)), 400, {})
    assert isinstance(error, ContextOverflowError)
    assert (error.tokens, error.limit) == (tokens, limit)


def test_a_context_overflow_of_llama_server_has_them_in_fields() -> None:
    error = refused(json.dumps(COMPATIBLE[19][1]), 400, {})
    assert isinstance(error, ContextOverflowError)
    assert (error.tokens, error.limit) == (5000, 4096)


def test_a_page_is_told_by_its_title() -> None:
    error = refused("<!DOCTYPE html><html><title>Just a\n moment</title><body>...</body></html>", 403, {})
    assert error.message == "An HTML page: Just a moment (HTTP 403)"


def test_a_page_without_a_title_is_told_by_its_text() -> None:
    error = refused("<html><style>p{}</style><body><h1>Not Found</h1><p>nginx</p></body></html>", 404, {})
    assert error.message == "An HTML page: Not Found nginx (HTTP 404)"


def test_a_long_body_is_kept_in_part() -> None:
    error = refused("x" * 10_000, 500, {})
    assert len(error.message) < 300
    assert len(error.body or "") == 2000


def test_an_empty_body_still_says_something() -> None:
    assert refused("", 500, {}).message == "The endpoint gives no reason. (HTTP 500)"


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (404, inference(7003, "Could not route to /x, perhaps your object identifier is invalid?"), "account id"),
        (400, inference(6003, "Invalid request headers"), "line breaks"),
        (429, inference(4006, QUOTA), "00:00 UTC"),
        (404, {"detail": "Not Found"}, "/v1"),
        (413, inference(5021, "context window limit"), "max_tokens"),
    ],
)
def test_a_hint_says_what_to_do(status: int, body: Any, word: str) -> None:
    assert word in str(refused(json.dumps(body), status, {}))


def test_the_request_id_of_the_headers_counts_more() -> None:
    body = json.dumps(inference(3040, "x"))
    assert refused(body, 429, {"cf-ai-req-id": "h1", "cf-ray": "h2"}).request_id == "h1"
    assert refused(body, 429, {"cf-ray": "h2"}).request_id == "h2"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
    assert refused("", 429, headers).retry_after == seconds


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after({"retry-after": later}) or 0) <= 31


@pytest.mark.parametrize(
    "frame", [{}, {"response": "x"}, {"error": None}, {"errors": []}, {"success": True}, {"error": ""}, None, "x", 5]
)
def test_what_reports_no_error(frame: Any) -> None:
    assert reported(frame) is None


def test_success_false_without_a_reason_is_an_error() -> None:
    assert reported({"success": False}) is not None


def test_an_error_in_a_frame_takes_its_status_from_its_code() -> None:
    error = reported(openai("bad", code=400))
    assert type(error) is BadRequestError


@given(JSON, st.integers(300, 599))
def test_whatever_a_body_is_it_becomes_an_error(body: Any, status: int) -> None:
    assert refused(json.dumps(body), status, {}).message
    reported(body)
