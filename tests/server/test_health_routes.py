"""Whether a server is well, and what it has counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from agentkit.messages import Usage
from agentkit.runners.scripted import Reply, Scripted
from agentkit.server.assembly import assemble
from agentkit.server.state import State

from .raw import until

Serve = Callable[..., Any]
MODEL = "@cf/test/model"


def whole(state: State) -> ASGIApp:
    return assemble(state)


def metrics(site: Any, **headers: str) -> dict[tuple[str, ...], float]:
    reply = httpx.get(f"{site.url}/metrics", headers=headers)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_a_server_that_is_well_says_so(serve: Serve) -> None:
    body = httpx.get(f"{serve(Scripted([]), whole).url}/healthz")
    assert body.status_code == 200
    assert body.json() == {
        "status": "ok",
        "version": body.json()["version"],
        "running": 0,
        "waiting": 0,
        "models": [MODEL],
    }


def test_a_server_that_ends_says_so(serve: Serve) -> None:
    site = serve(Scripted([]), whole)
    site.state.admission.close()
    reply = httpx.get(f"{site.url}/healthz")
    assert (reply.status_code, reply.json()["status"]) == (503, "draining")


def test_health_needs_no_token_and_then_names_no_model(serve: Serve) -> None:
    site = serve(Scripted([]), whole, token="secret")
    reply = httpx.get(f"{site.url}/healthz")
    assert reply.status_code == 200
    assert "models" not in reply.json()
    assert "secret" not in reply.text


def test_metrics_need_the_token(serve: Serve) -> None:
    site = serve(Scripted([]), whole, token="secret")
    assert httpx.get(f"{site.url}/metrics").status_code == 400
    assert ("agentkit_running",) in metrics(site, authorization="Bearer secret")


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_counted(serve: Serve, stream: bool) -> None:
    site = serve(Scripted([Reply("Hello there.", usage=Usage(12, 3, cached_tokens=4))]), whole)
    httpx.post(f"{site.url}/ai/run/{MODEL}", json={"prompt": "Hi", "stream": stream}).raise_for_status()
    found = metrics(site)
    assert found["agentkit_requests_total", MODEL, "ai/run", "200"] == 1
    assert found["agentkit_request_seconds_count", MODEL, "ai/run"] == 1
    assert found["agentkit_first_token_seconds_count", MODEL] == 1
    assert found["agentkit_tokens_total", "prompt", MODEL] == 12
    assert found["agentkit_tokens_total", "completion", MODEL] == 3
    assert found["agentkit_tokens_total", "cached", MODEL] == 4
    assert found["agentkit_running",] == 0


def test_what_clients_invent_makes_no_new_series(serve: Serve) -> None:
    site = serve(Scripted([]), whole)
    httpx.get(f"{site.url}/healthz")
    before = set(metrics(site))
    for name in ("a", "b", "c"):
        httpx.post(f"{site.url}/ai/run/@cf/invented/{name}", json={"prompt": "Hi"})
        httpx.get(f"{site.url}/{name}")
    new = {key for key in set(metrics(site)) - before if not key[0].endswith("_created")}
    assert new == {
        ("agentkit_requests_total", "", "ai/run", "400"),
        ("agentkit_requests_total", "", "other", "404"),
        ("agentkit_requests_total", "", "metrics", "200"),
        ("agentkit_refusals_total", "5007"),
        ("agentkit_refusals_total", "7003"),
    }


def test_a_client_that_leaves_is_counted(serve: Serve) -> None:
    site = serve(Scripted([Reply("late", delay=600)]), whole)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{site.url}/ai/run/{MODEL}", json={"prompt": "Hi"}, timeout=0.3)
    deadline = time.monotonic() + 10
    while not metrics(site).get(("agentkit_disconnects_total", MODEL)):
        assert time.monotonic() < deadline, "the server did not notice"
        time.sleep(0.02)
    assert metrics(site)["agentkit_running",] == 0


def test_the_log_has_a_line_for_each_request(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    site = serve(
        Scripted([Reply("Hello.", usage=Usage(12, 3))]), lambda state: assemble(state, log="text"), token="s3cret"
    )
    headers = {"authorization": "Bearer s3cret"}
    reply = httpx.post(f"{site.url}/ai/run/{MODEL}?token=s3cret", json={"prompt": "whisper"}, headers=headers)
    httpx.post(f"{site.url}/ai/run/@cf/no/body", json={"prompt": "whisper"}, headers=headers)
    lines: list[str] = []
    until(lambda: lines.extend(capfd.readouterr().err.splitlines()) or len(lines) == 2)
    assert f"POST /ai/run/{MODEL} 200 " in lines[0]
    assert lines[0].endswith(f"{reply.headers['cf-ai-req-id']} {MODEL} 12+3 tokens")
    assert lines[1].endswith("code 5007")
    assert "whisper" not in "".join(lines)
    assert "s3cret" not in "".join(lines)
