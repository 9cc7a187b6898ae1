"""`agentkit serve`: models and agents over HTTP."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import MissingDependencyError
from . import options as o
from .exits import UsageError
from .loading import load_tools
from .text import print_json, safe
from .weights import fetch_for

if TYPE_CHECKING:
    from ..server.state import State

SAFETY, LIMITS, ENGINE = "Who may ask", "Limits", "Models"


def serve(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=]RUNNER",
            show_default="all local models whose weights are here",
            help="What to serve: local, local:MODEL, local:FILE.gguf, openai:NAME, @cf/VENDOR/MODEL (asks Cloudflare), "
            "or your own: ./file.py:NAME. The first one is the default.",
        ),
    ] = None,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", metavar="N", min=0, max=65535, help="0 takes a free one.")
    ] = 8000,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            metavar="[NAME=]FILE:AGENT",
            help="An agent of yours, served as the model @agentkit/NAME; again for more.",
        ),
    ] = None,
    tools: o.ToolsOption = None,
    playground: Annotated[
        bool, typer.Option("--playground/--no-playground", help="The page at / on which models are tried.")
    ] = True,
    json: Annotated[bool, o.flag("--json", help="Print where it listens as one JSON line on stdout.")] = False,
    quiet: Annotated[bool, o.flag("--quiet", "-q", help="Say nothing when it starts.")] = False,
    access_log: Annotated[
        Literal["text", "json", "off"],
        typer.Option("--access-log", help="How each request is logged on stderr."),
    ] = "text",
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            envvar="AGENTKIT_TOKEN",
            show_envvar=True,
            help="Required of every request. It must be set where other machines reach the server.",
            rich_help_panel=SAFETY,
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            metavar="URL",
            help="A web site whose pages may ask, for example https://example.com; again for more.",
            rich_help_panel=SAFETY,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Refuse what the service ignores.", rich_help_panel=SAFETY),
    ] = False,
    faithful: Annotated[
        bool,
        typer.Option("--faithful", help="Do not answer what the service does not have.", rich_help_panel=SAFETY),
    ] = False,
    max_running: Annotated[
        int,
        typer.Option("--max-running", metavar="N", min=1, help="Requests at a time.", rich_help_panel=LIMITS),
    ] = 64,
    max_waiting: Annotated[
        int,
        typer.Option(
            "--max-waiting",
            metavar="N",
            min=0,
            help="Further ones that wait; then clients are told to come back later.",
            rich_help_panel=LIMITS,
        ),
    ] = 256,
    deadline: Annotated[
        float,
        typer.Option("--deadline", metavar="SECONDS", min=0.1, help="For one request.", rich_help_panel=LIMITS),
    ] = 600.0,
    grace: Annotated[
        float,
        typer.Option(
            "--grace",
            metavar="SECONDS",
            min=0,
            help="For running requests, when the server is told to end; a second Ctrl-C ends it at once.",
            rich_help_panel=LIMITS,
        ),
    ] = 30.0,
    max_bytes: Annotated[
        int,
        typer.Option("--max-bytes", metavar="N", min=1, help="Of the body of a request.", rich_help_panel=LIMITS),
    ] = 10_000_000,
    idle: Annotated[
        float,
        typer.Option(
            "--idle",
            metavar="SECONDS",
            min=0,
            help="Without a request, after which a model is unloaded; 0: never.",
            rich_help_panel=ENGINE,
        ),
    ] = 900.0,
    context: Annotated[
        int | None,
        typer.Option(
            "--context",
            metavar="N",
            min=32,
            help="Tokens of all requests that a local model works on at once; a usual number if left out.",
            rich_help_panel=ENGINE,
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            metavar="N",
            min=1,
            help="For computing; one less than there are cores if left out.",
            rich_help_panel=ENGINE,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Where openai:NAME models are.", rich_help_panel=ENGINE),
    ] = None,
) -> None:
    """Serve models over HTTP, as Workers AI and as chat completions, and a page to try them on.

    Any client of Cloudflare Workers AI or of OpenAI works with it: the address below is the one to give it. A NAME=
    before a runner is what clients call it. Ctrl-C finishes what runs, and ends.
    """
    for module in ("uvicorn", "starlette", "httptools", "prometheus_client"):
        if find_spec(module) is None:
            raise MissingDependencyError(module, "serve")
    from ..server.agent_naming import load_agents
    from ..server.assembly import assemble
    from ..server.naming import Options, named_models
    from ..server.serving import listen, url_of
    from ..server.serving import serve as serve_until_told
    from ..server.settings import Settings
    from ..server.state import make_state

    if token is not None and not token.strip():
        raise UsageError("The token is empty.")
    settings = Settings(
        host=host,
        port=port,
        token=token.strip() if token else None,
        origins=tuple(item.rstrip("/") for item in origin or ()),
        strict=strict,
        faithful=faithful,
        playground=playground,
        most_running=max_running,
        most_waiting=max_waiting,
        deadline=deadline,
        idle=idle or None,
        grace=grace,
        most_bytes=max_bytes,
    )
    agents = load_agents(agent or ())
    named = named_models(models or (), Options(base_url, context, threads)) if models or not agents else []
    served = [*named, *agents]
    state = make_state(settings, served)
    app = assemble(state, load_tools(tools or ()), access_log)
    listener = listen(settings)
    for text in models or (() if agents else ("local",)):
        fetch_for(text.rpartition("=")[2])
    for item in agents:
        fetch_for(item.card.runner)
    url = url_of(listener)

    def ready() -> None:
        if json:
            print_json({"url": url, "models": [item.card.name for item in served]}, compact=True)
        if not quiet:
            print(_greeting(url, state), file=sys.stderr, flush=True)

    raise typer.Exit(serve_until_told(app, state, listener, ready))


def _greeting(url: str, state: State) -> str:
    """What to know of a server that has started."""
    settings, names = state.settings, [served.card.name for served in state.models.all()]
    header = " -H 'Authorization: Bearer '$AGENTKIT_TOKEN" if settings.token else ""
    lines = [
        f"Serving {', '.join(names)}",
        f"  Workers AI        {url}/client/v4/accounts/ACCOUNT/ai/run/MODEL",
        f"  chat completions  {url}/v1",
    ]
    if settings.playground:
        lines.append(f"  playground        {url}/")
    lines.append(f'Try: curl {url}/ai/run/{names[0]}{header} -d \'{{"prompt": "Say hello"}}\'')
    return safe("\n".join(lines))
