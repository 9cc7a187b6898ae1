"""What is counted."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message, Receive, Scope, Send

from agentkit.messages import Usage
from agentkit.server.meters import Meters
from agentkit.server.visit import Visit, visit_of
from agentkit.server.watched import Watched, route_of


def counts(meters: Meters) -> dict[tuple[str, ...], float]:
    """Every sample that is not 0, by its name and the values of its labels."""
    text = meters.page("")[0].decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.value and not sample.name.endswith(("_bucket", "_created"))
    }


def test_a_request_is_counted_when_it_is_over() -> None:
    meters, visit = Meters(), Visit(status=200)
    visit.begun("m")
    visit.first_token()
    first = visit.first
    visit.first_token()
    visit.finished(Usage(10, 5, cached_tokens=3))
    meters.count(visit, "ai/run")
    found = counts(meters)
    assert visit.first == first
    assert found["agentkit_requests_total", "m", "ai/run", "200"] == 1
    assert found["agentkit_request_seconds_count", "m", "ai/run"] == 1
    assert found["agentkit_first_token_seconds_count", "m"] == 1
    assert found["agentkit_tokens_total", "prompt", "m"] == 10
    assert found["agentkit_tokens_total", "completion", "m"] == 5
    assert found["agentkit_tokens_total", "cached", "m"] == 3


def test_refusals_are_counted_by_code() -> None:
    meters = Meters()
    for code in (5007, 5007, "invalid_prompt"):
        visit = Visit(status=400)
        visit.refused(code)
        meters.count(visit, "ai/run")
    found = counts(meters)
    assert found["agentkit_refusals_total", "5007"] == 2
    assert found["agentkit_refusals_total", "other"] == 1


def test_a_client_that_left_is_counted() -> None:
    meters, visit = Meters(), Visit(model="m")
    visit.abandoned()
    meters.count(visit, "ai/run")
    assert counts(meters)["agentkit_disconnects_total", "m"] == 1
    assert counts(meters)["agentkit_requests_total", "m", "ai/run", "none"] == 1


def test_items_of_batches_are_counted() -> None:
    meters = Meters()
    meters.count_item("m", Usage(4, 2), success=True)
    meters.count_item("m", Usage(), success=False)
    found = counts(meters)
    assert found["agentkit_batch_items_total", "m", "success"] == 1
    assert found["agentkit_batch_items_total", "m", "failure"] == 1
    assert found["agentkit_tokens_total", "prompt", "m"] == 4


def test_a_gauge_is_read_when_it_is_asked_for() -> None:
    meters, running = Meters(), [1.0]
    meters.gauge("running", "Requests that are worked on.", lambda: running[0])
    assert counts(meters)["agentkit_running",] == 1
    running[0] = 7
    assert counts(meters)["agentkit_running",] == 7


def test_servers_count_apart() -> None:
    first, second = Meters(), Meters()
    first.count(Visit(status=200), "page")
    assert counts(first)
    assert not counts(second)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/client/v4/accounts/0123/ai/run/@cf/a/b", "ai/run"),
        ("/client/v4/accounts/0123/ai/run", "ai/run"),
        ("/ai/run/@cf/a/b", "ai/run"),
        ("/ai/run/a\nb", "ai/run"),
        ("/client/v4/accounts/me/ai/v1/chat/completions", "v1/chat/completions"),
        ("/v1/chat/completions", "v1/chat/completions"),
        ("/v1/models/@cf/a/b", "v1/models"),
        ("/ai/models/search", "ai/models/search"),
        ("/", "page"),
        ("/healthz", "healthz"),
        ("/metrics", "metrics"),
        ("/healthz/x", "other"),
        ("/run/@cf/a/b", "other"),
        ("", "other"),
    ],
)
def test_paths_are_told_by_kind(path: str, route: str) -> None:
    assert route_of(path) == route


async def nothing() -> Message:
    raise AssertionError("nothing is read")


async def reply(scope: Scope, receive: Receive, send: Send) -> None:
    visit_of(scope).begun("m")
    await send({"type": "http.response.start", "status": 201, "headers": [(b"cf-ai-req-id", b"7f3a")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a bug")


async def visited(app: Watched) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "http", "method": "POST", "path": "/ai/run/m"}, nothing, send)
    return sent


@pytest.mark.anyio
async def test_a_watched_application_answers_as_before_and_is_counted() -> None:
    meters, told = Meters(), list[tuple[str, str, Visit]]()
    sent = await visited(Watched(reply, meters, lambda *line: told.append(line)))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert counts(meters)["agentkit_requests_total", "m", "ai/run", "201"] == 1
    [(method, path, visit)] = told
    assert (method, path, visit.status, visit.id, visit.model) == ("POST", "/ai/run/m", 201, "7f3a", "m")


@pytest.mark.anyio
async def test_a_failure_is_counted_and_goes_on() -> None:
    meters = Meters()
    with pytest.raises(RuntimeError, match="a bug"):
        await visited(Watched(fail, meters))
    assert counts(meters)["agentkit_requests_total", "", "ai/run", "500"] == 1


@pytest.mark.anyio
async def test_other_scopes_pass_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def send(message: Message) -> None:
        raise AssertionError("nothing is sent")

    lifespan = {"type": "lifespan"}
    await Watched(app, Meters())(lifespan, nothing, send)
    assert seen == [lifespan]
    assert not visit_of(lifespan).model
