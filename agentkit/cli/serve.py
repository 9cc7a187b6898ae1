"""`agentkit serve`: models and agents over HTTP."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import as_runner
from ..errors import MissingDependencyError
from . import options as o
from . import serve_options as s
from .exits import UsageError
from .loading import load_tools
from .text import print_json, safe
from .weights import fetch_for

if TYPE_CHECKING:
    from ..server.models import Served
    from ..server.naming import Options
    from ..server.recording import Recording
    from ..server.settings import Settings

NEEDED = ("uvicorn", "starlette", "httptools", "prometheus_client")


def serve(
    context: typer.Context,
    models: s.ModelsArgument = None,
    host: s.HostOption = "127.0.0.1",
    port: s.PortOption = 8000,
    agent: s.AgentOption = None,
    tools: o.ToolsOption = None,
    playground: s.PlaygroundOption = True,
    json: Annotated[bool, o.flag("--json", help="Print where it listens as one JSON line on stdout.")] = False,
    quiet: Annotated[bool, o.flag("--quiet", "-q", help="Say nothing but errors.")] = False,
    access_log: s.AccessLogOption = "text",
    token: s.TokenOption = None,
    origin: s.OriginOption = None,
    strict: s.StrictOption = False,
    faithful: s.FaithfulOption = False,
    max_running: s.MaxRunning = 64,
    max_waiting: s.MaxWaiting = 256,
    deadline: s.DeadlineOption = 600.0,
    grace: s.GraceOption = 30.0,
    max_bytes: s.MaxBytes = 10_000_000,
    idle: s.IdleOption = 900.0,
    context_tokens: s.ContextOption = None,
    threads: s.ThreadsOption = None,
    lora: s.LoraOption = None,
    base_url: s.BaseUrlOption = None,
    record: s.RecordOption = None,
    replay: s.ReplayOption = None,
) -> None:
    """Serve models over HTTP, as Workers AI and as chat completions, and a page to try them on.

    Any client of Cloudflare Workers AI or of OpenAI works with it: give it the address that is shown. Ctrl-C finishes
    what runs, and ends with exit code 130; SIGTERM does the same with 0.
    """
    for module in NEEDED:
        if find_spec(module) is None:
            raise MissingDependencyError(module, "serve")
    from ..server.assembly import assemble
    from ..server.error_log import log_errors
    from ..server.naming import Options
    from ..server.serving import listen, url_of
    from ..server.serving import serve as serve_until_told
    from ..server.state import make_state

    settings = s.settings_of(context.params)
    recording = _recording(record, replay)
    make = recording.runner if recording else as_runner
    options = Options(base_url, context_tokens, threads, s.adapters_of(lora or ()), make)
    served = _served(models or [], agent or [], options)
    state = make_state(settings, served)
    if recording:
        state.background.append(recording.keep_saving)
    app = assemble(state, load_tools(tools or ()), "off" if quiet else access_log)
    listener = listen(settings)
    log_errors(access_log)
    for item in served:
        _fetch_for(item)
    url, names = url_of(listener), [item.card.name for item in served]

    def ready() -> None:
        if json:
            print_json({"url": url, "models": names}, compact=True)
        if not quiet:
            print(_greeting(url, names, settings), file=sys.stderr, flush=True)

    def ending(count: int) -> None:
        if not quiet:
            print(_farewell(count, grace), file=sys.stderr, flush=True)

    raise typer.Exit(serve_until_told(app, state, listener, ready, ending))


def _recording(record: Path | None, replay: Path | None) -> Recording | None:
    from ..server.recording import Recording

    if record and replay:
        raise UsageError("--record and --replay exclude each other.")
    return Recording(replay, replay=True) if replay else Recording(record) if record else None


def _served(models: Sequence[str], agents: Sequence[str], options: Options) -> list[Served]:
    """What is named; the local models only where nothing is."""
    from ..server.agent_naming import load_agents
    from ..server.naming import named_models

    named = named_models(models, options) if models or not agents else []
    return [*named, *load_agents(agents)]


def _fetch_for(served: Served) -> None:
    """Fetch the weights of a local model, or of an agent's, where they are fetched without being asked for."""
    for name in (served.runner.name, served.card.runner):
        if name.partition(":")[0] == "local":
            fetch_for(name)
            return


def _greeting(url: str, names: Sequence[str], settings: Settings) -> str:
    """What to know of a server that has started."""
    token = "$AGENTKIT_TOKEN" if os.environ.get("AGENTKIT_TOKEN") else "TOKEN"
    header = f' -H "Authorization: Bearer {token}"' if settings.token else ""
    lines = [
        f"Serving {', '.join(names)}",
        f"  Workers AI        {url}/client/v4/accounts/ACCOUNT/ai/run/MODEL",
        f"  chat completions  {url}/v1",
    ]
    if settings.playground:
        lines.append(f"  playground        {url}/")
    lines.append(f'Try: curl {url}/ai/run/{names[0]}{header} -d \'{{"prompt": "Say hello"}}\'')
    return safe("\n".join(lines))


def _farewell(count: int, grace: float) -> str:
    """What to know of a server that was told to end while requests run."""
    requests = "1 request" if count == 1 else f"{count} requests"
    return f"Finishing {requests}, for at most {grace:g} seconds; the next Ctrl-C does not wait."
