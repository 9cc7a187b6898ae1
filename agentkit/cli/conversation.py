"""A chat under way: read a line, answer it or obey it, keep the history."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import replace

from ..errors import AgentKitError, ConfigurationError
from ..messages import Message
from .asking import asking
from .driving import Driver, driver, leave
from .exits import ANSWERED
from .interrupts import heard
from .options import Settings
from .prompting import read_line
from .screen import Screen
from .session import Session
from .text import clipped, one_line
from .weights import fetch_for

HELP = """\
/tools      what the model can call        /clear   forget what was said
/history    what was said                  /exit    end the chat, like Ctrl-D
/model NAME answer with another runner     Ctrl-C   stop an answer"""


class Conversation:
    """What a chat is made of, from the first line to the last."""

    def __init__(self, settings: Settings, session: Session, history: list[Message]) -> None:
        self._settings = settings
        self._session = session
        self._tools = settings.load_tools()
        self._history = history
        self._screen = Screen()
        self._ask = None if settings.approves else asking(self._screen)
        self._stack = ExitStack()
        self._driver: Driver | None = None
        self._abandoned = False

    def talk(self) -> None:
        """Answer line after line, until the user ends it."""
        with heard(), self._stack:
            self._driver = self._open(self._settings)
            self._greet()
            while (line := read_line()) is not None and line not in ("/exit", "/quit"):
                try:
                    if line.startswith("/"):
                        self._obey(*line[1:].split(maxsplit=1))
                    elif line:
                        self._answer(line)
                except AgentKitError as error:
                    self._screen.error(error.message, error.hint)
                except KeyboardInterrupt:
                    self._screen.note("stopped", "yellow")
            if self._abandoned:
                leave(ANSWERED)

    def _open(self, settings: Settings) -> Driver:
        """Make the agent of these settings; only when it stands, it takes the place of an earlier one."""
        fetch_for(settings.runner)
        stack = ExitStack()
        opened = stack.enter_context(driver(settings.make_agent(self._tools)))
        self._stack.close()
        self._stack.push(stack)
        self._settings = settings
        return opened

    def _greet(self) -> None:
        assert self._driver is not None
        agent = self._driver.agent
        names = ", ".join(spec.name for spec in agent.tools.specs) or "none (-t NAME gives some)"
        self._screen.note(f"{agent.runner.name} · tools: {names} · /help")
        if self._history:
            self._screen.note(f"going on with {len(self._history)} messages")

    def _answer(self, prompt: str) -> None:
        assert self._driver is not None
        try:
            result = self._driver.run(prompt, self._history, self._screen.handle, self._keep_so_far, self._ask)
        except KeyboardInterrupt:
            self._screen.close()
            self._abandoned = True
            self._screen.note("given up: something did not stop; this question is not kept", "yellow")
        except AgentKitError as error:
            so_far = error.partial.messages if error.partial is not None else []
            if any(message.role == "tool" for message in so_far[len(self._history) :]):
                self._keep(so_far)  # what tools did is not forgotten
            raise
        else:
            self._keep(result.messages)
        self._screen.note("")

    def _keep_so_far(self, messages: list[Message]) -> None:
        """For the case that this process does not live to see the end; the end tells what goes wrong with saving."""
        with suppress(ConfigurationError):
            self._session.save(messages)

    def _keep(self, messages: list[Message]) -> None:
        self._history = messages
        self._session.save(messages)

    def _obey(self, command: str = "", argument: str = "") -> None:
        assert self._driver is not None
        if command == "help":
            self._screen.note(HELP)
        elif command == "tools":
            for spec in self._driver.agent.tools.specs:
                tool = self._driver.agent.tools.get(spec.name)
                asks = " (asks first)" if tool is not None and tool.approve and self._ask else ""
                self._screen.note(f"{spec.name}: {one_line(spec.description)}{asks}")
        elif command == "history":
            self._tell_history()
        elif command == "clear":
            self._keep([])
            self._screen.note("forgotten")
        elif command == "model":
            if argument:
                self._driver = self._open(replace(self._settings, runner=argument))
            self._screen.note(self._driver.agent.runner.name)
        else:
            self._screen.note(f"there is no /{one_line(command)}\n{HELP}", "yellow")

    def _tell_history(self) -> None:
        for message in self._history:
            calls = ", ".join(call.name for call in message.tool_calls)
            text = clipped(one_line(message.content), 200) or (f"(calls {calls})" if calls else "")
            self._screen.note(f"{message.name or message.role}: {text}")
