"""What every test shares: both event loops, and an environment without settings of the developer."""

from __future__ import annotations

import signal

import pytest

SETTINGS = (
    "AGENTKIT_MEMORY",
    "AGENTKIT_RUNNER",
    "AGENTKIT_TOKEN",
    "COLUMNS",
    "LINES",
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


def pytest_configure() -> None:
    """Hear Ctrl-C, and let the programs under test hear it, also where a shell started the tests in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The event loop that an async test runs on."""
    return str(request.param)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
