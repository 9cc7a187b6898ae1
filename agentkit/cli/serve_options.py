"""The options of `agentkit serve`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from .exits import UsageError

if TYPE_CHECKING:
    from ..server.settings import Settings

ACCESS, LIMITS, MODELS = "Who may ask", "Limits", "Models"


def _number(name: str, unit: str, panel: str, least: float, help: str) -> Any:
    return typer.Option(name, metavar=unit, min=least, help=help, rich_help_panel=panel)


ModelsArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME=]RUNNER",
        show_default="all local models whose weights are here",
        help="What to serve: local, local:MODEL, local:FILE.gguf, openai:NAME, @cf/VENDOR/MODEL (asks Cloudflare), "
        "or your own: ./file.py:NAME. Clients call it NAME, if given.",
    ),
]
AgentOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--agent",
        metavar="[NAME=]FILE:AGENT",
        help="An agent of yours, served as the model @agentkit/NAME; again for more.",
    ),
]
HostOption: TypeAlias = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")]
PortOption: TypeAlias = Annotated[
    int, typer.Option("--port", "-p", metavar="N", min=0, max=65535, help="0 takes a free one.")
]
PlaygroundOption: TypeAlias = Annotated[
    bool, typer.Option("--playground/--no-playground", metavar="", help="The page at / on which models are tried.")
]
AccessLogOption: TypeAlias = Annotated[
    Literal["text", "json", "off"], typer.Option("--access-log", help="How each request is logged on stderr.")
]
TokenOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        envvar="AGENTKIT_TOKEN",
        help="Required of every request. It must be set where other machines reach the server.",
        rich_help_panel=ACCESS,
    ),
]
OriginOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--origin",
        metavar="URL",
        help="A web site whose pages may ask, for example https://example.com; again for more.",
        rich_help_panel=ACCESS,
    ),
]
StrictOption: TypeAlias = Annotated[
    bool, typer.Option("--strict", metavar="", help="Refuse what the service ignores.", rich_help_panel=ACCESS)
]
FaithfulOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--faithful", metavar="", help="Do not answer what the service does not have.", rich_help_panel=ACCESS
    ),
]
MaxRunning: TypeAlias = Annotated[int, _number("--max-running", "N", LIMITS, 1, "Requests at a time.")]
MaxWaiting: TypeAlias = Annotated[
    int, _number("--max-waiting", "N", LIMITS, 0, "Further ones that wait; then clients are told to come back later.")
]
DeadlineOption: TypeAlias = Annotated[float, _number("--deadline", "SECONDS", LIMITS, 0.1, "For one request.")]
GraceOption: TypeAlias = Annotated[
    float,
    _number("--grace", "SECONDS", LIMITS, 0, "For running requests, when it is told to end; a second Ctrl-C: none."),
]
MaxBytes: TypeAlias = Annotated[int, _number("--max-bytes", "N", LIMITS, 1, "Of the body of a request.")]
IdleOption: TypeAlias = Annotated[
    float,
    _number("--idle", "SECONDS", MODELS, 0, "Without a request, after which a model is unloaded; 0: never."),
]
ContextOption: TypeAlias = Annotated[
    int | None,
    _number("--context", "N", MODELS, 32, "Tokens of all requests that a local model works on at once."),
]
ThreadsOption: TypeAlias = Annotated[
    int | None, _number("--threads", "N", MODELS, 1, "For computing; one less than there are cores if left out.")
]
BaseUrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Where openai:NAME models are.", rich_help_panel=MODELS),
]
LoraOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--lora",
        metavar="NAME=PATH",
        help="A LoRA adapter of the local model, for requests that name it; again for more.",
        rich_help_panel=MODELS,
    ),
]
RecordOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE",
        dir_okay=False,
        help="Keep what other servers are asked for these models, and answer, in a new file, without secrets.",
        rich_help_panel=MODELS,
    ),
]
ReplayOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        metavar="FILE",
        dir_okay=False,
        help="Answer from such a file in their place, without key or network.",
        rich_help_panel=MODELS,
    ),
]


def adapters_of(texts: Iterable[str]) -> dict[str, str]:
    """LoRA adapters by name.

    Raises:
        UsageError: A text is not NAME=PATH, or a name comes twice.
    """
    adapters: dict[str, str] = {}
    for text in texts:
        name, _, path = text.partition("=")
        if not (name and path) or name in adapters:
            raise UsageError(f"--lora {text!r} is not NAME=PATH, or the name comes twice.")
        adapters[name] = path
    return adapters


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The settings of the server, from the values of all options by name.

    Raises:
        UsageError: The token is empty.
    """
    from ..server.settings import Settings

    token = given["token"]
    if token is not None and not token.strip():
        raise UsageError("The token is empty.")
    return Settings(
        host=given["host"],
        port=given["port"],
        token=token.strip() if token else None,
        origins=tuple(item.rstrip("/") for item in given["origin"] or ()),
        strict=given["strict"],
        faithful=given["faithful"],
        playground=given["playground"],
        most_running=given["max_running"],
        most_waiting=given["max_waiting"],
        deadline=given["deadline"],
        idle=given["idle"] or None,
        grace=given["grace"],
        most_bytes=given["max_bytes"],
    )
