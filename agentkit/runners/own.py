"""A runner of the user, named by its place: `./file.py:NAME`, `package.module:NAME`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ..errors import ConfigurationError
from ..sources import is_module, load, member, split
from .base import Runner

DEFAULT_NAME = "runner"


def own_runner(name: str, options: Mapping[str, Any]) -> Runner:
    """Import the runner that stands in a file or module; a function or class there is called to make it.

    Raises:
        ConfigurationError: There is none, or options were given, which only runner strings take.
    """
    place, attribute = split(name)
    if not (place.endswith(".py") or (attribute and is_module(place))):
        raise ConfigurationError(
            f"unknown runner {name!r}.",
            hint="Use local, local:PATH, workers-ai:@cf/VENDOR/MODEL, openai:MODEL, or ./file.py:NAME.",
        )
    if options:
        raise ConfigurationError(f"the runner {name!r} takes no options, but got {', '.join(options)}.")
    runner = member(load(place), attribute or DEFAULT_NAME, place)
    if inspect.isroutine(runner) or inspect.isclass(runner):
        runner = runner()
    if not callable(getattr(runner, "generate", None)):
        raise ConfigurationError(f"{name!r} is no runner.", hint="A runner has a method generate(request).")
    return runner  # type: ignore[no-any-return]
