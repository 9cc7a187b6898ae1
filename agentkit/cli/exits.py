"""How the process ends: a number that scripts can read, and one line that people can."""

from __future__ import annotations

import typer

from ..errors import AgentKitError, AuthenticationError, ConfigurationError
from ..result import StopReason

ANSWERED, BUG, USAGE, CONFIGURATION, RUNNER, LANDED, CANCELLED = 0, 1, 2, 3, 4, 5, 130

TABLE = """\
Exit codes:

* 0 — the model answered
* 1 — a bug in agentkit
* 2 — the command line is wrong
* 3 — a setting, a file, a token or an account is wrong
* 4 — the model runner or the network failed
* 5 — the run ended at a limit, or without a whole answer
* 130 — stopped by Ctrl-C
"""


class UsageError(typer.TyperException):
    """The command line is wrong."""

    exit_code = USAGE


LANDINGS: dict[StopReason, str] = {
    "max_turns": "it reached the limit on turns; --max-turns raises it",
    "deadline": "the time was up; --deadline raises the limit",
    "usage_limit": "it reached a limit on usage",
    "stalled": "it went round in circles",
    "invalid_calls": "too many of its tool calls could not be made; another model may do better",
    "length": "the answer was cut at --max-tokens",
    "content_filter": "the endpoint withheld the answer",
    "empty": "the model said nothing, also when it was asked again",
    "invalid_output": "the answer does not have the form that was asked for",
    "cancelled": "on request; what its tools did until then is kept",
}
"""Why a run ended that did not end with an answer, and what helps."""


def code_of(error: AgentKitError) -> int:
    """The exit code for an error."""
    if isinstance(error, ConfigurationError | AuthenticationError):
        return CONFIGURATION
    return RUNNER


def code_after(reason: StopReason) -> int:
    """The exit code for a run that ended."""
    if reason == "final":
        return ANSWERED
    return CANCELLED if reason == "cancelled" else LANDED
