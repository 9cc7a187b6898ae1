"""Web pages as text: `agentkit run -t web`."""

from __future__ import annotations

import re
from ipaddress import ip_network
from ssl import SSLContext

import anyio
import httpx

from agentkit import ToolError, Toolset

from ._addresses import resolve
from ._page_text import page_text

LARGEST_PAGE = 2_000_000
"""Bytes; the rest of a longer page is left out."""
LONGEST_PART = 12_000
"""Characters of one answer; the model asks for the next part."""
MOST_REDIRECTS = 5
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; agentkit)",
    "Accept": "text/html, text/*;q=0.9, application/json;q=0.8, */*;q=0.1",
    "Accept-Encoding": "identity",  # so that a small answer cannot unpack to a huge one
}


class Web(Toolset):
    """Fetch web pages as text.

    Only addresses on the public internet are opened: not this machine, not the network it is in, not a cloud's
    metadata service, also after redirects. The proxies of the environment are not used.

    Args:
        allow: Networks to open although they are not public, with spaces between, for example 10.1.0.0/16.
        seconds: How long a page may take.

    Raises:
        ValueError: `allow` has something that is no network.
    """

    def __init__(self, *, allow: str = "", seconds: float = 20) -> None:
        self._allowed = [ip_network(text) for text in allow.split()]
        self._seconds = seconds
        self._trust: SSLContext | None = None

    async def fetch_page(self, url: str, part: int = 1) -> str:
        """Fetch a web page and return its text. Changes nothing.

        Args:
            url: The full address, for example https://example.com/news.
            part: Which part of a long page; 1 is the beginning.
        """
        try:
            with anyio.fail_after(self._seconds):
                text = await self._text(url)
        except TimeoutError:
            raise ToolError(f"{url!r} did not answer within {self._seconds:g} seconds. Try another page.") from None
        parts = max(1, -(-len(text) // LONGEST_PART))
        if not 1 <= part <= parts:
            raise ToolError(f"The page has {parts} parts, there is no part {part}.")
        shown = text[(part - 1) * LONGEST_PART : part * LONGEST_PART]
        more = f"\n\n(part {part} of {parts}" + (f"; go on with part={part + 1})" if part < parts else ")")
        return (shown or "The page has no text.") + (more if parts > 1 else "")

    async def _text(self, url: str) -> str:
        async with httpx.AsyncClient(
            headers=HEADERS, trust_env=False, verify=self._context(), timeout=self._seconds
        ) as client:
            place = _parsed(url)
            for _ in range(MOST_REDIRECTS + 1):
                response = await self._open(client, place)
                try:
                    target = response.headers.get("location") if response.is_redirect else None
                    if target is None:
                        return await _read(response, place)
                finally:
                    await response.aclose()
                place = _next(place, target)
        raise ToolError(f"{url!r} redirects more than {MOST_REDIRECTS} times. Try another address.")

    async def _open(self, client: httpx.AsyncClient, url: httpx.URL) -> httpx.Response:
        """Connect to an address that was checked, under the name that was asked for."""
        port = url.port or (443 if url.scheme == "https" else 80)
        failure: Exception | None = None
        for address in await resolve(url.host, port, self._allowed):
            request = client.build_request(
                "GET",
                url.copy_with(host=address),
                headers={"Host": url.netloc.decode()},
                extensions={"sni_hostname": url.host},
            )
            try:
                return await client.send(request, stream=True)
            except httpx.ConnectError as error:  # the next address may work
                failure = error
            except httpx.HTTPError as error:
                failure = error
                break
        raise ToolError(f"{str(url)!r} cannot be fetched ({_reason(failure)}). Try another page.")

    def _context(self) -> SSLContext:
        if self._trust is None:
            self._trust = httpx.create_ssl_context()
        return self._trust


def _parsed(url: str) -> httpx.URL:
    try:
        return _checked(httpx.URL(url if "://" in url else f"https://{url}"))
    except httpx.InvalidURL as error:
        raise ToolError(f"{url!r} is not an address ({error}). Use one like https://example.com/news.") from None


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ToolError(f"{str(url)!r} cannot be opened. Use an address like https://example.com/news.")
    return url


def _next(place: httpx.URL, target: str) -> httpx.URL:
    try:
        return _checked(place.join(target))
    except httpx.InvalidURL as error:
        raise ToolError(f"{str(place)!r} leads to no address ({error}). Try another page.") from None


def _reason(error: BaseException | None) -> str:
    """What went wrong, which may be said only by the error behind the error."""
    while error is not None:
        if str(error):
            return str(error)
        error = error.__cause__ or error.__context__
    return "the connection failed"


async def _read(response: httpx.Response, url: httpx.URL) -> str:
    if response.status_code >= 400:
        raise ToolError(f"{str(url)!r} answers {response.status_code} {response.reason_phrase}. Try another page.")
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if not re.fullmatch(r"text/.*|application/(.*\+)?(json|xml)|application/(javascript|yaml)", kind):
        raise ToolError(f"{str(url)!r} is {kind}, not text. Try another page.")
    data = b""
    try:
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > LARGEST_PAGE:
                await response.aclose()  # ends the loop by an error; trio warns of one that is left by `break`
    except httpx.HTTPError as error:
        if len(data) <= LARGEST_PAGE:
            raise ToolError(f"{str(url)!r} broke off ({_reason(error)}). Try again, or another page.") from None
    cut = f"\n\n(cut after {LARGEST_PAGE:,} bytes)" if len(data) > LARGEST_PAGE else ""
    text = _decoded(data[:LARGEST_PAGE], response.charset_encoding)
    if "html" in kind:
        text = await anyio.to_thread.run_sync(page_text, text, str(url))
    return text + cut


def _decoded(data: bytes, charset: str | None) -> str:
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", data[:2048], re.IGNORECASE)
    for name in (charset, declared[1].decode() if declared else None):
        try:
            return data.decode(name, "replace") if name else data.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")
