"""`POST /ai/run`: Workers AI's own shape."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.datastructures import QueryParams
from starlette.routing import BaseRoute, Route

from ..errors import BadRequestError
from ..wire.serving.refusals import inference_body
from ..wire.serving.run import RunWriter, read_run
from .answering import answer
from .body import check_limits, read_json
from .exchange import Endpoint, Exchange
from .models import Served
from .state import State
from .visit import visit_of


def routes(state: State) -> list[BaseRoute]:
    """The routes, relative to `/client/v4/accounts/{account}/ai`."""
    run = Endpoint(partial(_run, state), inference_body)
    unified = Endpoint(partial(_run_unified, state), inference_body)
    return [Route("/run/{model:path}", run, methods=["POST"]), Route("/run", unified, methods=["POST"])]


async def _run(state: State, exchange: Exchange) -> None:
    """The model's id is the rest of the path."""
    served = state.models.find(exchange.scope["path_params"]["model"])
    body = await read_json(exchange.scope, exchange.receive, state.settings.most_bytes)
    await _answer(state, exchange, served, body)


async def _run_unified(state: State, exchange: Exchange) -> None:
    """The model's id is in the body: `{"model": ..., "input": {...}}` (contract/workers_ai.md section 1)."""
    body = await read_json(exchange.scope, exchange.receive, state.settings.most_bytes)
    if not isinstance(body, dict) or not isinstance(body.get("model"), str) or "input" not in body:
        text = "Bad input: Error: required properties at '/' are 'model,input'"
        raise BadRequestError(text, status=400, code=5006)
    await _answer(state, exchange, state.models.find(body["model"]), body["input"])


async def _answer(state: State, exchange: Exchange, served: Served, body: Any) -> None:
    visit_of(exchange.scope).begun(served.card.name)
    check_limits(body, state.settings)
    batched = state.batches.result(served, body, _wants_queue(exchange))
    if batched is not None:
        await _tell(exchange, batched)
        return
    asked = read_run(body, served.card, strict=state.settings.strict)
    await answer(state, exchange, served, asked, RunWriter(asked))


def _wants_queue(exchange: Exchange) -> bool:
    return QueryParams(exchange.scope["query_string"]).get("queueRequest", "").lower() in ("true", "1")


async def _tell(exchange: Exchange, result: bytes) -> None:
    """Answer with what is known of a batch (contract/workers_ai.md section 12)."""
    await exchange.reply(b'{"result":%b,"success":true,"errors":[],"messages":[]}' % result)
