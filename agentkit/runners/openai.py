"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama-server, Ollama, LM Studio, the hosted one."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ..generation import Delta, Request
from ..wire.dialects import OPENAI
from ..wire.replies import ReplyReader
from ..wire.requests import RequestEncoder
from .http import Endpoint

if TYPE_CHECKING:
    from .base import Runner


class OpenAIRunner:
    """A model behind a chat-completions endpoint."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        client: Any = None,
        stream: bool = True,
        timeout: float = 600.0,
        retries: int = 2,
        headers: Mapping[str, str] | None = None,
        max_connections: int = 500,
    ) -> None:
        base = base_url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        key = api_key or os.environ.get("OPENAI_API_KEY") or "none"
        self._model = model
        self._stream = stream
        self._url = base.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self._encoder = RequestEncoder(OPENAI, model)
        given = {"content-type": "application/json", "authorization": f"Bearer {key}", **(headers or {})}
        self._endpoint = Endpoint(
            given, client=client, timeout=timeout, retries=retries, max_connections=max_connections
        )

    @property
    def name(self) -> str:
        """The runner string of this runner."""
        return f"openai:{self._model}"

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        stream = self._encoder.streams(request, self._stream)
        body = self._encoder.encode(request, stream=stream)
        reader = ReplyReader(max_tokens=request.sampling.max_tokens)
        async with aclosing(self._endpoint.ask(self._url, body, reader)) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        """Close the connections. The runner may be used again afterwards."""
        await self._endpoint.aclose()


if TYPE_CHECKING:
    _: Runner = OpenAIRunner("")
