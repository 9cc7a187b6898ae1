"""`agentkit doctor`: what this machine can run, and what a model runner can do."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import AgentKitError
from . import options as o
from .interrupts import heard
from .records import error_record
from .text import print_json
from .weights import fetch_for

HEALTHY, ILL = 0, 1


def doctor(
    runner: Annotated[
        str | None,
        typer.Argument(
            metavar="RUNNER",
            help="What to probe: local, openai:NAME, @cf/..., ./file.py:NAME.",
            show_default="this machine",
        ),
    ] = None,
    base_url: o.BaseUrlOption = None,
    quick: Annotated[bool, o.flag("--quick", help="Look only at what matters most.")] = False,
    no_context: Annotated[bool, o.flag("--no-context", help="Do not look for the context window.")] = False,
    no_save: Annotated[bool, o.flag("--no-save", help="Do not keep what was found out as a profile.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Most time for a reply.")
    ] = 60.0,
    json: Annotated[bool, o.flag("--json", help="Print JSON.")] = False,
) -> None:
    """Look at this machine, or probe a runner.

    Without RUNNER it tells what is here, and lets each engine say something. With one it finds out by small requests
    what stands behind it: calls, streaming, tool_choice, the real context window. What it finds out of a server is
    kept, and the runner fits its requests to it. The exit code is 0 where something answers, and else 1.
    """
    try:
        if runner is None:
            code = _machine(quick, json)
        else:
            code = _probed(runner, base_url, timeout, quick=quick, context=not no_context, save=not no_save, json=json)
    except AgentKitError as error:
        if json:
            print_json(error_record(error), compact=True)
        raise
    raise typer.Exit(code)


def _machine(quick: bool, json: bool) -> int:
    from .checkup import look, problems_of
    from .machine import show, waiting

    with heard(), waiting("looking at this machine"):
        found = look(quick=quick)
    found["problems"] = problems_of(found)
    if json:
        print_json(found)
    else:
        show(found)
    return HEALTHY if found["can_run"] else ILL


def _probed(
    name: str, base_url: str | None, timeout: float, *, quick: bool, context: bool, save: bool, json: bool
) -> int:
    import anyio

    from ..runners.probing import target
    from .findings import Findings

    fetch_for(name)
    options: dict[str, Any] = {"base_url": base_url} if base_url else {}
    screen = Findings(target(name, timeout=timeout, **options), json=json)
    with screen:
        anyio.run(screen.probe, quick, context)
    if save:
        screen.keep()
    screen.end()
    return HEALTHY if screen.answers else ILL
