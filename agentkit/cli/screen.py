"""A run on the terminal: the answer on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, TextIO, assert_never

from ..events import (
    ApprovalAsked,
    Event,
    Landing,
    RunFinished,
    Stalling,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)
from ..generation import ReasoningDelta, Repaired, TextDelta
from ..messages import ToolCall, ToolResult
from ..result import Result
from .exits import LANDINGS
from .text import clipped, first_lines, hidden_error, one_line, safe, sentences, shown_call

if TYPE_CHECKING:
    from rich.status import Status

RESULT_LINES = 8
"""Lines of a tool's result that are shown."""


class Screen:
    """Shows the events of a run as they happen.

    Where stdout is a terminal, the text streams. Where it is a pipe or a file, only the answer is written, when it is
    known to be the answer: what a model says before it calls a tool is none.

    Args:
        quiet: Write the answer only.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        from rich.console import Console

        self.out: TextIO = sys.stdout
        self.notes = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True, quiet=quiet)
        self._live = self.out.isatty()
        self._waiting: Status | None = None
        self._said = ""
        """The text of this turn."""
        self._lock = Lock()
        self._held: list[Event] | None = None
        """What happened while a person is asked something."""
        self._running = 0
        self._called = False
        """Whether there were calls in this run."""
        self._several = False
        """Whether the calls that run now are more than one."""
        plain = self.notes.options.ascii_only
        self._dot, self._cross = ("*", "!") if plain else ("●", "✗")

    def handle(self, event: Event) -> None:
        """Show one event; while a person is asked something, when that is over."""
        with self._lock:
            if self._held is None:
                self._show(event)
            else:
                self._held.append(event)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the terminal for a question."""
        with self._lock:
            self.still()
            self._held = []
        try:
            yield
        finally:
            with self._lock:
                held, self._held = self._held, None
                if self._running:
                    self._wait("running")
                for event in held:
                    self._show(event)

    def say_aside(self, text: str) -> None:
        """A text of a question, also when quiet."""
        quiet, self.notes.quiet = self.notes.quiet, False
        self.notes.print(text, style="bold")
        self.notes.quiet = quiet

    def _show(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._say(text)
            case ApprovalAsked():
                self.still()
            case TurnStarted() | ReasoningDelta():
                self._wait("thinking")
            case TurnFinished(message=message):
                self._end_turn(calls=bool(message.tool_calls))
            case ToolStarted(call):
                self._start(call)
            case ToolProgress(call, value):
                self._progress(call, value)
            case ToolFinished(call, result, seconds):
                self._finish(call, result, seconds)
            case Repaired(what):
                self.note(f"mended: {one_line(what)}")
            case Stalling(action=action):
                self.note(f"going round in circles ({action})", "yellow")
            case Landing(reason):
                self.note(f"landing: {safe(reason).replace('_', ' ')}", "yellow")
            case RunFinished(result):
                self._end(result)
            case _ as never:
                assert_never(never)

    def note(self, text: str, style: str = "dim") -> None:
        """A line beside the answer."""
        self.still()
        self.notes.print(text, style=style)

    def error(self, message: str, hint: str | None = None) -> None:
        """The one line of an error, also when quiet."""
        self.close()
        self.notes.quiet = False
        from rich.text import Text

        self.notes.print(Text.assemble(("error: ", "bold red"), sentences(message, hint)))

    def still(self) -> None:
        """Stop the spinner, so that something can be written."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def close(self) -> None:
        """Whatever happened: no spinner is left, and no line half-written."""
        self._end_turn(calls=True)
        self._running, self._several, self._called = 0, False, False

    def _wait(self, what: str) -> None:
        from rich.text import Text

        if not self.notes.is_terminal or self.notes.quiet or self._said:
            return
        if self._waiting is None:
            self._waiting = self.notes.status("", spinner="dots" if self._dot == "●" else "line", spinner_style="dim")
            self._waiting.start()
        self._waiting.update(Text(what, "dim"))

    def _say(self, text: str) -> None:
        if not self._live:
            self._said += text
            return
        self.still()
        if not self._said and self._called:
            self.note("")
        self.out.write(safe(text if self._said else text.lstrip("\n")))
        self.out.flush()
        self._said += text

    def _end_turn(self, *, calls: bool) -> None:
        self.still()
        said, self._said = self._said, ""
        if not said.strip():
            return
        if self._live:
            self.out.write("" if said.endswith("\n") else "\n")
        elif calls:
            self.note(one_line(said))
        else:
            self.out.write(said.lstrip("\n").removesuffix("\n") + "\n")
        self.out.flush()

    def _start(self, call: ToolCall) -> None:
        from rich.text import Text

        self.still()
        self._called = True
        self._running += 1
        self._several = self._several or self._running > 1
        name, arguments = shown_call(call)
        self.notes.print(Text.assemble((f"{self._dot} ", "cyan"), (name, "bold cyan"), (f"({arguments})", "default")))
        self._wait("running")

    def _progress(self, call: ToolCall, value: Any) -> None:
        text = f"{self._name(call)}{clipped(one_line(value if isinstance(value, str) else repr(value)), 200)}"
        if self.notes.is_terminal:
            self._wait(clipped(text, self.notes.width - 4))
        else:
            self._lines(text, "dim")

    def _finish(self, call: ToolCall, result: ToolResult, seconds: float) -> None:
        took = f"  ({seconds:.1f} s)" if seconds >= 1 else ""
        if result.status == "ok":
            self._lines(f"{self._name(call)}{result.content}", "dim", took)
        else:
            self._lines(f"{self._cross} {self._name(call)}{result.content}", "red", took, cut=False)
            if hidden := hidden_error(result):
                self._lines(f"{self._name(call)}{hidden}", "dim red", cut=False)
        self._running = max(self._running - 1, 0)
        self._several = self._several and self._running > 0
        if self._running:
            self._wait("running")

    def _name(self, call: ToolCall) -> str:
        """Whose line it is, where several calls run at once."""
        return f"{safe(call.name)}: " if self._several else ""

    def _lines(self, text: str, style: str, end: str = "", *, cut: bool = True) -> None:
        from rich.text import Text

        self.still()
        width = self.notes.width - 2 - len(end) if cut and self.notes.is_terminal else 500
        lines = first_lines(text, RESULT_LINES, width)
        self.notes.print(Text("\n".join(f"  {line}" for line in lines) + end, style=style))

    def _end(self, result: Result[Any]) -> None:
        self.close()
        if result.stop_reason != "final":
            self.note(f"stopped: {LANDINGS[result.stop_reason]}", "yellow")
        turns = f"{len(result.turns)} turn{'' if len(result.turns) == 1 else 's'}"
        tokens = f"{result.usage.total_tokens:,} tokens" if result.usage.total_tokens else ""
        about = (result.model, result.engine, turns, tokens)
        self.note(" · ".join(one_line(word) for word in about if word))
