"""`POST /v1/chat/completions`: the shape of chat completions."""

from __future__ import annotations

import time
from functools import partial

from starlette.routing import BaseRoute, Route

from ..errors import BadRequestError
from ..wire.serving.chat import ChatWriter, read_chat
from ..wire.serving.refusals import inference_body, openai_body
from .answering import answer
from .body import check_limits, read_json
from .exchange import Endpoint, Exchange
from .request_ids import request_id_of
from .state import State
from .visit import visit_of


def routes(state: State) -> list[BaseRoute]:
    """The routes, relative to `/client/v4/accounts/{account}/ai`."""
    return [Route("/v1/chat/completions", Endpoint(partial(_chat, state), inference_body), methods=["POST"])]


def bare_routes(state: State) -> list[BaseRoute]:
    """The routes without a prefix, whose errors are those of chat completions."""
    return [Route("/v1/chat/completions", Endpoint(partial(_chat, state), openai_body), methods=["POST"])]


async def _chat(state: State, exchange: Exchange) -> None:
    body = await read_json(exchange.scope, exchange.receive, state.settings.most_bytes)
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        text = "Bad input: Error: required properties at '/' are 'model,messages'"
        raise BadRequestError(text, status=400, code=5006)
    served = state.models.find(body["model"].removeprefix("workers-ai/"))
    visit_of(exchange.scope).begun(served.card.name)
    check_limits(body, state.settings)
    asked = read_chat(body, served.card, strict=state.settings.strict)
    writer = ChatWriter(asked, served.card, request_id_of(exchange.scope), int(time.time()))
    await answer(state, exchange, served, asked, writer)
