"""One item of a batch: a request that waits until nobody else wants the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import anyio

from ..errors import BadRequestError
from ..generation import Finish, Request
from ..messages import Usage
from ..wire.serving.refusals import inference_body, refusal_of
from ..wire.serving.run import RunWriter, read_run
from ..wire.serving.writer import Writer
from .admission import Admission
from .body import check_limits
from .exchange import known
from .meters import Meters
from .models import Models, Served
from .settings import Settings

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two looks whether there is room."""


class BatchItems:
    """Answers items of batches, one by one or a few at a time, behind the requests of waiting clients.

    While other requests are worked on, one item is; while there are none, as many as its caller starts.

    Args:
        settings: Of the server.
        models: Of the server.
        admission: Of the server; items take a place only when one is free.
        meters: Count each item.
    """

    def __init__(self, settings: Settings, models: Models, admission: Admission, meters: Meters) -> None:
        self._settings = settings
        self._models = models
        self._admission = admission
        self._meters = meters
        self._running = 0
        self._next = anyio.Lock()

    async def answer(self, served: Served, item: Any) -> dict[str, Any]:
        """The answer to one item: `result` and `success`, or `errors`; it never raises what a single item may cause."""
        usage = Usage()
        try:
            asked = read_run(_body(item, self._settings), served.card, strict=self._settings.strict)
            writer = RunWriter(asked)
            usage = await self._run(served, asked.request, writer)
            answer = {"result": json.loads(writer.whole())["result"], "success": True}
        except Exception as error:
            answer = _failure(error)
        self._meters.count_item(served.card.name, usage, success=answer["success"])
        return answer

    async def _run(self, served: Served, request: Request, writer: Writer) -> Usage:
        usage = Usage()
        async with self._next:
            await self._room()
            self._running += 1
        try:
            async with (
                self._admission.place(deadline=self._settings.deadline),
                self._models.using(served) as runner,
                aclosing(runner.generate(request)) as deltas,
            ):
                async for delta in deltas:
                    writer.add(delta)
                    usage = delta.usage if isinstance(delta, Finish) else usage
        finally:
            self._running -= 1
        return usage

    async def _room(self) -> None:
        """Wait until nobody else waits, and a place is free."""
        pause = _FIRST_PAUSE
        while not self._has_room():
            await anyio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _has_room(self) -> bool:
        admission = self._admission
        if admission.closed or admission.waiting or admission.running >= self._settings.most_running:
            return False
        return not self._running or admission.running <= self._running


def _body(item: Any, settings: Settings) -> dict[str, Any]:
    """What the item asks, without what only batches have.

    Raises:
        BadRequestError: It is no object, or asks for too much.
    """
    if not isinstance(item, Mapping):
        raise BadRequestError("Bad input: Error: a request of a batch must be an object", status=400, code=5006)
    check_limits(item, settings)
    return {key: value for key, value in item.items() if key not in ("external_reference", "stream")}


def _failure(error: Exception) -> dict[str, Any]:
    refusal = refusal_of(known(error))
    errors = json.loads(inference_body(refusal, str(uuid4())))["errors"]
    return {"result": {}, "success": False, "errors": errors}
