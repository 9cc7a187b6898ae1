"""Model runners, by the string that names them."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, cast

from ..errors import ConfigurationError
from .base import Runner

ROWS = {
    "local": "local:local_runner",
    "workers-ai": "workers_ai:WorkersAIRunner",
    "openai": "openai:OpenAIRunner",
}
"""Prefix of a runner string -> module and class or function in this package. It takes the rest of the string."""


def as_runner(runner: str | Runner | None = None, **options: Any) -> Runner:
    """The runner that a string names; a runner object is returned as it is.

    Args:
        runner: `local`, `local:PATH`, `workers-ai:MODEL`, a bare `@cf/...` or `@hf/...` id, `openai:MODEL`, a
            runner of yours as `./file.py:NAME` or `package.module:NAME`, or a runner. None takes the environment's
            `AGENTKIT_RUNNER`, and `local` where that is not set.
        options: Passed to the runner's class, for example `base_url=`.

    Raises:
        ConfigurationError: The string names no runner.
    """
    if runner is None:
        runner = os.environ.get("AGENTKIT_RUNNER") or "local"
    if not isinstance(runner, str):
        if options:
            raise ConfigurationError(f"options {sorted(options)} need a runner string, not a runner object.")
        return runner
    prefix, _, model = runner.partition(":")
    if runner.startswith(("@cf/", "@hf/")) and runner.count("/") > 1:
        prefix, model = "workers-ai", runner
    if prefix not in ROWS or not (model or prefix == "local"):
        from .own import own_runner

        return own_runner(runner, options)
    module, _, name = ROWS[prefix].partition(":")
    factory = getattr(import_module(f"{__name__}.{module}"), name)
    return cast("Runner", factory(model, **options))
