"""What the operator must know of errors that clients are told nothing about."""

from __future__ import annotations

import json
import logging
import sys
from typing import TextIO

from .access_log import LogFormat, timestamp

NAME = "agentkit"
"""The logger above those of all modules."""


def log_errors(form: LogFormat, stream: TextIO | None = None) -> logging.Handler:
    """Write the server's own log beside the lines of its requests.

    Args:
        form: `json` for an object a line, as those are then; else text.
        stream: Where to; the standard error stream by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger(NAME)
    logger.addHandler(handler)
    logger.propagate = False
    return handler


class _Text(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return timestamp(record.created)


class _Json(_Text):
    def format(self, record: logging.LogRecord) -> str:
        row = {"time": self.formatTime(record), "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row)
