"""The playground in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import anyio
import pytest
from starlette.types import ASGIApp

from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Usage
from agentkit.server.assembly import assemble
from agentkit.server.state import State

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE = 20_000
"""Milliseconds after which something does not happen any more."""

Open = Callable[..., Any]


@pytest.fixture(scope="module")  # Playwright's event loop must be gone before tests that bring their own
def browser() -> Iterator[Any]:
    """A Chromium that the tests of a file share."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page, which must load nothing from elsewhere and report no error."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    asked: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    yield page
    context.close()
    assert not [error for error in errors if not error.startswith("Failed to load resource")], errors
    assert len(asked) <= 1, asked


@pytest.fixture
def open_page(page: Any, serve: Any) -> Open:
    """Opens the playground of a server that is started for it: runner or models, tools, and settings."""

    def open_it(models: Any, tools: Any = (), query: str = "", **settings: Any) -> Any:
        def make(state: State) -> ASGIApp:
            return assemble(state, tools)

        page.goto(serve(models, make, **settings).url + "/" + query)
        if not settings.get("token"):
            page.wait_for_selector("#model:enabled")
        return page

    return open_it


class Gated:
    """Writes two words, and the rest only when the gate is opened."""

    name = "gated"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.left = threading.Event()
        """Whether a generation ended before its end."""
        self.requests: list[Request] = []

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        self.requests.append(request)
        try:
            yield TextDelta("One ")
            yield TextDelta("two ")
            await anyio.to_thread.run_sync(self.gate.wait, abandon_on_cancel=True)
            yield TextDelta("three.")
        except BaseException:
            self.left.set()
            raise
        yield Finish("stop", Usage(7, 3, requests=1))

    async def aclose(self) -> None:
        """Nothing to free."""


@pytest.fixture
def gated() -> Iterator[Gated]:
    gated = Gated()
    yield gated
    gated.gate.set()  # a thread waits there, also of a generation that was stopped


@pytest.fixture
def until(page: Any) -> Callable[[str], None]:
    """Waits until a JavaScript expression holds. Playwright's own way to do so is forbidden by the page's policy."""

    def wait(expression: str) -> None:
        for _ in range(PATIENCE // 50):
            if page.evaluate(expression):
                return
            page.wait_for_timeout(50)
        pytest.fail(f"it never holds: {expression}")

    return wait


@pytest.fixture
def ask(page: Any, until: Callable[[str], None]) -> Callable[[str], None]:
    """Asks, and waits for the end of the answer."""

    def ask_it(text: str) -> None:
        page.fill("#prompt", text)
        page.press("#prompt", "Control+Enter")
        page.wait_for_selector("#send:visible")
        until("!document.querySelector('.writing')")
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    return ask_it
