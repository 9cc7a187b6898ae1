"""The program `agentkit`: its verbs, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, NoReturn

import typer

from ..errors import AgentKitError
from . import exits
from .chat import chat
from .doctor import doctor
from .models import models
from .options import flag
from .pull import pull
from .run import run
from .serve import serve
from .show import show
from .text import one_line, sentences
from .tools import tools

VERBS = (run, chat, show, tools, models, pull, serve, doctor)

app = typer.Typer(
    name="agentkit",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=exits.TABLE,
)
for verb in VERBS:
    app.command(epilog=exits.TABLE if verb is run else None)(verb)


def _version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"agentkit {version('agentkit')}")
        except PackageNotFoundError:  # a checkout that is not installed
            print("agentkit (not installed)")
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def agentkit(
    context: typer.Context,
    show_version: Annotated[
        bool, flag("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, flag("--debug", envvar="AGENTKIT_DEBUG", help="Show where an error comes from.")] = False,
) -> None:
    """Let a language model use Python functions, here or on a server."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def program(arguments: list[str]) -> NoReturn:
    """Run the program and exit."""
    for stream in (sys.stdout, sys.stderr):  # whatever the terminal cannot show is escaped
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    debug = "--debug" in arguments or os.environ.get("AGENTKIT_DEBUG", "") not in ("", "0")
    try:
        sys.exit(app([word for word in arguments if word != "--debug"], standalone_mode=False))
    except (AgentKitError, typer.TyperException, Exception) as error:
        if debug:
            raise
        sys.exit(_told(error, arguments))


def _told(error: Exception, arguments: list[str]) -> int:
    """Say what went wrong in one line, and return the exit code."""
    if isinstance(error, BrokenPipeError):  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.RUNNER
    if isinstance(error, AgentKitError):
        text, code = sentences(error.message, error.hint), exits.code_of(error)
    elif isinstance(error, typer.TyperException):
        text, code = f"{error.format_message().rstrip('.')}. See: agentkit {_verb(arguments)}--help", error.exit_code
    else:
        text = (
            f"{type(error).__name__}: {error}. This is a bug in agentkit, or in a runner of yours; --debug shows where."
        )
        code = exits.BUG
    prefix = "\033[1;31merror:\033[0m" if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else "error:"
    print(prefix, one_line(text), file=sys.stderr)
    return code


def _verb(arguments: list[str]) -> str:
    """The verb that the arguments begin with, if any, and a space."""
    names = (verb.__name__ for verb in VERBS)
    return f"{arguments[0]} " if arguments and arguments[0] in names else ""
