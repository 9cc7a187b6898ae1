"""A runner string, made ready to be probed."""

from __future__ import annotations

import os
from typing import Any

from ...errors import ConfigurationError
from ...generation import Request
from .. import as_runner
from ..base import Runner
from .subject import Subject

SERVERS = ("openai", "workers-ai")
"""Runners that can be asked with and without streaming, and that have profiles."""


def target(runner: str | None = None, *, timeout: float = 60.0, **options: Any) -> Subject:
    """What a runner string names, without its profile, which would hide what it is to be probed for.

    Args:
        runner: As for `as_runner`.
        timeout: Most seconds for one reply.
        options: Of the runner, for example `base_url=`.

    Raises:
        ConfigurationError: The string names no runner, or one that does not take these options.
        AuthenticationError: A key that the runner cannot do without is missing.
    """
    name = runner or os.environ.get("AGENTKIT_RUNNER") or "local"
    if not _asks_a_server(name):
        return Subject(_made(name, **options), timeout=timeout)
    streaming = _made(name, profile=False, **options)
    whole = _made(name, profile=False, stream=False, **options)
    return Subject(streaming, whole, timeout=timeout, address=address_of(streaming))


def address_of(runner: Any) -> str:
    """Where a runner asks a server, without secrets; empty where it asks none."""
    return str(runner.sent(Request([])).url) if hasattr(runner, "sent") else ""


def _asks_a_server(name: str) -> bool:
    return name.startswith(("@cf/", "@hf/")) or name.partition(":")[0] in SERVERS


def _made(name: str, **options: Any) -> Runner:
    try:
        return as_runner(name, **options)
    except TypeError as error:
        raise ConfigurationError(f"{name!r} does not take {', '.join(options)}: {error}.") from error
