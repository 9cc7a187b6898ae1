"""Batches over the wire."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import ASGIApp

from agentkit.errors import ServerError
from agentkit.generation import Delta, Request
from agentkit.messages import Usage
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find
from agentkit.runners.scripted import Reply, Scripted
from agentkit.server.assembly import assemble
from agentkit.server.models import Served
from agentkit.server.naming import named_models
from agentkit.server.state import State
from agentkit.wire.serving.card import Card

Serve = Callable[..., Any]
CARD = Card("@cf/test/model", capabilities=("async_queue", "json_mode"))
OK = {"success": True, "errors": [], "messages": []}


def whole(state: State) -> ASGIApp:
    return assemble(state)


def echo(request: Request) -> Reply:
    return Reply(request.messages[-1].content, usage=Usage(2, 1))


@pytest.fixture
def site(serve: Serve) -> Any:
    """A model that says what it hears."""
    return serve([Served(CARD, Scripted([echo], loop=True))], whole)


def post(site: Any, body: Any, query: str = "", model: str = CARD.name) -> httpx.Response:
    return httpx.post(f"{site.url}/client/v4/accounts/me/ai/run/{model}{query}", json=body, timeout=30)


def submit(site: Any, *items: Any) -> str:
    reply = post(site, {"requests": list(items)}, "?queueRequest=true")
    assert reply.status_code == 200
    result = reply.json()["result"]
    assert reply.json() == {"result": {"status": "queued", "request_id": result["request_id"], "model": CARD.name}} | OK
    return str(result["request_id"])


def results(site: Any, request_id: str, query: str = "?queueRequest=true", model: str = CARD.name) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        reply = post(site, {"request_id": request_id}, query, model)
        assert reply.status_code == 200
        result: dict[str, Any] = reply.json()["result"]
        if "responses" in result:
            return result
        assert result["status"] in ("queued", "running")
        assert result["request_id"] == request_id
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("query", ["?queueRequest=true", ""])
def test_a_batch_is_answered_in_order(site: Any, query: str) -> None:
    items = [{"prompt": f"item {number}", "external_reference": f"r{number}"} for number in range(20)]
    result = results(site, submit(site, *items), query)
    assert [response["id"] for response in result["responses"]] == list(range(20))
    assert [response["result"]["response"] for response in result["responses"]] == [item["prompt"] for item in items]
    assert [response["external_reference"] for response in result["responses"]] == [f"r{n}" for n in range(20)]
    assert all(response["success"] for response in result["responses"])
    assert result["usage"] == {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60}


def test_items_may_have_messages_and_json_mode(serve: Serve) -> None:
    site = serve([Served(CARD, Scripted(["Hello.", '{"a": 1}']))], whole)
    messages = [{"role": "user", "content": "Hi"}]
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    first = results(site, submit(site, {"messages": messages}))["responses"][0]
    asked = {"prompt": "Hi", "response_format": {"type": "json_schema", "json_schema": schema}}
    second = results(site, submit(site, asked))["responses"][0]
    assert first["result"]["response"] == "Hello."
    assert second["result"]["response"] == {"a": 1}


def test_a_strict_server_takes_references(serve: Serve) -> None:
    site = serve([Served(CARD, Scripted([echo], loop=True))], whole, strict=True)
    responses = results(site, submit(site, {"prompt": "a", "external_reference": "r"}, {"prompt": "a", "x": 1}))
    assert [response["success"] for response in responses["responses"]] == [True, False]


def test_a_wrong_item_fails_for_itself(site: Any) -> None:
    items = [{"prompt": "a"}, {"prompt": "b", "temperature": 9}, {}, 7, None, {"messages": 1}, {"prompt": "c"}]
    responses = results(site, submit(site, *items))["responses"]
    assert [response["success"] for response in responses] == [True, False, False, False, False, False, True]
    assert {response["errors"][0]["code"] for response in responses if not response["success"]} == {5006}
    assert "'/temperature' must be <= 5" in responses[1]["errors"][0]["message"]


def test_a_model_that_fails_fails_one_item(serve: Serve) -> None:
    def step(request: Request) -> Reply:
        if request.messages[-1].content == "bug":
            raise RuntimeError("a bug")
        if request.messages[-1].content == "broken":
            return Reply("some", error=ServerError("broken", status=500))
        return echo(request)

    site = serve([Served(CARD, Scripted([step], loop=True))], whole)
    items = [{"prompt": "a"}, {"prompt": "broken"}, {"prompt": "bug"}, {"prompt": "b"}]
    responses = results(site, submit(site, *items))["responses"]
    assert [response["success"] for response in responses] == [True, False, False, True]
    assert "a bug" not in str(responses)


def test_an_item_has_its_deadline(serve: Serve) -> None:
    site = serve([Served(CARD, Scripted([Reply("late", delay=600)]))], whole, deadline=0.2)
    response = results(site, submit(site, {"prompt": "a"}))["responses"][0]
    assert response["errors"][0]["code"] == 3046


def test_an_unknown_request_id_is_refused(site: Any) -> None:
    reply = post(site, {"request_id": "no such"}, "?queueRequest=true")
    assert reply.status_code == 400
    assert "no batch has the request_id 'no such'" in reply.json()["errors"][0]["message"]


@pytest.mark.parametrize("body", [{"requests": []}, {"requests": "a"}, {"prompt": "a"}, {}, []])
def test_what_is_no_batch_is_not_queued(site: Any, body: Any) -> None:
    reply = post(site, body, "?queueRequest=true")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, 5006)


def test_a_model_of_the_older_pages_has_no_batches(serve: Serve) -> None:
    card = Card("@cf/qwen/qwen1.5-1.8b-chat", edition="2024")
    site = serve([Served(card, Scripted([]))], whole)
    reply = post(site, {"requests": [{"prompt": "a"}]}, "?queueRequest=true", card.name)
    assert reply.status_code == 400
    assert "oneOf at '/' not met, 0 matches" in reply.json()["errors"][0]["message"]


class Gated(Scripted):
    """A model that begins at once, and ends when it may."""

    def __init__(self) -> None:
        super().__init__([echo], loop=True)
        self.order: list[str] = []
        self.may_end = False

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        self.order.append(request.messages[-1].content)
        while not self.may_end:  # noqa: ASYNC110 - another thread opens it
            await anyio.sleep(0.01)
        async with aclosing(super().generate(request)) as deltas:
            async for delta in deltas:
                yield delta


def wait_until(what: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_live_requests_come_first(serve: Serve) -> None:
    """With one place, a request that comes while a batch waits is answered before the rest of the batch."""
    model = Gated()
    site = serve([Served(CARD, model)], whole, most_running=1)
    items = [f"item {number}" for number in range(6)]
    request_id = submit(site, *({"prompt": item} for item in items))
    wait_until(lambda: model.order)
    with ThreadPoolExecutor() as pool:
        live = pool.submit(post, site, {"prompt": "live"})
        wait_until(lambda: site.state.admission.waiting)
        model.may_end = True
        assert live.result().status_code == 200
    results(site, request_id)
    assert model.order == ["item 0", "live", *items[1:]]


def test_beside_live_requests_a_batch_takes_one_place(serve: Serve) -> None:
    model = Gated()
    site = serve([Served(CARD, model)], whole)
    with ThreadPoolExecutor() as pool:
        live = pool.submit(post, site, {"prompt": "live"})
        wait_until(lambda: model.order)
        request_id = submit(site, *({"prompt": "item"} for _ in range(6)))
        wait_until(lambda: len(model.order) > 1)
        time.sleep(0.3)
        assert model.order == ["live", "item"]
        model.may_end = True
        assert live.result().status_code == 200
    assert len(results(site, request_id)["responses"]) == 6


def test_without_live_requests_a_batch_takes_several_places(serve: Serve) -> None:
    model = Gated()
    site = serve([Served(CARD, model)], whole)
    request_id = submit(site, *({"prompt": "item"} for _ in range(6)))
    wait_until(lambda: len(model.order) == 4)
    model.may_end = True
    assert len(results(site, request_id)["responses"]) == 6


def test_a_server_ends_though_a_batch_runs(serve: Serve) -> None:
    closed = []

    class Endless(Scripted):
        async def aclose(self) -> None:
            closed.append(True)

    site = serve([Served(CARD, Endless([Reply("late", delay=600)], loop=True))], whole)
    submit(site, {"prompt": "a"}, {"prompt": "b"})
    wait_until(lambda: site.state.admission.running)
    site.server.should_exit = True
    wait_until(lambda: closed)


def test_the_memory_of_batches_is_bounded(serve: Serve) -> None:
    site = serve([Served(CARD, Scripted([echo], loop=True))], whole)
    reply = post(site, {"requests": [1] * 10_001}, "?queueRequest=true")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (413, 3006)


def test_items_are_counted(site: Any) -> None:
    results(site, submit(site, {"prompt": "a"}, {}))
    page = httpx.get(f"{site.url}/metrics").text
    assert 'agentkit_batch_items_total{model="@cf/test/model",outcome="success"} 1.0' in page
    assert 'agentkit_batch_items_total{model="@cf/test/model",outcome="failure"} 1.0' in page


@pytest.mark.real
def test_the_embedded_model_answers_a_batch(serve: Serve) -> None:
    if find(DEFAULT) is None:
        pytest.skip("the embedded weights are not here: agentkit pull")
    site = serve(named_models(["local"]), whole)
    items: list[Any] = [{"prompt": "Say hello.", "max_tokens": 8}, {"messages": [], "max_tokens": 8}]
    items.append({"messages": [{"role": "user", "content": "Name a colour."}], "max_tokens": 8, "temperature": 0})
    reply = post(site, {"requests": items}, "?queueRequest=true", DEFAULT.id)
    result = results(site, reply.json()["result"]["request_id"], model=DEFAULT.id)
    first, _, last = result["responses"]
    assert first["success"]
    assert last["success"]
    assert first["result"]["response"]
    assert last["result"]["usage"]["completion_tokens"] <= 8
