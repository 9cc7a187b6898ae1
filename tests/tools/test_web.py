"""The web tool, against real servers on loopback, which has to be allowed for it."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from agentkit import ToolError
from agentkit.tools._addresses import is_public
from agentkit.tools._page_text import page_text
from agentkit.tools.web import LARGEST_PAGE, LONGEST_PART, Web

pytestmark = pytest.mark.anyio

PAGE = """<!doctype html><html><head><title>Opening &amp; closing</title><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><h1>Hours</h1><p>Open from <b>9:00</b> to 18:00.</p><script>var x</script>
<form><ul><li>Monday<li>Tuesday</ul></form><p><a href="/map">The map</a></p><footer>Cookies</footer></body></html>"""

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(respond: Respond, address: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on loopback; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer((address, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]  # a client that leaves early is no news
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Respond:
    data = body.encode() if isinstance(body, str) else body

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content_Type": kind, "Content_Length": str(len(data))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return respond


def redirect(target: str) -> Respond:
    return page(b"", status=302, Location=target)


@pytest.fixture
def web() -> Web:
    """Allowed to open the one loopback address that the servers here use."""
    return Web(allow="127.0.0.1", seconds=5)


async def test_a_page_becomes_its_title_and_text(web: Web) -> None:
    with serving(page(PAGE)) as port:
        text = await web.fetch_page(f"http://127.0.0.1:{port}/")
    assert text.startswith("Opening & closing\n")
    assert "Open from **9:00** to 18:00." in text
    assert "Monday" in text
    assert f"[The map](http://127.0.0.1:{port}/map)" in text
    assert not any(word in text for word in ("Home", "Cookies", "var x"))


async def test_the_server_is_asked_by_its_name_though_connected_by_address(web: Web) -> None:
    hosts: list[str | None] = []

    def respond(request: BaseHTTPRequestHandler) -> None:
        hosts.append(request.headers["Host"])
        page("hello", "text/plain")(request)

    with serving(respond) as port:
        web = Web(allow="127.0.0.1 ::1")
        assert await web.fetch_page(f"http://localhost:{port}/") == "hello"
    assert hosts == [f"localhost:{port}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://168.63.129.16/",
        "http://192.0.0.192/",
        "http://[fd00:ec2::254]/",
    ],
)
async def test_what_is_not_on_the_public_internet_is_not_opened(url: str) -> None:
    with pytest.raises(ToolError, match=r"not on the public internet|no host"):
        await Web().fetch_page(url)


async def test_a_redirect_to_where_nothing_is_allowed_is_not_followed(web: Web) -> None:
    asked: list[str] = []

    def respond(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        page("the secret", "text/plain")(request)

    with (
        serving(respond, "127.0.0.2") as secret,
        serving(redirect(f"http://127.0.0.2:{secret}/")) as port,
        pytest.raises(ToolError, match=r"'127\.0\.0\.2' is at 127\.0\.0\.2, which is not on the public internet"),
    ):
        await web.fetch_page(f"http://127.0.0.1:{port}/")
    assert not asked


async def test_a_redirect_is_followed_where_it_may_go(web: Web) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        (redirect("/new") if request.path == "/old" else page("moved here", "text/plain"))(request)

    with serving(respond) as port:
        assert await web.fetch_page(f"http://127.0.0.1:{port}/old") == "moved here"


async def test_redirects_in_a_circle_end(web: Web) -> None:
    with serving(redirect("/again")) as port, pytest.raises(ToolError, match="redirects more than"):
        await web.fetch_page(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("target", ["file:///etc/hosts", "ftp://127.0.0.1/", "http://user:secret@127.0.0.1/"])
async def test_a_redirect_to_another_scheme_is_not_followed(web: Web, target: str) -> None:
    with serving(redirect(target)) as port, pytest.raises(ToolError, match="cannot be opened"):
        await web.fetch_page(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:7f00:1::", False),
        ("fe80::1", False),
        ("ff02::1", False),
    ],
)
async def test_addresses_are_sorted_into_public_and_not(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_certificate_of_the_name_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Although the connection goes to an address, the certificate is checked for the name."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name, accepted in (("localhost", True), ("other.example", False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        with serving(page("private", "text/plain"), context=context) as port:
            fetch = Web(allow="127.0.0.1 ::1").fetch_page(f"https://localhost:{port}/")
            if accepted:
                assert await fetch == "private"
            else:
                with pytest.raises(ToolError, match="certificate"):
                    await fetch


async def test_a_page_that_hangs_is_given_up(web: Web) -> None:
    release = threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        release.wait(20)

    with serving(respond) as port:
        try:
            with pytest.raises(ToolError, match=r"within 0\.2 seconds"):
                await Web(allow="127.0.0.1", seconds=0.2).fetch_page(f"http://127.0.0.1:{port}/")
        finally:
            release.set()


async def test_a_page_that_drips_for_ever_is_given_up() -> None:
    """Each byte comes in time, the page does not."""
    release = threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not release.wait(0.02):
            request.wfile.write(b"x")

    with serving(respond) as port:
        try:
            with pytest.raises(ToolError, match="did not answer within"):
                await Web(allow="127.0.0.1", seconds=0.3).fetch_page(f"http://127.0.0.1:{port}/")
        finally:
            release.set()


async def test_a_page_without_end_is_cut(web: Web) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/plain")
        request.end_headers()
        while True:
            request.wfile.write(b"word " * 10_000)

    with serving(respond) as port:
        parts = -(-LARGEST_PAGE // LONGEST_PART)
        text = await web.fetch_page(f"http://127.0.0.1:{port}/", part=parts)
    assert "(cut after 2,000,000 bytes)" in text


async def test_a_long_page_comes_in_parts(web: Web) -> None:
    with serving(page("a" * LONGEST_PART + "b", "text/plain")) as port:
        url = f"http://127.0.0.1:{port}/"
        assert (await web.fetch_page(url)).endswith("(part 1 of 2; go on with part=2)")
        assert await web.fetch_page(url, part=2) == "b\n\n(part 2 of 2)"
        with pytest.raises(ToolError, match="has 2 parts"):
            await web.fetch_page(url, part=3)


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/octet-stream"])
async def test_what_is_no_text_is_refused(web: Web, kind: str) -> None:
    with serving(page(b"\x89PNG", kind)) as port, pytest.raises(ToolError, match=f"is {kind}, not text"):
        await web.fetch_page(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        ("Grüße".encode(), "text/plain"),
        ("<meta charset='iso-8859-1'><p>Grüße".encode("latin-1"), "text/html"),
        ("Grüße".encode(), "text/plain; charset=no-such-charset"),
    ],
)
async def test_the_encoding_is_what_the_page_says(web: Web, data: bytes, kind: str) -> None:
    with serving(page(data, kind)) as port:
        assert await web.fetch_page(f"http://127.0.0.1:{port}/") == "Grüße"


async def test_a_compressed_page_is_read_though_not_asked_for(web: Web) -> None:
    with serving(page(gzip.compress(b"hello"), "text/plain", Content_Encoding="gzip")) as port:
        assert await web.fetch_page(f"http://127.0.0.1:{port}/") == "hello"


async def test_a_status_of_failure_is_told(web: Web) -> None:
    with serving(page("no", status=404)) as port, pytest.raises(ToolError, match="answers 404 Not Found"):
        await web.fetch_page(f"http://127.0.0.1:{port}/")


async def test_a_page_that_breaks_off_is_told(web: Web) -> None:
    with serving(page("half", Content_Length="400")) as port, pytest.raises(ToolError, match="broke off"):
        await web.fetch_page(f"http://127.0.0.1:{port}/")


async def test_a_server_that_is_not_there_is_told(web: Web) -> None:
    with pytest.raises(ToolError, match="cannot be fetched"):
        await web.fetch_page("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "url", ["", "http://", "javascript:alert(1)", "http://exa mple/", "//x", "http://a:b@c/", "\0"]
)
async def test_what_is_no_address_is_told(web: Web, url: str) -> None:
    with pytest.raises(ToolError):
        await web.fetch_page(url)


async def test_allow_takes_networks_only() -> None:
    with pytest.raises(ValueError, match="localhost"):
        Web(allow="localhost")


@pytest.mark.parametrize(
    "text", ["", "<", "\0", "<p>" * 1000, "plain", "\ud800", "<title>x", "<table>" * 500, "&#0;&bad;"]
)
async def test_any_page_becomes_text(text: str) -> None:
    assert isinstance(page_text(text, "http://example.com/"), str)
