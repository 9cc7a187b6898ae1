"""Who may ask: tokens, and pages of other sites."""

from __future__ import annotations

import hmac
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from ..errors import ConfigurationError
from ..wire.serving.edge import MALFORMED_TOKEN, NO_TOKEN, WRONG_TOKEN, EdgeRefusal, forbidden
from .settings import Settings

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_ANY = "*"
_EXPOSED = b"cf-ai-req-id, cf-ray, retry-after"
_REMEMBERED = b"600"
"""Seconds for which a browser keeps the answer to its question."""


def check_settings(settings: Settings) -> None:
    """Refuse to serve everybody.

    Raises:
        ConfigurationError: Others than this machine would reach the server, and there is no token; or the token or
            an origin cannot be one.
    """
    if settings.token is None and not settings.is_loopback:
        raise ConfigurationError(
            f"a server on {settings.host!r} needs a token, because other machines reach it.",
            hint="Give one with --token or AGENTKIT_TOKEN; this makes one: "
            "python -c 'import secrets; print(secrets.token_urlsafe())'.",
        )
    if settings.token is not None and not _BEARER.fullmatch(f"Bearer {settings.token}"):
        raise ConfigurationError(
            "the token has characters that a header cannot carry, or none at all.",
            hint="Use letters, digits and . _ ~ + / -, for example from: "
            "python -c 'import secrets; print(secrets.token_urlsafe())'.",
        )
    for origin in settings.origins:
        parts = urlsplit(origin)
        if origin != _ANY and (parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != origin):
            raise ConfigurationError(
                f"{origin!r} is no web origin.", hint="It is a scheme, a host and a port: https://example.com:8443."
            )


class Access:
    """What is asked of every request.

    Args:
        settings: Of the server.
        open_paths: What needs no token; one that ends in `/` stands for all below it.
    """

    def __init__(self, settings: Settings, open_paths: frozenset[str] = frozenset()) -> None:
        self._token = settings.token.encode() if settings.token is not None else None
        self._origins = settings.origins
        self._guarded = settings.is_loopback and settings.token is None  # who has the token need not be here
        self._open = frozenset(path for path in open_paths if not path.endswith("/") or path == "/")
        self._folders = tuple(path for path in open_paths if path.endswith("/") and path != "/")

    def stranger(self, headers: Headers) -> EdgeRefusal | None:
        """Why a request is not served whatever its token, or None."""
        host = headers.get("host", "")
        if self._guarded and not _names_this_machine(host):  # a name of others that leads here (DNS rebinding)
            return forbidden(f"this server is not {host!r}; started with --token, it answers to any name")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, host) and not self._is_named(origin):
            return forbidden(f"pages of {origin!r} may not use this server; its option --origin lets them")
        return None

    def token_refusal(self, scope: Scope, headers: Headers) -> EdgeRefusal | None:
        """Why a request is not served for want of a token, or None (contract/workers_ai.md section 2)."""
        if self._token is None or self._is_open(scope["path"]):
            return None
        given = headers.get("authorization")
        if given is not None:
            match = _BEARER.fullmatch(given.strip())
            if match is None:
                return MALFORMED_TOKEN
            found = match[1]
        elif "x-auth-email" in headers and "x-auth-key" in headers:
            found = headers["x-auth-key"]
        elif "x-auth-user-service-key" in headers:
            found = headers["x-auth-user-service-key"]
        else:
            return NO_TOKEN
        return None if hmac.compare_digest(found.encode("latin-1"), self._token) else WRONG_TOKEN

    def cors_headers(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """The headers that let a page of a named origin read the answer."""
        origin = headers.get("origin")
        if origin is None or not self._is_named(origin):
            return [(b"vary", b"origin")] if self._origins else []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"origin"),
        ]

    def preflight_headers(self, scope: Scope, headers: Headers) -> list[tuple[bytes, bytes]] | None:
        """The answer to a browser that asks whether a page of a named origin may ask; None for other requests."""
        if scope["method"] != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        if not self._is_named(headers.get("origin", "")):
            return None
        wanted = headers.get("access-control-request-headers", "authorization, content-type")
        found = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", wanted.encode("latin-1")),
            (b"access-control-max-age", _REMEMBERED),
        ]
        if headers.get("access-control-request-private-network") == "true":
            found.append((b"access-control-allow-private-network", b"true"))
        return found

    def _is_named(self, origin: str) -> bool:
        return origin in self._origins or _ANY in self._origins

    @staticmethod
    def _is_own(origin: str, host: str) -> bool:
        return bool(host) and origin in (f"http://{host}", f"https://{host}")

    def _is_open(self, path: str) -> bool:
        return path in self._open or path.startswith(self._folders)


def _names_this_machine(host: str) -> bool:
    """Whether a `Host` header is one that nobody else can have: `localhost`, or a loopback address, with any port."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:@/]+)(:\d*)?", host)
    if match is None:
        return False
    name = match[1].lower().rstrip(".")
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
