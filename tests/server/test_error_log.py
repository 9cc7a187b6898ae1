"""The server's own log."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest

from agentkit.server.access_log import LogFormat
from agentkit.server.error_log import NAME, log_errors


def written(form: LogFormat) -> str:
    stream, logger = io.StringIO(), logging.getLogger(NAME)
    handler = log_errors(form, stream)
    try:
        try:
            raise ValueError("no\nsuch thing")
        except ValueError:
            logger.exception("request %s failed", "7f3a")
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    return stream.getvalue()


@pytest.mark.parametrize("form", ["text", "off"])
def test_a_text_has_its_time_and_the_traceback(form: LogFormat) -> None:
    first, *rest = written(form).splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR request 7f3a failed", first)
    assert rest[0].startswith("Traceback")


def test_json_is_one_line() -> None:
    (line,) = written("json").splitlines()
    row = json.loads(line)
    assert (row["level"], row["message"]) == ("error", "request 7f3a failed")
    assert "no\nsuch thing" in row["traceback"]
