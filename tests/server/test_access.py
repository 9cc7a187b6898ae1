"""Who may ask."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.datastructures import Headers

from agentkit.errors import ConfigurationError
from agentkit.server.access import Access, check_settings
from agentkit.server.settings import Settings

TOKEN = "s3cret-token"


def headers(**values: str) -> Headers:
    return Headers({"host": "localhost:8000"} | {name.replace("_", "-"): value for name, value in values.items()})


def token_answer(path: str = "/ai/run/x", **values: str) -> tuple[int, Any] | None:
    access = Access(Settings(token=TOKEN), frozenset({"/healthz", "/", "/playground/files/"}))
    refusal = access.token_refusal({"path": path}, headers(**values))
    return None if refusal is None else (refusal.status, json.loads(refusal.body))


def test_without_a_token_the_service_tells_which_headers_are_missing() -> None:
    text = "Missing X-Auth-Key, X-Auth-Email or Authorization headers"
    assert token_answer() == (400, {"success": False, "errors": [{"code": 9106, "message": text}]})


@pytest.mark.parametrize("value", ["", TOKEN, "Basic abc", "Bearer", "Bearer ", f"Bearer {TOKEN} x", "Bearer ä"])
def test_a_header_that_is_no_bearer_token_is_malformed(value: str) -> None:
    error = {
        "code": 6003,
        "message": "Invalid request headers",
        "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}],
    }
    assert token_answer(authorization=value) == (
        400,
        {"result": None, "success": False, "errors": [error], "messages": []},
    )


@pytest.mark.parametrize(
    "value", ["Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}"]
)
def test_another_token_is_refused(value: str) -> None:
    error = {"code": 10000, "message": "Authentication error"}
    assert token_answer(authorization=value) == (
        401,
        {"result": None, "success": False, "errors": [error], "messages": []},
    )


@pytest.mark.parametrize(
    "values",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer   {TOKEN}"},
        {"x_auth_email": "me@example.com", "x_auth_key": TOKEN},
        {"x_auth_user_service_key": TOKEN},
    ],
)
def test_the_token_opens(values: dict[str, str]) -> None:
    assert token_answer(**values) is None


def test_the_key_alone_is_not_enough() -> None:
    assert token_answer(x_auth_key=TOKEN) is not None


@pytest.mark.parametrize("path", ["/healthz", "/", "/playground/files/main.js"])
def test_open_paths_need_no_token(path: str) -> None:
    assert token_answer(path) is None


@pytest.mark.parametrize("path", ["/healthz/", "/playground/files", "/metrics", "//", "/healthzz"])
def test_other_paths_need_one(path: str) -> None:
    assert token_answer(path) is not None


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1", "127.0.0.1:8000", "127.8.8.8:80", "[::1]", "[::1]:8000"],
)
def test_names_of_this_machine_are_taken(host: str) -> None:
    assert Access(Settings()).stranger(headers(host=host)) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.com",
        "localhost.evil.com",
        "127.0.0.1.evil.com",
        "evil.com:80",
        "192.168.1.1",
        "[::2]",
        "0.0.0.0",
        "localhost:80@evil.com",
        "evil.com#localhost",
        "user@localhost",
        "localhost:80:80",
        "[::1",
        "127.0.0.1 ",
        "²",
    ],
)
def test_other_names_that_lead_here_are_not(host: str) -> None:
    refusal = Access(Settings()).stranger(headers(host=host))
    assert refusal is not None
    assert refusal.status == 403


def test_a_server_for_others_has_any_name() -> None:
    assert Access(Settings(host="0.0.0.0", token=TOKEN)).stranger(headers(host="ai.example.com")) is None


def test_a_server_with_a_token_has_any_name_behind_a_proxy_on_this_machine() -> None:
    access = Access(Settings(token=TOKEN))
    assert access.stranger(headers(host="ai.example.com")) is None
    assert access.stranger(headers(host="ai.example.com", origin="https://ai.example.com")) is None
    assert access.stranger(headers(host="ai.example.com", origin="https://evil.com")) is not None


def test_a_refusal_tells_the_operator_what_to_do() -> None:
    access = Access(Settings())
    stranger, page = access.stranger(headers(host="ai.local")), access.stranger(headers(origin="http://evil.com"))
    assert stranger is not None
    assert b"'ai.local'; started with --token" in stranger.body
    assert page is not None
    assert b"'http://evil.com' may not use this server; its option --origin" in page.body


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://app.example.com"])
def test_its_own_page_and_named_sites_may_ask(origin: str) -> None:
    assert Access(Settings(origins=("https://app.example.com",))).stranger(headers(origin=origin)) is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.com",
        "null",
        "",
        "http://localhost:3000",
        "http://localhost",
        "https://app.example.com.evil.com",
        "http://app.example.com",
        "file://",
        "http://localhost:8000.evil.com",
        "HTTP://localhost:8000/",
    ],
)
def test_pages_of_other_sites_may_not(origin: str) -> None:
    refusal = Access(Settings(origins=("https://app.example.com",))).stranger(headers(origin=origin))
    assert refusal is not None
    assert refusal.status == 403


def test_only_named_sites_may_read_answers() -> None:
    access = Access(Settings(origins=("https://app.example.com",)))
    named = dict(access.cors_headers(headers(origin="https://app.example.com")))
    assert named[b"access-control-allow-origin"] == b"https://app.example.com"
    assert named[b"vary"] == b"origin"
    assert b"access-control-allow-origin" not in dict(access.cors_headers(headers(origin="http://localhost:8000")))
    assert Access(Settings()).cors_headers(headers(origin="http://localhost:8000")) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com"])
def test_a_server_for_others_without_a_token_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_settings(Settings(host=host))
    assert "--token" in str(caught.value)
    assert "AGENTKIT_TOKEN" in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_a_server_for_this_machine_needs_none(host: str) -> None:
    check_settings(Settings(host=host))


@pytest.mark.parametrize("token", ["", "a b", "ä", "a\n"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(ConfigurationError, match="token"):
        check_settings(Settings(token=token))


@pytest.mark.parametrize(
    "origin", ["example.com", "https://example.com/", "https://example.com/x", "ftp://x", "null", ""]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="no web origin"):
        check_settings(Settings(origins=(origin,)))
