"""Asynchronous batches: many requests in one body, answered when there is room (contract/workers_ai.md section 12)."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import anyio

from ..errors import BadRequestError, OverloadedError
from .models import Served
from .settings import MEGABYTE

Answer = Callable[[Served, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Answers one item: `result` and `success`, or `errors`; raises nothing."""


_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
_NO_ROOM = {
    "result": {},
    "success": False,
    "errors": [
        {"message": "AiError: Request is too large: there is no room for more results of batches", "code": 3006}
    ],
}


@dataclass(slots=True)
class Batch:
    """One batch, from its arrival until its results are dropped."""

    served: Served
    waiting: deque[tuple[int, bytes]]
    """Items that were not started yet, as JSON, with their places in the batch."""
    size: int
    """Bytes of items and results that are kept."""
    missing: int
    """Items without a result."""
    responses: list[bytes]
    """JSON, in the order of the items; empty for those without a result."""
    usage: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    """Tokens of all items together."""
    id: str = field(default_factory=lambda: str(uuid4()))
    started: bool = False
    done: float | None = None
    """When the last item was answered, on the clock of the batches."""


class Batches:
    """The batches of a server: in memory, bounded in number, in bytes and in time.

    Nothing is answered before `run` runs, and nothing is left behind when it is cancelled.

    Args:
        answer: Answers one item.
        at_a_time: Most items that are worked on at a time.
        keep: Seconds that results are kept.
        most: Most batches that are kept; the oldest results make room.
        most_items: Of one batch.
        most_bytes: Of all items and results that are kept.
        clock: Seconds.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        at_a_time: int = 4,
        keep: float = 3600,
        most: int = 1000,
        most_items: int = 10_000,
        most_bytes: int = 100 * MEGABYTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answer = answer
        self._at_a_time = at_a_time
        self._keep = keep
        self._most = most
        self._most_items = most_items
        self._most_bytes = most_bytes
        self._clock = clock
        self._batches: dict[str, Batch] = {}
        self._queue: deque[Batch] = deque()
        self._size = 0
        self._news = anyio.Event()

    @property
    def waiting(self) -> int:
        """Items without a result."""
        return sum(batch.missing for batch in self._batches.values())

    def result(self, served: Served, body: Any, queue: bool) -> bytes | None:
        """The `result`, as JSON, for a body that is a batch or asks for one; None for every other body.

        Args:
            served: The model that was asked.
            body: JSON data.
            queue: Whether the query says `queueRequest=true`; a batch may also come without it.

        Raises:
            BadRequestError: See `submit` and `poll`.
            OverloadedError: See `submit`.
        """
        if "async_queue" not in served.card.capabilities or not isinstance(body, Mapping):
            return None
        if body.keys() & {"prompt", "messages"} and not queue:
            return None
        request_id = body.get("request_id")
        if isinstance(request_id, str):
            return self.poll(request_id)
        return self.submit(served, body) if queue or "requests" in body else None

    def submit(self, served: Served, body: Mapping[str, Any]) -> bytes:
        """Queue a batch.

        Args:
            served: What answers it.
            body: Has `requests`; the items are validated when they are answered, each for itself.

        Returns:
            The `result` of the reply as JSON, with the `request_id` to ask for.

        Raises:
            BadRequestError: There are no `requests`, or too many.
            OverloadedError: There is no room for another batch.
        """
        items = [_json(item) for item in self._items(body)]
        size = sum(map(len, items))
        if not self._make_room(size, batches=1):
            raise OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
        batch = Batch(served, deque(enumerate(items)), size, len(items), [b""] * len(items))
        self._batches[batch.id] = batch
        self._size += size
        self._queue.append(batch)
        self._news.set()
        return _state("queued", batch)

    def poll(self, request_id: str) -> bytes:
        """What became of a batch, as JSON: its state, or its results in the order of the items.

        Raises:
            BadRequestError: No such batch, or its results were dropped.
        """
        self._forget_old()
        batch = self._batches.get(request_id)
        if batch is None:
            raise BadRequestError(
                f"Bad input: Error: no batch has the request_id {request_id[:100]!r}: it was never queued here, "
                f"or its results were dropped, which happens after {self._keep / 60:g} minutes or to make room",
                status=400,
                code=5006,
            )
        if batch.done is None:
            return _state("running" if batch.started else "queued", batch)
        return b'{"responses":[%b],"usage":%b}' % (b",".join(batch.responses), _json(batch.usage))

    async def run(self) -> None:
        """Answer items until cancelled."""
        async with anyio.create_task_group() as group:
            for _ in range(self._at_a_time):
                group.start_soon(self._work)

    async def _work(self) -> None:
        while True:
            while not self._queue:
                await self._news.wait()
            batch = self._queue.popleft()
            index, item = batch.waiting.popleft()
            if batch.waiting:
                self._queue.append(batch)  # batches take turns: a small one does not wait for all of a large one
            if not self._queue:
                self._news = anyio.Event()
            batch.started = True
            await self._do(batch, index, item)

    async def _do(self, batch: Batch, index: int, raw: bytes) -> None:
        item = json.loads(raw)
        reference = item.get("external_reference") if isinstance(item, Mapping) else None
        answer = await self._answer(batch.served, item)
        response = _json({"id": index, **answer, "external_reference": reference})
        if not self._make_room(len(response) - len(raw)):
            response = _json({"id": index, **_NO_ROOM, "external_reference": reference})
        self._size += len(response) - len(raw)
        batch.size += len(response) - len(raw)
        batch.responses[index] = response
        _add_usage(batch.usage, answer)
        batch.missing -= 1
        if not batch.missing:
            batch.done = self._clock()

    def _items(self, body: Mapping[str, Any]) -> list[Any]:
        items = body.get("requests")
        if not isinstance(items, list) or not items:
            raise BadRequestError(
                "Bad input: Error: required properties at '/' are 'requests': a list of requests that is not empty",
                status=400,
                code=5006,
            )
        if len(items) > self._most_items:
            raise BadRequestError(
                f"Request is too large: {len(items)} requests in a batch, at most {self._most_items} are taken",
                status=413,
                code=3006,
            )
        return items

    def _has_room(self, size: int, batches: int) -> bool:
        return len(self._batches) + batches <= self._most and self._size + size <= self._most_bytes

    def _make_room(self, size: int, batches: int = 0) -> bool:
        """Whether there is room, or can be: results are dropped for it, the oldest batch first."""
        if not self._has_room(size, batches):
            self._forget_old()
            for batch in [batch for batch in self._batches.values() if batch.done is not None]:
                if self._has_room(size, batches):
                    break
                self._drop(batch)
        return self._has_room(size, batches)

    def _forget_old(self) -> None:
        oldest = self._clock() - self._keep
        for batch in [batch for batch in self._batches.values() if batch.done is not None and batch.done <= oldest]:
            self._drop(batch)

    def _drop(self, batch: Batch) -> None:
        del self._batches[batch.id]
        self._size -= batch.size


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _state(status: str, batch: Batch) -> bytes:
    return _json({"status": status, "request_id": batch.id, "model": batch.served.card.name})


def _add_usage(total: dict[str, int], answer: Mapping[str, Any]) -> None:
    result = answer.get("result")
    usage = result.get("usage") if isinstance(result, Mapping) else None
    for key in _COUNTS:
        total[key] += int((usage or {}).get(key) or 0)
