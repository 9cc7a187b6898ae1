"""What is served: `models/search`, `models/schema`, and the list of chat completions."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..errors import BadRequestError, ModelNotFoundError
from ..wire.serving.card import Card
from ..wire.serving.catalogue import authors_page, models_page, openai_model, openai_models, tasks_page
from ..wire.serving.refusals import inference_body, openai_body
from ..wire.serving.schemas import input_schema, output_schema
from .exchange import Endpoint, ErrorBody, Exchange
from .state import State


def routes(state: State) -> list[BaseRoute]:
    """The routes, relative to `/client/v4/accounts/{account}/ai`."""
    catalogue = _Catalogue(state)
    found = [
        _route("/models/search", catalogue.models, inference_body),
        _route("/models/schema", catalogue.schema, inference_body),
        _route("/tasks/search", catalogue.tasks, inference_body),
        _route("/authors/search", catalogue.authors, inference_body),
    ]
    if state.settings.faithful:
        return [*found, Route("/v1/models", _unsupported, methods=["GET"])]
    return [
        *found,
        _route("/v1/models", catalogue.openai_list, openai_body),
        _route("/v1/models/{model:path}", catalogue.openai_one, openai_body),
    ]


async def _unsupported(request: Request) -> Response:
    """What the service says of the list (contract/workers_ai.md section 1)."""
    raise HTTPException(405)


def _route(path: str, handle: Callable[[Exchange], Awaitable[None]], error_body: ErrorBody) -> BaseRoute:
    return Route(path, Endpoint(handle, error_body), methods=["GET"])


class _Catalogue:
    """The models of a server, as clients may ask for them.

    Args:
        state: Of the server.
    """

    def __init__(self, state: State) -> None:
        self._models = state.models
        self._since = time.time()

    async def models(self, exchange: Exchange) -> None:
        """`models/search` (contract/workers_ai.md section 1)."""
        await _reply(exchange, models_page(self._cards(), _query(exchange), self._since))

    async def schema(self, exchange: Exchange) -> None:
        """`models/schema`: the documented schemas of the model's edition."""
        name = _query(exchange).get("model")
        if not name:
            raise BadRequestError("Bad input: Error: required properties at '/' are 'model'", status=400, code=5006)
        edition = self._models.find(name).card.edition
        result = {"input": input_schema(edition), "output": output_schema(edition)}
        await _reply(exchange, {"result": result, "success": True, "errors": [], "messages": []})

    async def tasks(self, exchange: Exchange) -> None:
        """`tasks/search`."""
        await _reply(exchange, tasks_page())

    async def authors(self, exchange: Exchange) -> None:
        """`authors/search`."""
        await _reply(exchange, authors_page(self._cards()))

    async def openai_list(self, exchange: Exchange) -> None:
        """`v1/models`, which the service does not have (contract/workers_ai.md section 15)."""
        await _reply(exchange, openai_models(self._cards(), self._since))

    async def openai_one(self, exchange: Exchange) -> None:
        """`v1/models/{model}`."""
        name = exchange.scope["path_params"]["model"]
        try:
            card = self._models.find(name).card
        except ModelNotFoundError as error:
            raise ModelNotFoundError(error.message, status=404, code="model_not_found") from None
        await _reply(exchange, openai_model(card, name if name in card.aliases else card.name, self._since))

    def _cards(self) -> list[Card]:
        return [served.card for served in self._models.all()]


async def _reply(exchange: Exchange, body: Mapping[str, Any]) -> None:
    await exchange.reply(json.dumps(body).encode())


def _query(exchange: Exchange) -> QueryParams:
    return QueryParams(exchange.scope["query_string"])
