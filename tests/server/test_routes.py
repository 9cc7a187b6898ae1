"""Which paths lead where, and what is said where none does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from agentkit.runners.scripted import Scripted
from agentkit.server.assembly import assemble

from .conftest import Running, Serve, running, served
from .raw import Answer, ask, request, wire

PROMPT = {"prompt": "Hello"}
CHAT = {"model": "@cf/test/model", "messages": [{"role": "user", "content": "Hello"}]}
ACCOUNT = "/client/v4/accounts/0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running([served(Scripted(["fine"], loop=True), aliases=("short",))], assemble) as server:
        yield server


@pytest.mark.parametrize(
    "path",
    [
        f"{ACCOUNT}/ai/run/@cf/test/model",
        "/client/v4/accounts/me/ai/run/@cf/test/model",
        "/ai/run/@cf/test/model",
        "/ai/run/%40cf/test/model",
        "/ai/run/@cf%2Ftest%2Fmodel",
        "/ai/run/%40cf%2ftest%2fmodel?a=b",
        "/ai/run/SHORT",
        "/ai/run/@CF/test/MODEL",
    ],
)
def test_a_model_is_asked_at_its_path(server: Running, path: str) -> None:
    assert ask(server.address, path, PROMPT).json["result"]["response"] == "fine"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ai/run/@cf/test/other", "@cf/test/other"),
        ("/ai/run/%2540cf/test/model", "%40cf/test/model"),
        ("/ai/run/", ""),
        ("/ai/run/../../etc/passwd", "../../etc/passwd"),
        ("/ai/run/@cf/test/model/", "@cf/test/model/"),
        ("/ai/run//@cf/test/model", "/@cf/test/model"),
        ("/ai/run/@cf/test/model%00", "@cf/test/model\x00"),
        ("/ai/run/%ff", "\ufffd"),
    ],
)
def test_a_model_that_is_not_served_is_named(server: Running, path: str, name: str) -> None:
    answer = ask(server.address, path, PROMPT)
    assert answer.status == 400
    assert answer.json["errors"] == [{"message": f"No such model {name} or task", "code": 5007}]


@pytest.mark.parametrize("path", ["/ai/run", f"{ACCOUNT}/ai/run"])
def test_the_model_may_stand_in_the_body(server: Running, path: str) -> None:
    answer = ask(server.address, path, {"model": "@cf/test/model", "input": PROMPT})
    assert answer.json["result"]["response"] == "fine"


@pytest.mark.parametrize("body", [{}, [], {"model": "@cf/test/model"}, {"model": 5, "input": PROMPT}, "x", None, 5])
def test_a_body_that_names_no_model_is_refused(server: Running, body: Any) -> None:
    answer = ask(server.address, "/ai/run", b"null" if body is None else body)
    assert (answer.status, answer.code) == (400, 5006)


@pytest.mark.parametrize(
    "path", [f"{ACCOUNT}/ai/v1/chat/completions", "/ai/v1/chat/completions", "/v1/chat/completions"]
)
def test_chat_completions(server: Running, path: str) -> None:
    answer = ask(server.address, path, CHAT)
    assert answer.json["choices"][0]["message"]["content"] == "fine"
    assert answer.headers["content-type"] == "application/json"
    stream = ask(server.address, path, CHAT | {"stream": True})
    assert stream.body.endswith(b"data: [DONE]\n\n")


def test_errors_of_chat_completions_have_the_shape_of_their_address(server: Running) -> None:
    body = CHAT | {"model": "other"}
    assert ask(server.address, "/ai/v1/chat/completions", body).json["errors"][0]["code"] == 5007
    assert ask(server.address, "/v1/chat/completions", body).json["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", [f"{ACCOUNT}/ai/run/@cf/test/model", "/ai/run", "/ai/v1/chat/completions"])
def test_another_method_is_refused_in_the_documented_words(server: Running, method: str, path: str) -> None:
    answer = ask(server.address, path, method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
    assert answer.json == {
        "result": None,
        "success": False,
        "errors": [{"code": 7001, "message": f"{method} not supported for requested URI."}],
        "messages": [],
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        f"{ACCOUNT}/ai/nothing",
        f"{ACCOUNT}",
        "/client/v4",
        "/ai",
        "/v1",
        "/v1/embeddings",
        "/nothing",
        "//",
        "/ai/runs/x",
    ],
)
def test_a_path_that_leads_nowhere_is_refused_in_the_documented_words(server: Running, method: str, path: str) -> None:
    answer = ask(server.address, path, method=method)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["result"] is None
    assert answer.json["errors"][0] == {
        "code": 7003,
        "message": f"Could not route to {path}, perhaps your object identifier is invalid?",
    }


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "\xff"]
)
def test_a_body_is_json_whatever_its_content_type(server: Running, content_type: str) -> None:
    answer = ask(server.address, body=PROMPT, content_type=content_type)
    assert answer.status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"prompt=hello", b"\xff", b"[" * 100_000, b'{"prompt": NaN}'])
@pytest.mark.parametrize("path", ["/ai/run/@cf/test/model", "/ai/run", "/ai/v1/chat/completions"])
def test_a_body_that_is_no_json_is_refused(server: Running, path: str, body: bytes) -> None:
    answer = ask(server.address, path, body)
    assert (answer.status, answer.code) == (400, 3003)


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b"{}", b'{"prompt": 5}'])
def test_json_that_asks_nothing_is_refused(server: Running, body: bytes) -> None:
    answer = ask(server.address, body=body)
    assert (answer.status, answer.code) == (400, 5006)


def test_a_body_in_chunks_is_read(server: Running) -> None:
    head = b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    with wire(server.address) as connection:
        connection.send(head + b'9\r\n{"prompt"\r\n')
        connection.send(b'8\r\n: "Hey"}\r\n0\r\n\r\n')
        assert connection.answer().status == 200


def test_a_body_that_is_announced_is_asked_for(server: Running) -> None:
    with wire(server.address) as connection:
        connection.send(
            b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\ncontent-length: 17\r\nexpect: 100-continue\r\n\r\n"
        )
        assert connection.head()[0] == 100
        connection.send(b'{"prompt": "Hey"}')
        assert connection.answer().status == 200


def test_a_body_that_is_announced_too_large_is_not_asked_for(serve: Serve) -> None:
    with wire(serve(Scripted(["fine"]), most_bytes=100).address) as connection:
        connection.send(
            b"POST /ai/run/@cf/test/model HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999999\r\n"
            b"expect: 100-continue\r\n\r\n"
        )
        assert connection.answer().code == 3006


def test_a_body_that_is_too_large_is_refused_while_it_comes(serve: Serve) -> None:
    with wire(serve(Scripted(["fine"]), most_bytes=100_000).address) as connection:
        connection.send(
            b"POST /ai/run/@cf/test/model HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for _ in range(30):
            connection.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        answer = connection.answer()
        assert (answer.status, answer.code) == (413, 3006)
        connection.send(b"0\r\n\r\n")
        assert connection.is_closed()


def test_a_client_that_sends_everything_first_reads_why_it_was_too_large(serve: Serve) -> None:
    server = serve(Scripted(["fine"]), most_bytes=100_000)
    answer: Answer = ask(server.address, body=b"x" * 20_000_000)
    assert (answer.status, answer.code) == (413, 3006)


def test_more_than_this_server_takes_is_refused(serve: Serve) -> None:
    server = serve(Scripted(["fine"]), most_tokens=100, most_messages=1)
    assert ask(server.address, body=PROMPT | {"max_tokens": 101}).code == 5006
    message = {"role": "user", "content": "Hello"}
    assert ask(server.address, body={"messages": [message, message]}).code == 5006
    assert ask(server.address, body={"messages": [message], "max_tokens": 100}).status == 200


def test_a_token_is_required_where_one_is_set(serve: Serve) -> None:
    address = serve(Scripted(["fine"], loop=True), assemble, token="t0ken").address
    assert ask(address, body=PROMPT).code == 9106
    assert ask(address, body=PROMPT, authorization="t0ken").code == 6003
    assert ask(address, body=PROMPT, authorization="Bearer other").code == 10000
    assert ask(address, body=PROMPT, authorization="Bearer t0ken").status == 200
    assert ask(address, "/nothing", method="GET").code == 9106
    assert ask(address, "/metrics", method="GET").status == 400
    assert ask(address, "/healthz", method="GET").status == 200


def test_a_page_of_another_site_reaches_nothing(serve: Serve) -> None:
    runner = Scripted(["fine"])
    server = serve(runner)
    assert ask(server.address, body=PROMPT, origin="https://evil.example").status == 403
    assert ask(server.address, body=PROMPT, host="evil.example").status == 403
    assert (
        ask(
            server.address, method="OPTIONS", origin="https://evil.example", access_control_request_method="POST"
        ).status
        == 403
    )
    assert runner.requests == []
    assert ask(server.address, body=PROMPT, host="localhost:1", origin="http://localhost:1").status == 200


def test_a_page_of_a_named_site_may_ask(serve: Serve) -> None:
    site = "https://app.example"
    address = serve(Scripted(["fine"]), origins=(site,), token="t0ken").address
    preflight = ask(
        address,
        method="OPTIONS",
        origin=site,
        access_control_request_method="POST",
        access_control_request_headers="authorization,x-own",
    )
    assert preflight.status == 200
    assert preflight.headers["access-control-allow-origin"] == site
    assert preflight.headers["access-control-allow-headers"] == "authorization,x-own"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    refused = ask(address, body=PROMPT, origin=site)
    assert (refused.code, refused.headers["access-control-allow-origin"]) == (9106, site)
    answer = ask(address, body=PROMPT, origin=site, authorization="Bearer t0ken")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, site)
    assert "cf-ai-req-id" in answer.headers["access-control-expose-headers"]


def test_the_playground_may_be_left_out(serve: Serve) -> None:
    assert ask(serve(Scripted(["fine"]), assemble).address, "/", method="GET").status == 200
    assert ask(serve(Scripted(["fine"]), assemble, playground=False).address, "/", method="GET").status == 404


def test_a_request_without_a_host_is_refused(server: Running) -> None:
    with wire(server.address) as connection:
        connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.answer().status == 403


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /ai HTTP/9.9\r\n\r\n",
        b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\n",
        b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /ai/run/short HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET http://[ HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n" + b"x: " + b"y" * 200_000,
    ],
)
def test_what_is_no_request_harms_nobody(server: Running, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with wire(server.address) as connection:
        try:
            connection.send(data)
            with suppress(OSError):  # it has closed the connection already
                connection.socket.shutdown(1)
            assert b"200 OK" not in connection.file.read(1000)
        except ConnectionError:
            pass
    assert ask(server.address, body=PROMPT).status == 200
    assert "Traceback" not in caplog.text


def test_a_request_in_single_bytes_is_read(server: Running) -> None:
    with wire(server.address) as connection:
        for byte in request(body=PROMPT):
            connection.send(bytes([byte]))
        assert connection.answer().status == 200


@pytest.mark.parametrize("data", [b"", b"POST /ai/run/short HTTP/1.1\r\nhost: loc", b"\r\n"])
@pytest.mark.parametrize("before", [b"", request("/healthz", method="GET")])
def test_who_does_not_say_what_it_wants_is_not_waited_for(serve: Serve, before: bytes, data: bytes) -> None:
    server = serve(Scripted(["fine"]), assemble, patience=0.3)
    with wire(server.address) as connection:
        if before:
            connection.send(before)
            assert connection.answer().status == 200
        if data or not before:
            connection.send(data)
            assert connection.is_closed()


def test_who_says_what_it_wants_in_time_is_waited_for(serve: Serve) -> None:
    server = serve(Scripted(["fine"], loop=True), patience=0.5)
    with wire(server.address) as connection:
        for _ in range(2):
            data = request(body=PROMPT)
            connection.send(data[:-4])
            time.sleep(0.8)
            connection.send(data[-4:])
            assert connection.answer().status == 200


def test_a_websocket_is_no_way_in(server: Running) -> None:
    answer = ask(
        server.address,
        method="GET",
        connection="upgrade",
        upgrade="websocket",
        sec_websocket_key="x",
        sec_websocket_version="13",
    )
    assert answer.status == 405
