"""Recording real traffic once and replaying it: with a real server, and with none."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agentkit import Agent, ConfigurationError, tool
from agentkit.errors import RateLimitedError, ReplayError
from agentkit.testing import Cassette

pytestmark = pytest.mark.anyio
pytest_plugins = ["pytester"]

KEY, ACCOUNT = "sk-very-secret", "0123456789abcdef"


class Server(BaseHTTPRequestHandler):
    """Calls `look` first, then answers; natively, so that the ids of calls are ours. Repeats the secret, too."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        results = [message["content"] for message in body["messages"] if message["role"] == "tool"]
        if body["messages"][0]["content"] == "Too much":
            return self._send(429, {"errors": [{"code": 3021, "message": "slow down"}], "success": False})
        frame: dict[str, Any] = {"response": f"It is {results[0]}. {KEY}"} if results else {
            "response": "", "tool_calls": [{"name": "look", "arguments": {"place": "Lagos"}}]}  # fmt: skip
        return self._send(200, {"result": frame, "success": True, "errors": [], "messages": []})

    def _send(self, status: int, data: Any) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("set-cookie", f"token={KEY}")
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a server that is there while the test runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@tool
def look(place: str) -> str:
    """Look at the weather."""
    return f"sunny in {place}"


async def ask(cassette: Cassette, question: str, **options: Any) -> str:
    runner = cassette.runner("@cf/a/b", **options)
    return (await Agent(runner, tools=[look]).run(question)).response


async def recorded(path: Path, url: str, question: str = "Weather?") -> None:
    with Cassette(path, record=True) as cassette:
        answer = await ask(cassette, question, base_url=url, account_id=ACCOUNT, api_token=KEY)
    assert answer.startswith("It is sunny in Lagos.")


async def test_what_was_recorded_is_replayed_without_key_and_network(tmp_path: Path, url: str) -> None:
    await recorded(tmp_path / "a.json", url)
    with Cassette(tmp_path / "a.json") as cassette:
        assert (await ask(cassette, "Weather?")).startswith("It is sunny in Lagos.")


async def test_no_secret_lies_in_the_file(tmp_path: Path, url: str) -> None:
    await recorded(tmp_path / "a.json", url)
    text = (tmp_path / "a.json").read_text()
    assert KEY not in text
    assert ACCOUNT not in text
    assert "cookie" not in text
    assert "SECRET" in text


async def test_a_request_that_was_never_recorded_fails_with_the_difference(tmp_path: Path, url: str) -> None:
    await recorded(tmp_path / "a.json", url)
    with pytest.raises(ReplayError) as caught, Cassette(tmp_path / "a.json") as cassette:
        await ask(cassette, "Weather now?")
    lines = str(caught.value).splitlines()
    assert "never recorded" in lines[0]
    assert any(line.startswith("-") and "Weather?" in line for line in lines)
    assert any(line.startswith("+") and "Weather now?" in line for line in lines)


async def test_one_request_more_fails(tmp_path: Path, url: str) -> None:
    await recorded(tmp_path / "a.json", url)
    with pytest.raises(ReplayError, match="and one more"), Cassette(tmp_path / "a.json") as cassette:
        await ask(cassette, "Weather?")
        await ask(cassette, "Weather?")


async def test_a_request_that_is_not_made_any_more_fails(tmp_path: Path, url: str) -> None:
    await recorded(tmp_path / "a.json", url)
    with pytest.raises(ReplayError, match="2 of 2 recorded requests"), Cassette(tmp_path / "a.json"):
        pass


async def test_errors_are_replayed_with_what_matters_of_their_headers(tmp_path: Path, url: str) -> None:
    for record in (True, False):
        with Cassette(tmp_path / "a.json", record=record) as cassette:
            keys = {"base_url": url, "account_id": ACCOUNT, "api_token": KEY} if record else {}
            with pytest.raises(RateLimitedError) as caught:
                await ask(cassette, "Too much", retries=1, **keys)
            assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, 3021, 0)


def test_a_runner_that_asks_no_server_cannot_be_recorded(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="asks no server"):
        Cassette(tmp_path / "a.json", record=True).runner("local")


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"takes": [{}]}', "\x00"])
def test_a_file_that_is_no_recording(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    with pytest.raises(ConfigurationError, match="no recording") as caught:
        Cassette(tmp_path / "a.json")
    assert "pytest --record-cassettes" in str(caught.value)


USER_TEST = """
import os
from agentkit import Agent, tool

@tool
def look(place: str) -> str:
    '''Look at the weather.'''
    return f"sunny in {place}"

def test_weather(cassette):
    options = {"base_url": os.environ["URL"]} if "URL" in os.environ else {}
    agent = Agent(cassette.runner("@cf/a/b", **options), tools=[look])
    assert "sunny in Lagos" in agent.run_sync("Weather?").response

def test_that_fails_by_itself(cassette):
    assert 0, "not because of the cassette"
"""


def test_the_fixture_records_and_replays(pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makeconftest('pytest_plugins = ["agentkit.testing.plugin"]')
    pytester.makepyfile(test_it=USER_TEST)
    weather = ("-k", "weather")
    pytester.runpytest_subprocess(*weather).stdout.fnmatch_lines(["*there is no recording *test_weather.json*"])
    settings = {"URL": url, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT, "CLOUDFLARE_AUTH_TOKEN": KEY}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    pytester.runpytest_subprocess("--record-cassettes", *weather).assert_outcomes(passed=1)
    for name in settings:
        monkeypatch.delenv(name)
    path = pytester.path / "cassettes" / "test_it" / "test_weather.json"
    assert len(json.loads(path.read_text())["takes"]) == 2
    pytester.runpytest_subprocess(*weather).assert_outcomes(passed=1)
    (path.parent / "test_that_fails_by_itself.json").write_text(path.read_text())
    result = pytester.runpytest_subprocess("-k", "fails")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*were not made*")
