"""Cloudflare Workers AI over REST (contract/workers_ai.md sections 1, 2 and 8 to 10), direct or through AI Gateway."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..errors import AuthenticationError, ConfigurationError
from ..generation import Delta, Request
from ..sent import Sent
from ..wire.dialects import WORKERS_AI
from ..wire.replies import ReplyReader, callable_names
from ..wire.requests import RequestEncoder
from .fitting import Fitting
from .http import Endpoint
from .profiles import Profile
from .tokens import cleaned

if TYPE_CHECKING:
    from .base import Runner

API = "https://api.cloudflare.com/client/v4"
GATEWAY = "gateway.ai.cloudflare.com"
_ACCOUNT = re.compile(rf"(?:/client/v4/accounts|//{re.escape(GATEWAY)}/v1)/([^/]+)")
ACCOUNT = ("CLOUDFLARE_ACCOUNT_ID",)
TOKEN = ("CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN")
"""Names in the environment, the first that is set."""


class WorkersAIRunner:
    """A model of Workers AI, asked at `/ai/run/{model}`.

    Args:
        model: Its id, for example `@cf/meta/llama-3.3-70b-instruct-fp8-fast`.
        account_id: None takes `CLOUDFLARE_ACCOUNT_ID`. Not needed where `base_url` has it.
        api_token: None takes `CLOUDFLARE_AUTH_TOKEN`, or `CLOUDFLARE_API_TOKEN`.
        base_url: None for Cloudflare's API. Of an AI Gateway `https://gateway.ai.cloudflare.com/v1/ACCOUNT/GATEWAY`,
            of a server with the same contract its address, for example `http://localhost:8000`.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` to send with. It is not closed here.
        stream: Whether the reply comes as it is made, or at once. With an output schema it always comes at once,
            because the service refuses both together (code 5023).
        timeout: Most seconds until an answer begins; of these at most 10 for a connection. Between two pieces of a
            stream pass at most 120 s.
        retries: Most further tries after an error that may pass (`agentkit.runners.retries` has the table).
        headers: Further headers of every request, for example those of AI Gateway.
        max_connections: Most requests under way at a time, per event loop; further ones wait in a fair queue.
        profile: What is known of the model, and fitted to (`agentkit.runners.fitting`). True: what `agentkit doctor`
            found out, where it did; False: nothing.

    Raises:
        AuthenticationError: Account or token is missing, or cannot be one.
        ConfigurationError: `model` is no id, or `base_url` no URL.
    """

    def __init__(
        self,
        model: str,
        *,
        account_id: str | None = None,
        api_token: str | None = None,
        base_url: str | None = None,
        client: Any = None,
        stream: bool = True,
        timeout: float = 600.0,
        retries: int = 2,
        headers: Mapping[str, str] | None = None,
        max_connections: int = 500,
        profile: Profile | bool = True,
    ) -> None:
        if not model.startswith(("@cf/", "@hf/")):
            raise ConfigurationError(f"{model!r} is no model of Workers AI.", hint="Ids begin with @cf/ or @hf/.")
        self._model = model
        self._stream = stream
        url, gateway = _address((base_url or API).strip().rstrip("/"), account_id)
        token = cleaned(api_token, "api_token", TOKEN)
        own = {"authorization": f"Bearer {token}"}
        if gateway:
            own["cf-aig-skip-cache"] = "true"  # it answers others' identical requests from its cache (quirk Q52)
        self._encoder = RequestEncoder(WORKERS_AI)
        self._endpoint = Endpoint(
            f"{url}/{model}",
            own,
            headers,
            secrets=_secrets(url, token),
            client=client,
            timeout=timeout,
            retries=retries,
            max_connections=max_connections,
        )
        self._fitting = Fitting(self.name, self._endpoint.sent(b"").url, profile)

    @property
    def name(self) -> str:
        """The runner string of this runner."""
        return f"workers-ai:{self._model}"

    def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Ask the model once; see `Runner.generate`.

        Raises:
            ContextOverflowError: The prompt cannot fit, and the server would cut it without a word.
        """
        self._fitting.check(request)
        reader = partial(
            ReplyReader, model=self._model, max_tokens=request.sampling.max_tokens, tools=callable_names(request)
        )
        return self._endpoint.ask(self._body(request), reader, request.retries, _affinity(request))

    def sent(self, request: Request) -> Sent:
        """What `generate` sends for a request, without account and token."""
        return self._endpoint.sent(self._body(request), _affinity(request))

    def _body(self, request: Request) -> bytes:
        request, stream = self._fitting.fit(request, self._stream)
        return self._encoder.encode(request, stream=self._encoder.streams(request, stream))

    async def aclose(self) -> None:
        """Close the connections. The runner may be used again afterwards."""
        await self._endpoint.aclose()


def _affinity(request: Request) -> dict[str, str] | None:
    return {"x-session-affinity": quote(request.conversation)} if request.conversation else None


def _secrets(url: str, token: str) -> dict[str, str]:
    account = _ACCOUNT.search(url)
    return {token: TOKEN[0]} | ({account[1]: ACCOUNT[0]} if account else {})


def _address(base: str, account_id: str | None) -> tuple[str, bool]:
    """The URL that a model's id is put behind, and whether it is an AI Gateway's."""
    parts = urlsplit(base)
    if parts.hostname == GATEWAY:
        return (base if base.endswith("/workers-ai") else f"{base}/workers-ai"), True
    if base.endswith("/ai/run"):
        return base, False
    if base.endswith("/ai"):
        return f"{base}/run", False
    account = cleaned(account_id, "account_id", ACCOUNT)
    if not account.isalnum():
        raise AuthenticationError(f"account_id={account!r} is none.", hint="It has 32 letters and digits.")
    if not parts.path:
        base += "/client/v4"
    return f"{base}/accounts/{account}/ai/run", False


if TYPE_CHECKING:
    _: Runner = WorkersAIRunner("")
