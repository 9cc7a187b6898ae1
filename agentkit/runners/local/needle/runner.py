"""The runner behind `local:needle-3`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync

from ....errors import BadRequestError
from ....generation import Delta, Finish, Request, TextDelta
from ....messages import ToolSpec
from ..calling.clauses import Clause
from ..calling.planning import Planner, Step
from ..calling.policy import turn_of
from ..grammar import to_json
from ..schemas import kinds_of
from ..source import Progress
from ..threads import Job
from .alone import Alone, respond
from .opening import needle_3
from .row import NEEDLE

if TYPE_CHECKING:
    from ...base import Runner

ENGINE = "needle-rs (cpu)"
RECORD = "answer"
"""What the tool is called in whose arguments a typed answer is asked for."""


class NeedleRunner:
    """Needle 3 in a process beside this one: it calls tools, then shows what they gave. It writes no prose.

    Nothing is read before the first request, which fetches the weights where they are missing.

    Args:
        progress: Told how many bytes of missing weights have come, and how many there will be (or None), in place of
            a line on stderr. Called in a thread.
    """

    def __init__(self, *, progress: Progress | None = None) -> None:
        self.name = f"local:{NEEDLE.id}"
        self._needle = needle_3(progress)
        self._planner = Planner()

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Answer one request; see `Runner.generate`.

        Raises:
            BadRequestError: There are neither tools, nor results of tools, nor an object to be filled.
            WeightsError: The weights are missing, broken, or cannot be fetched.
            MissingDependencyError: needle-rs is not installed.
            ContextOverflowError: Tools and request are too long.
            ServerError: The process of the model ended.
        """
        job: Job[Delta] = Job(partial(self._work, replace(request, messages=tuple(request.messages))))
        async with aclosing(job.items()) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        """End the process; the next request starts another."""
        await run_sync(self._needle.close)

    def _work(self, request: Request, job: Job[Delta]) -> None:
        _check(request)
        caller = Alone(self._needle, self._planner, lambda: job.stopped)
        if request.output_schema is not None:
            tool = ToolSpec(RECORD, "Give the answer.", request.output_schema)
            asked = turn_of(request.messages).request
            found = caller.calls(Step(tool, Clause(asked), asked))
            job.put(TextDelta(to_json(found[0] if found else {})))
        reason = "stop" if request.output_schema is not None else respond(caller, request, job.put)
        job.put(Finish(reason, caller.usage, NEEDLE.id, ENGINE))


def _check(request: Request) -> None:
    """Refuse what a model without prose has no answer to."""
    if request.output_schema is not None:
        possible = "object" in kinds_of(request.output_schema)
    else:
        possible = bool(request.tools or turn_of(request.messages).calls)
    if not possible:
        raise BadRequestError(
            "needle-3 only calls tools, and fills objects; it writes no prose.",
            hint="Offer tools, or use local, with caller='needle-3' where Needle is to call the tools.",
        )


if TYPE_CHECKING:
    _: Runner = NeedleRunner()
