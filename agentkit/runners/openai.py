"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama-server, Ollama, LM Studio, the hosted one."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import AuthenticationError, ConfigurationError, RunnerError
from ..generation import Delta, Request
from ..sent import Sent
from ..wire.dialects import OPENAI, OPENAI_HOSTED
from ..wire.fields import differs, in_fields_of, model_in
from ..wire.replies import ReplyReader, callable_names
from ..wire.requests import RequestEncoder
from ..wire.servers import OPENAI_API, server_behind, server_named
from .fitting import Fitting
from .http import Endpoint
from .profiles import Profile
from .tokens import cleaned

if TYPE_CHECKING:
    from .base import Runner
    from .local.entry import Entry

HOSTED = "https://api.openai.com/v1"


class OpenAIRunner:
    """A model behind a chat-completions server.

    Args:
        model: The name that the server has for it.
        base_url: Where the server is, with or without `/chat/completions` at its end; most want `/v1`. None takes
            `OPENAI_BASE_URL` of the environment, and the hosted service where that is not set.
        api_key: None takes `OPENAI_API_KEY`; servers of your own mostly need none.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` to send with. It is not closed here.
        stream: Whether the reply comes as it is made, or at once.
        timeout: Most seconds until an answer begins; of these at most 10 for a connection. Between two pieces of a
            stream pass at most 120 s.
        retries: Most further tries after an error that may pass (`agentkit.runners.retries` has the table).
        headers: Further headers of every request.
        max_connections: Most requests under way at a time, per event loop; further ones wait in a fair queue.
        profile: What is known of the server, and fitted to (`agentkit.runners.fitting`). True: what `agentkit doctor`
            found out, where it did; False: nothing.
        server: The kind of server, a row of `agentkit.wire.servers`: requests are then written in its fields
            (`agentkit.wire.fields`), what they leave open is what the catalogue has for the model, and a model whose
            template knows no tools is told of them in words (`agentkit.runners.known_models`). None: the hosted
            service is known by its URL; another server is asked for its list of models before the first request that
            servers take in different ways, and where that does not tell, requests go with the documented names.

    Raises:
        ConfigurationError: `model` is empty, `base_url` no URL, `server` unknown, or the user's models file wrong.
        AuthenticationError: The key cannot be one.
    """

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
        profile: Profile | bool = True,
        server: str | None = None,
    ) -> None:
        if not model:
            raise ConfigurationError("openai needs the name of a model.", hint="For example openai:llama3.2.")
        base = (base_url or os.environ.get("OPENAI_BASE_URL") or HOSTED).strip().rstrip("/")
        base = base.removesuffix("/chat/completions")
        hosted = base == HOSTED
        key = cleaned(api_key, "api_key", ("OPENAI_API_KEY",), needed=False)
        self._nowhere = hosted and not key and not headers
        self._model = model
        self._stream = stream
        self._dialect = OPENAI_HOSTED if hosted else OPENAI
        self._encoders: dict[str, RequestEncoder] = {}
        self._server = server_named(server) if server else OPENAI_API if hosted else None
        self._asked = self._server is not None
        self._entry = _catalogued(model) if server else None
        self._models = f"{base}/models"
        self._endpoint = Endpoint(
            f"{base}/chat/completions",
            {"authorization": f"Bearer {key}"} if key else {},
            headers,
            secrets={key: "OPENAI_API_KEY"} if key else {},
            client=client,
            timeout=timeout,
            retries=retries,
            max_connections=max_connections,
        )
        self._fitting = Fitting(self.name, self._endpoint.sent(b"").url, profile)

    @property
    def name(self) -> str:
        """The runner string of this runner."""
        return f"openai:{self._model}"

    def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Ask the server once; see `Runner.generate`.

        Raises:
            AuthenticationError: There is no key for the hosted service.
            ConfigurationError: The server has nothing for an option.
            ContextOverflowError: The prompt cannot fit, and the server would cut it without a word.
        """
        if self._nowhere:
            raise AuthenticationError(
                f"There is neither a server nor a key for {self.name!r}.",
                hint="Set OPENAI_BASE_URL for a server of yours, or OPENAI_API_KEY for the hosted service.",
            )
        self._fitting.check(request)
        if self._asked or not differs(request):
            return self._ask(request)
        return self._ask_the_server_first(request)

    async def _ask_the_server_first(self, request: Request) -> AsyncGenerator[Delta, None]:
        with suppress(RunnerError):  # the request itself will tell, and may be tried again
            self._server, self._asked = server_behind(await self._endpoint.look(self._models)), True
        async with aclosing(self._ask(request)) as deltas:
            async for delta in deltas:
                yield delta

    def _ask(self, request: Request) -> AsyncGenerator[Delta, None]:
        reader = partial(
            ReplyReader, model=self._model, max_tokens=request.sampling.max_tokens, tools=callable_names(request)
        )
        return self._endpoint.ask(self._body(request), reader, request.retries)

    def sent(self, request: Request) -> Sent:
        """What `generate` sends for a request, without the key."""
        return self._endpoint.sent(self._body(request))

    def _body(self, request: Request) -> bytes:
        request, stream = self._fitting.fit(request, self._stream)
        model = self._model
        if self._server is not None:
            model = model_in(self._server, model, request.extra)
            defaults = None
            if self._entry is not None:
                from .known_models import told

                request, defaults = told(request, self._entry), self._entry.sampling
            request = in_fields_of(self._server, request, defaults)
        encoder = self._encoders.get(model)
        if encoder is None:
            encoder = self._encoders[model] = RequestEncoder(self._dialect, model)
        return encoder.encode(request, stream=encoder.streams(request, stream))

    async def aclose(self) -> None:
        """Close the connections. The runner may be used again afterwards."""
        await self._endpoint.aclose()


def _catalogued(model: str) -> Entry | None:
    from .known_models import known_model

    return known_model(model)


if TYPE_CHECKING:
    _: Runner = OpenAIRunner("")
