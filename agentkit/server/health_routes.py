"""Whether the server is well, and what it has counted."""

from __future__ import annotations

import json
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Route

from ..wire.serving.refusals import inference_body
from .exchange import Endpoint, Exchange
from .state import State


def pages(state: State) -> list[BaseRoute]:
    """The routes, with whole paths; `/healthz` needs no token."""
    health = Endpoint(partial(_health, state, _version()), inference_body)
    metrics = Endpoint(partial(_metrics, state), inference_body)
    return [Route("/healthz", health, methods=["GET"]), Route("/metrics", metrics, methods=["GET"])]


async def _health(state: State, release: str, exchange: Exchange) -> None:
    """503 while the server ends. Who has no token, where one is needed, is not told what is served."""
    admission = state.admission
    body: dict[str, object] = {
        "status": "draining" if admission.closed else "ok",
        "version": release,
        "running": admission.running,
        "waiting": admission.waiting,
    }
    if state.settings.token is None:
        body["models"] = [served.card.name for served in state.models.all()]
    await exchange.reply(json.dumps(body).encode(), 503 if admission.closed else 200)


async def _metrics(state: State, exchange: Exchange) -> None:
    body, content_type = state.meters.page(Headers(scope=exchange.scope).get("accept", ""))
    head = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
    await exchange.send({"type": "http.response.start", "status": 200, "headers": head})
    await exchange.send({"type": "http.response.body", "body": body})


def _version() -> str:
    try:
        return version("agentkit")
    except PackageNotFoundError:
        return "unknown"
