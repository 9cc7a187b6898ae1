"""The queue of batches."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from agentkit.errors import BadRequestError, OverloadedError
from agentkit.runners.scripted import Scripted
from agentkit.server.batches import Batches
from agentkit.server.models import Served
from agentkit.wire.serving.card import Card

pytestmark = pytest.mark.anyio

SERVED = Served(Card("@cf/a/b", capabilities=("async_queue",)), Scripted([]))


class Echo:
    """Answers an item with itself, when it may."""

    def __init__(self) -> None:
        self.gate = anyio.Event()
        self.running = 0
        self.most = 0

    async def __call__(self, served: Served, item: Mapping[str, Any]) -> dict[str, Any]:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            await anyio.lowlevel.checkpoint()
        finally:
            self.running -= 1
        usage = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}
        return {"result": {"response": item["prompt"], "usage": usage}, "success": True}


@asynccontextmanager
async def working(batches: Batches) -> AsyncIterator[None]:
    async with anyio.create_task_group() as group:
        group.start_soon(batches.run)
        yield
        group.cancel_scope.cancel()


def submit(batches: Batches, asked: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(batches.submit(SERVED, asked))
    return told


def poll(batches: Batches, request_id: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(batches.poll(request_id))
    return told


async def results(batches: Batches, request_id: str) -> dict[str, Any]:
    with anyio.fail_after(10):
        while "responses" not in (result := poll(batches, request_id)):
            await anyio.wait_all_tasks_blocked()
    return result


def body(*prompts: str) -> dict[str, Any]:
    return {"requests": [{"prompt": prompt} for prompt in prompts]}


async def test_a_batch_is_queued_then_runs_then_has_responses() -> None:
    echo = Echo()
    batches = Batches(echo, at_a_time=1)
    told = submit(batches, body("a", "b"))
    assert told == {"status": "queued", "request_id": told["request_id"], "model": "@cf/a/b"}
    assert poll(batches, told["request_id"])["status"] == "queued"
    async with working(batches):
        await anyio.wait_all_tasks_blocked()
        assert poll(batches, told["request_id"])["status"] == "running"
        echo.gate.set()
        result = await results(batches, told["request_id"])
    assert [response["result"]["response"] for response in result["responses"]] == ["a", "b"]
    assert [response["id"] for response in result["responses"]] == [0, 1]
    assert result["usage"] == {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}
    assert batches.waiting == 0


async def test_references_are_kept_and_not_checked_for_uniqueness() -> None:
    echo = Echo()
    echo.gate.set()
    batches = Batches(echo)
    items = [{"prompt": "a", "external_reference": "x"}, {"prompt": "b", "external_reference": "x"}, {"prompt": "c"}]
    async with working(batches):
        result = await results(batches, submit(batches, {"requests": items})["request_id"])
    assert [response["external_reference"] for response in result["responses"]] == ["x", "x", None]


async def test_results_are_in_order_whichever_comes_first() -> None:
    gates = {name: anyio.Event() for name in "abc"}

    async def answer(served: Served, item: Mapping[str, Any]) -> dict[str, Any]:
        await gates[item["prompt"]].wait()
        return {"result": {"response": item["prompt"]}, "success": True}

    batches = Batches(answer, at_a_time=3)
    async with working(batches):
        request_id = submit(batches, body("a", "b", "c"))["request_id"]
        for name in "cba":
            gates[name].set()
            await anyio.wait_all_tasks_blocked()
        result = await results(batches, request_id)
    assert [response["result"]["response"] for response in result["responses"]] == ["a", "b", "c"]


async def test_only_so_many_items_at_a_time() -> None:
    echo = Echo()
    batches = Batches(echo, at_a_time=3)
    async with working(batches):
        first, second = (submit(batches, body(*"abcdef"))["request_id"] for _ in range(2))
        await anyio.wait_all_tasks_blocked()
        echo.gate.set()
        await results(batches, first)
        await results(batches, second)
    assert echo.most == 3


async def test_batches_take_turns() -> None:
    order: list[str] = []

    async def answer(served: Served, item: Mapping[str, Any]) -> dict[str, Any]:
        order.append(item["prompt"])
        return {"result": {"response": ""}, "success": True}

    batches = Batches(answer, at_a_time=1)
    large = submit(batches, body(*"abcd"))["request_id"]
    submit(batches, body("x"))
    async with working(batches):
        await results(batches, large)
    assert order == ["a", "x", "b", "c", "d"]


async def test_work_goes_on_after_the_queue_was_empty() -> None:
    echo = Echo()
    echo.gate.set()
    batches = Batches(echo)
    async with working(batches):
        for name in "abc":
            result = await results(batches, submit(batches, body(name))["request_id"])
            assert result["responses"][0]["result"]["response"] == name
            await anyio.wait_all_tasks_blocked()


async def test_the_end_of_the_server_stops_the_work() -> None:
    echo = Echo()
    batches = Batches(echo, at_a_time=2)
    async with working(batches):
        submit(batches, body("a", "b", "c"))
        await anyio.wait_all_tasks_blocked()
        assert echo.running == 2
    assert echo.running == 0


@pytest.mark.parametrize("wrong", [{}, {"requests": []}, {"requests": {"prompt": "a"}}, {"requests": None}])
async def test_a_batch_without_requests_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError, match="'requests'") as caught:
        submit(Batches(Echo()), wrong)
    assert (caught.value.status, caught.value.code) == (400, 5006)


async def test_too_many_requests_are_refused() -> None:
    with pytest.raises(BadRequestError, match="3 requests in a batch, at most 2") as caught:
        submit(Batches(Echo(), most_items=2), body("a", "b", "c"))
    assert (caught.value.status, caught.value.code) == (413, 3006)


async def test_an_unknown_request_id_is_refused() -> None:
    with pytest.raises(BadRequestError, match="no batch has the request_id 'nonsense'") as caught:
        poll(Batches(Echo()), "nonsense")
    assert caught.value.status == 400


async def test_results_are_kept_for_an_hour() -> None:
    now = [0.0]
    echo = Echo()
    echo.gate.set()
    batches = Batches(echo, clock=lambda: now[0])
    async with working(batches):
        request_id = submit(batches, body("a"))["request_id"]
        await results(batches, request_id)
    now[0] = 3599
    assert "responses" in poll(batches, request_id)
    now[0] = 3600
    with pytest.raises(BadRequestError, match="after 60 minutes"):
        poll(batches, request_id)


async def test_the_oldest_results_make_room_for_a_new_batch() -> None:
    echo = Echo()
    echo.gate.set()
    batches = Batches(echo, most=2)
    async with working(batches):
        first, second = [submit(batches, body(name))["request_id"] for name in "ab"]
        await results(batches, first)
        await results(batches, second)
        third = submit(batches, body("c"))["request_id"]
        await results(batches, third)
    assert "responses" in poll(batches, second)
    with pytest.raises(BadRequestError):
        poll(batches, first)


async def test_what_waits_is_never_dropped_for_a_new_batch() -> None:
    batches = Batches(Echo(), most=2)
    kept = [submit(batches, body(name))["request_id"] for name in "ab"]
    with pytest.raises(OverloadedError) as caught:
        submit(batches, body("c"))
    assert (caught.value.status, caught.value.code) == (429, 3040)
    assert [poll(batches, request_id)["status"] for request_id in kept] == ["queued", "queued"]


async def test_batches_are_bounded_in_bytes() -> None:
    batches = Batches(Echo(), most_bytes=1000)
    submit(batches, body("a" * 600))
    with pytest.raises(OverloadedError):
        submit(batches, body("b" * 600))


async def test_a_result_without_room_is_an_error_of_its_item() -> None:
    async def answer(served: Served, item: Mapping[str, Any]) -> dict[str, Any]:
        return {"result": {"response": item["prompt"] * 500}, "success": True}

    batches = Batches(answer, at_a_time=1, most_bytes=1000)
    async with working(batches):
        result = await results(batches, submit(batches, body("a", "b", "c"))["request_id"])
    assert [response["success"] for response in result["responses"]] == [True, False, False]
    assert [response["external_reference"] for response in result["responses"]] == [None] * 3
    assert result["responses"][2]["errors"][0]["code"] == 3006
    assert len(json.dumps(result)) < 2000


@pytest.mark.parametrize("queue", [True, False])
async def test_a_batch_is_known_by_its_body(queue: bool) -> None:
    batches = Batches(Echo())
    told = batches.result(SERVED, body("a"), queue)
    assert told is not None
    assert batches.result(SERVED, {"request_id": json.loads(told)["request_id"]}, queue) == told


@pytest.mark.parametrize(
    "other", [{"prompt": "a"}, {"messages": []}, {"prompt": "a", "requests": []}, {}, [], "a", None]
)
async def test_other_bodies_are_no_batches(other: Any) -> None:
    assert Batches(Echo()).result(SERVED, other, False) is None


async def test_who_wants_to_queue_must_send_requests() -> None:
    with pytest.raises(BadRequestError, match="'requests'"):
        Batches(Echo()).result(SERVED, {"prompt": "a"}, True)


async def test_a_model_without_batches_takes_none() -> None:
    seed = Served(Card("@cf/qwen/qwen1.5-1.8b-chat", edition="2024"), Scripted([]))
    assert Batches(Echo()).result(seed, body("a"), True) is None
