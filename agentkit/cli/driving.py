"""Runs, driven from the main thread, so that Ctrl-C stops the run and not the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from ..agent import Agent, RunOptions
from ..events import Event, TurnStarted
from ..messages import Message
from ..result import Result
from .approvals import Approvals
from .asking import Asking

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

PATIENCE = 3.0
"""Seconds that a run gets to clean up after the second Ctrl-C."""
_POLL = 0.2 if os.name == "nt" else None  # on Windows a thread that waits does not see Ctrl-C


class Driver:
    """One agent, and an event loop in a thread of its own for its runs."""

    def __init__(self, agent: Agent[Any], portal: BlockingPortal) -> None:
        self.agent = agent
        self._portal = portal

    @property
    def name(self) -> str:
        """The name of the agent's runner."""
        return self.agent.runner.name

    def run(
        self,
        prompt: str,
        history: Sequence[Message],
        handle: Callable[[Event], None],
        keep: Callable[[list[Message]], None] | None = None,
        ask: Asking | None = None,
    ) -> Result[Any]:
        """Run to the end, and show each event to `handle`, which is called in the other thread.

        After each turn, `keep` gets the conversation so far, as a valid history. `ask` approves calls, in the thread
        of the caller; without it, the agent's own `approve=` does.

        The first Ctrl-C cancels the run, which then ends as runs do: with a result and a valid history.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed again.
            AgentKitError: Whatever the run raises.
        """
        runs: list[Any] = []
        approvals = Approvals(ask, self._portal) if ask is not None else None
        options: RunOptions = (
            {"history": history} if approvals is None else {"history": history, "approve": approvals.approve}
        )

        async def watch() -> Result[Any]:
            async with self.agent.stream(prompt, **options) as run:
                runs.append(run)
                async for event in run:
                    handle(event)
                    if approvals is not None:
                        approvals.notice(event)
                    if keep is not None and isinstance(event, TurnStarted) and event.turn > 1:
                        keep(_complete(run.messages))
            return run.result

        future = self._portal.start_task_soon(watch)
        try:
            if approvals is not None:
                approvals.answer_until_end(future)
            return _result(future)
        except KeyboardInterrupt:
            self._portal.call(runs[0].cancel if runs else future.cancel)
        try:
            return _result(future)
        except KeyboardInterrupt:
            future.cancel()
            wait([future], PATIENCE)
            raise
        except CancelledError:  # stopped before it had begun
            raise KeyboardInterrupt from None


@contextmanager
def driver(agent: Agent[Any]) -> Iterator[Driver]:
    """Keep the agent's tools and model open for any number of runs."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal("asyncio") as portal, portal.wrap_async_context_manager(agent):
        yield Driver(agent, portal)


def leave(code: int) -> NoReturn:
    """End the program at once, also while a tool hangs in its thread."""
    with suppress(OSError):
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _complete(messages: list[Message]) -> list[Message]:
    """The messages up to the last turn whose calls all have their results."""
    for index in range(len(messages) - 1, -1, -1):
        if calls := messages[index].tool_calls:
            answered = {message.tool_call_id for message in messages[index + 1 :]}
            return messages[:] if answered >= {call.id for call in calls} else messages[:index]
    return messages[:]


def _result(future: Future[Result[Any]]) -> Result[Any]:
    while not future.done():
        wait([future], _POLL)
    return future.result()
