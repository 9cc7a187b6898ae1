"""One line for each request."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.messages import Usage
from agentkit.server.access_log import access_log
from agentkit.server.visit import Visit

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) (\S+) (\S+) [0-9.]+ms (\S+)(.*)\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def line(path: str, visit: Visit, *, method: str = "POST", stream: io.StringIO | None = None) -> str:
    target = stream or io.StringIO()
    log = access_log("text", target)
    assert log is not None
    log(method, path, visit)
    return target.getvalue()


def test_a_line_tells_what_became_of_a_request() -> None:
    visit = Visit(model="@cf/a/b", usage=Usage(12, 34), status=200, id="7f3a")
    match = LINE.fullmatch(line("/ai/run/@cf/a/b", visit))
    assert match is not None
    assert match.groups() == ("POST", "/ai/run/@cf/a/b", "200", "7f3a", " @cf/a/b 12+34 tokens")


def test_a_refusal_has_its_code() -> None:
    assert line("/ai/run/x", Visit(status=400, code=5007)).endswith(" code 5007\n")


def test_what_was_ignored_is_told() -> None:
    written = line("/ai/run/m", Visit(model="m", status=200, notes=("ignored: n, \x1b[31m", "seed 0 was mapped")))
    assert written.endswith(" (ignored: n, %1B%5B31m; seed 0 was mapped)\n")


def test_a_client_that_left_is_told_of() -> None:
    visit = Visit(model="m", left=True)
    match = LINE.fullmatch(line("/ai/run/m", visit))
    assert match is not None
    assert (match[3], match[5]) == ("-", " m 0+0 tokens client left")


@given(st.text(), st.text())
def test_nothing_of_a_request_can_break_out_of_its_place(path: str, method: str) -> None:
    written = line("/" + path, Visit(status=200), method="X" + method)
    assert written.isascii()
    assert LINE.fullmatch(written)
    assert len(written) < 8000
    noted = line("/", Visit(status=200, notes=(path, method)))
    assert noted.isascii()
    assert LINE.fullmatch(noted)


@given(st.text())
def test_a_row_of_json_is_one_line_of_ascii(path: str) -> None:
    target = io.StringIO()
    log = access_log("json", target)
    assert log is not None
    log("GET", path, Visit(status=404, id="7f3a"))
    written = target.getvalue()
    assert written.isascii()
    assert written.count("\n") == 1
    row = json.loads(written)
    assert (row["method"], row["status"], row["id"]) == ("GET", 404, "7f3a")


def test_off_writes_nothing() -> None:
    assert access_log("off") is None


def test_colour_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m200\x1b[0m" in line("/", Visit(status=200), stream=Terminal())
    assert "\x1b" not in line("/", Visit(status=200))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in line("/", Visit(status=200), stream=Terminal())


def test_a_log_that_nobody_reads_any_more_stops_nothing() -> None:
    stream = io.StringIO()
    log = access_log("text", stream)
    assert log is not None
    stream.close()
    log("GET", "/", Visit(status=200))
