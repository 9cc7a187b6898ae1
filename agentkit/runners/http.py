"""HTTP for the runners that ask a server: one client for good, retries in one layer, replies as deltas."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from ..errors import AgentKitError, ConfigurationError, RunnerError
from ..generation import Delta, Retries
from ..sent import Sent
from ..wire.replies import ReplyReader
from .failures import failed
from .reply import Reply
from .secrets import shown

CONNECT = 10.0
"""Most seconds for a connection."""

IDLE = 120.0
"""Most seconds between two pieces of a stream."""

LOOK = 5.0
"""Most seconds for what `look` asks."""


class Endpoint:
    """One URL of a model server.

    Args:
        url: Where requests are posted.
        headers: Sent with each; names in lower case.
        further: Headers of the user, which count more.
        secrets: What must not be shown of URL and headers -> the environment variable that is shown in its place.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` of the user, never closed here. None makes one on first
            use, with `agentkit.runners.transport` beneath it, or httpx's own transport where a proxy applies.
        timeout: Most seconds until an answer begins; a connection gets 10 of them, the gap between two pieces of a
            stream 120. With `client=`, gaps get as long as the beginning.
        retries: Most further tries, as `agentkit.runners.retries` says.
        max_connections: Most requests under way at a time, per event loop; further ones wait in a queue.

    Raises:
        ConfigurationError: `url` is none, or a number is out of its range.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        further: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        client: Any = None,
        timeout: float = 600.0,
        retries: int = 2,
        max_connections: int = 500,
    ) -> None:
        if not (timeout > 0 and retries >= 0 and max_connections >= 1):
            raise ConfigurationError(
                f"timeout={timeout!r}, retries={retries!r}, max_connections={max_connections!r} cannot be.",
                hint="They are at least more than 0 seconds, 0 and 1.",
            )
        self._url: Any = url
        self._where = _host(url)
        users = {name.lower(): value for name, value in (further or {}).items()}
        self._headers: Any = {"content-type": "application/json", "user-agent": "agentkit", **headers, **users}
        self._shown = shown(url, self._headers, secrets or {})
        self._given = client
        self._client = client
        self._build: Callable[..., Any] = client.build_request if client is not None else _unopened
        self._retries = retries
        self._max_connections = max_connections
        self._limits = {
            "connect": min(CONNECT, timeout),
            "write": timeout,
            "pool": None,
            "read": timeout,
            "idle": min(IDLE, timeout),
        }

    async def ask(
        self,
        body: bytes,
        reader: Callable[[], ReplyReader],
        budget: Retries | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[Delta, None]:
        """Post a request and give the deltas of the reply as they come.

        Args:
            body: The request, JSON.
            reader: Makes a reader; each try has its own.
            budget: Of the run, for further tries.
            headers: Further headers of this request.

        Raises:
            RunnerError: The request failed for good; `text` has what had come.
        """
        reply, deltas = await self._begun(body, reader, budget, headers)
        try:
            while deltas is not None:
                for delta in deltas:
                    yield delta
                deltas = await reply.more()
        finally:
            await reply.aclose()

    async def look(self, url: str) -> Any:
        """What another URL of the server has, as JSON; None where it has nothing.

        Raises:
            RunnerError: The server was not reached, or did not answer in 5 s.
        """
        try:
            client = self._client or self._open()
            limits = dict.fromkeys(("connect", "read", "write", "pool"), LOOK)
            request = self._build("GET", url, headers=self._headers, extensions={"timeout": limits})
            response = await client.send(request)
            return response.json() if response.status_code == 200 else None
        except ValueError:
            return None
        except Exception as error:
            ours = failed(error, self._where)
            if ours is None:
                raise
            raise ours from error

    def sent(self, body: bytes, headers: Mapping[str, str] | None = None) -> Sent:
        """What `ask` sends, without its secrets."""
        url, own = self._shown
        return Sent(url, {**own, **(headers or {})}, body)

    async def aclose(self) -> None:
        """Close the connections of this event loop. The endpoint may be used again."""
        client, self._client = self._client, self._given
        if client is not None and client is not self._given:
            await client.aclose()

    async def _begun(
        self,
        body: bytes,
        reader: Callable[[], ReplyReader],
        budget: Retries | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[Reply, list[Delta] | None]:
        async def attempt() -> tuple[Reply, list[Delta] | None]:
            return await self._attempt(body, reader(), headers)

        start = monotonic()
        try:
            return await attempt()
        except RunnerError as error:
            from .retries import retried, worth_it

            if not worth_it(error) or self._retries < 1:
                raise
            first = error
        return await retried(attempt, first, self._retries, monotonic() - start, budget)

    async def _attempt(
        self, body: bytes, reader: ReplyReader, headers: Mapping[str, str] | None
    ) -> tuple[Reply, list[Delta] | None]:
        try:
            client = self._client or self._open()
            all_headers = {**self._headers, **headers} if headers else self._headers
            request = self._build(
                "POST", self._url, headers=all_headers, content=body, extensions={"timeout": self._limits}
            )
            reply = Reply(await client.send(request, stream=True), reader, self._where)
        except AgentKitError:
            raise
        except Exception as error:
            ours = failed(error, self._where)
            if ours is None:
                raise
            raise ours from error
        try:
            return reply, await reply.begin()
        except BaseException:
            await reply.aclose()
            raise

    def _open(self) -> Any:
        """A client, and the request's parts in its own types, so that they are parsed once."""
        import httpx

        if _proxied(self._url):
            limits = httpx.Limits(max_connections=self._max_connections)
            self._client = httpx.AsyncClient(limits=limits)
        else:
            from .transport import LeanTransport

            transport = LeanTransport(max_connections=self._max_connections)
            self._client = httpx.AsyncClient(transport=transport)
        self._build = httpx.Request
        self._url = httpx.URL(self._url)
        self._headers = httpx.Headers(self._headers)
        return self._client


def _host(url: str) -> str:
    """Host and port of a URL, for messages."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigurationError(f"base_url={url!r} is no URL.", hint="It begins with https:// or http://.")
    return parts.netloc.rpartition("@")[2]


def _unopened(*_: Any, **__: Any) -> Any:
    raise AssertionError("no client")


def _proxied(url: Any) -> bool:
    """Whether the environment, or the system's settings, name a proxy for a URL."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(str(url))
    proxies = getproxies()
    return bool(proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(parts.hostname or "")
