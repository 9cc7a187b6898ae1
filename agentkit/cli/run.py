"""`agentkit run`: one question, one answer."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ..errors import AgentKitError
from ..events import Event
from ..records import result_record
from . import options as o
from .asking import asking
from .driving import driver, leave
from .exits import CANCELLED, UsageError, code_after
from .interrupts import heard
from .recordings import write_recording
from .records import error_record, run_record, told_event
from .screen import Screen
from .text import print_json
from .weights import fetch_for

PIPED = "-"


def run(
    context: typer.Context,
    question: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="What to ask; - stands for what is piped in.")
    ] = None,
    runner: o.RunnerOption = None,
    tools: o.ToolsOption = None,
    instructions: o.InstructionsOption = None,
    base_url: o.BaseUrlOption = None,
    max_turns: o.MaxTurnsOption = 20,
    deadline: o.DeadlineOption = None,
    yes: o.YesOption = False,
    json: Annotated[bool, o.flag("--json", help="Print one JSON object with answer, messages and usage.")] = False,
    events: Annotated[bool, o.flag("--events", help="Print every event as it happens, one JSON line each.")] = False,
    quiet: Annotated[bool, o.flag("--quiet", "-q", help="Print the answer only.")] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Write down what was sent and came back, for: agentkit show."),
    ] = None,
    max_tokens: o.MaxTokens = None,
    temperature: o.Temperature = None,
    top_p: o.TopP = None,
    top_k: o.TopK = None,
    seed: o.Seed = None,
    repetition_penalty: o.RepetitionPenalty = None,
    frequency_penalty: o.FrequencyPenalty = None,
    presence_penalty: o.PresencePenalty = None,
    stop: o.StopTexts = None,
) -> None:
    """Ask one question.

    The answer goes to stdout; tool calls, their results and what tools print go to stderr.
    """
    prompt = _prompt(question or [])
    settings = o.Settings.of(context.params)
    try:
        code = _answer(settings, prompt, record, json=json, events=events, quiet=quiet)
    except AgentKitError as error:
        if json or events:
            print_json(({"event": "error"} if events else {}) | error_record(error), compact=True)
        raise
    raise typer.Exit(code)


def _prompt(words: list[str]) -> str:
    """The question as it was typed, with what is piped in where `-` stands, or alone."""
    if not words and sys.stdin.isatty():
        raise UsageError("There is no question. Give one, or pipe one in.")
    piped = ""
    if not words or PIPED in words:
        piped = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    prompt = " ".join(f"\n\n{piped}\n\n" if word == PIPED else word for word in words or [PIPED]).strip()
    if not prompt:
        raise UsageError("The question is empty.")
    return prompt


def _answer(settings: o.Settings, prompt: str, record: Path | None, *, json: bool, events: bool, quiet: bool) -> int:
    """Run, show, and return the exit code."""
    out = sys.stdout
    screen = None if json or events else Screen(quiet=quiet)
    handle = screen.handle if screen else partial(_print_event, out) if events else _ignore
    fetch_for(settings.runner)
    with redirect_stdout(sys.stderr), heard(), driver(settings.make_agent(settings.load_tools())) as agent:
        try:
            result = agent.run(prompt, (), handle, ask=None if settings.approves else asking(screen or Screen()))
        except AgentKitError as error:
            if record and error.partial is not None:
                write_recording(record, run_record(error.partial, agent.name, error))
            raise
        except KeyboardInterrupt:
            leave(CANCELLED)
        finally:
            if screen:
                screen.close()
    if record:
        write_recording(record, run_record(result, agent.name))
    if json:
        print_json(result_record(result))
    return code_after(result.stop_reason)


def _print_event(out: TextIO, event: Event) -> None:
    print_json(told_event(event), out, compact=True)


def _ignore(event: Event) -> None:
    """Only the result is printed."""
