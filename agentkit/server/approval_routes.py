"""`POST /ai/approvals/{id}`: a client's word on a call of an agent."""

from __future__ import annotations

import json
from functools import partial

from starlette.routing import BaseRoute, Route

from ..errors import BadRequestError
from ..wire.serving.complaints import mismatch, missing
from ..wire.serving.refusals import inference_body
from ..wire.serving.values import read_value
from .body import read_json
from .exchange import Endpoint, Exchange
from .state import State

LONGEST = 2_000
"""Characters of a reason."""


def routes(state: State) -> list[BaseRoute]:
    """The routes, relative to `/client/v4/accounts/{account}/ai`."""
    endpoint = Endpoint(partial(_approve, state), inference_body)
    return [Route("/approvals/{id}", endpoint, methods=["POST"])]


async def _approve(state: State, exchange: Exchange) -> None:
    """The body is `{"approve": true}`, or `{"approve": false, "reason": "..."}`; the model is told the reason."""
    body = await read_json(exchange.scope, exchange.receive, state.settings.most_bytes)
    if not isinstance(body, dict):
        raise mismatch("/", "object", body)
    approved = read_value(body, "approve", "boolean")
    reason = read_value(body, "reason", "string")
    if approved is None:
        raise missing("/", "approve")
    verdict = approved or (reason or "")[:LONGEST] or False
    if not state.approvals.answer(exchange.scope["path_params"]["id"], verdict):
        raise BadRequestError("there is no such question, or it is over", status=404, code=7003)
    answer = {"result": {"approved": approved}, "success": True, "errors": [], "messages": []}
    await exchange.reply(json.dumps(answer).encode())
