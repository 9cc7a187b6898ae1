"""The files of the playground's page, read once: no path of a request reaches the file system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.datastructures import Headers

from .exchange import Exchange

_TYPES = {
    "html": b"text/html; charset=utf-8",
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
_POLICY = (
    b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = [
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", _POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(frozen=True, slots=True)
class File:
    """One file of the page."""

    content: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    tag: str

    async def __call__(self, exchange: Exchange) -> None:
        """Send it, unless the browser has it."""
        if self.tag in Headers(scope=exchange.scope).get("if-none-match", ""):
            await exchange.send({"type": "http.response.start", "status": 304, "headers": [*self.headers]})
            await exchange.send({"type": "http.response.body", "body": b""})
            return
        size = (b"content-length", b"%d" % len(self.content))
        await exchange.send({"type": "http.response.start", "status": 200, "headers": [size, *self.headers]})
        body = b"" if exchange.scope["method"] == "HEAD" else self.content
        await exchange.send({"type": "http.response.body", "body": body})


@cache
def page_files() -> dict[str, File]:
    """The files by the path that they have on the server; the page itself is `/`."""
    found = {}
    for item in (files(__package__) / "playground").iterdir():
        kind = _TYPES.get(item.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if item.name == "index.html" else f"/playground/{item.name}"
            found[path] = _file(item.read_bytes(), kind)
    return found


def _file(content: bytes, kind: bytes) -> File:
    tag = f'"{sha256(content).hexdigest()[:20]}"'
    return File(content, ((b"content-type", kind), (b"etag", tag.encode()), *_HEADERS), tag)
