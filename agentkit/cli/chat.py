"""`agentkit chat`: a conversation in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as o
from .conversation import Conversation
from .exits import UsageError
from .session import Session, default_path


def chat(
    context: typer.Context,
    runner: o.RunnerOption = None,
    tools: o.ToolsOption = None,
    instructions: o.InstructionsOption = None,
    base_url: o.BaseUrlOption = None,
    resume: Annotated[bool, o.flag("--continue", "-c", help="Go on with the last chat, or that of --save.")] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Keep the chat in this file.", show_default="the last chat"),
    ] = None,
    max_turns: o.MaxTurnsOption = 20,
    deadline: o.DeadlineOption = None,
    yes: o.YesOption = False,
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
    """Talk with a model that can use tools.

    Ctrl-C stops the answer, Ctrl-D ends the chat, /help tells more. The chat is kept after each answer.
    """
    if save is not None and not resume and save.exists():
        raise UsageError(f"{str(save)!r} exists. Go on with it with --continue, or give another name.")
    settings = o.Settings.of(context.params)
    session = Session(save or default_path())
    history = session.load() if resume else []
    Conversation(settings, session, history).talk()
