"""The playground's routes: its files, what it is told of the server, and its calls of tools."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import ASGIApp

from agentkit import tool
from agentkit.runners.scripted import Scripted
from agentkit.server.assembly import assemble
from agentkit.server.playground_config import parameters
from agentkit.server.playground_files import page_files
from agentkit.server.state import State
from agentkit.wire.serving.card import Edition

notes: list[str] = []
stopped = threading.Event()
started = threading.Event()


@tool(approve=True)
def write_note(text: str) -> str:
    """Write a note.

    Args:
        text: What it says.
    """
    notes.append(text)
    return f"wrote {len(text)} characters"


@tool
async def wait_long() -> str:
    """Wait."""
    started.set()
    try:
        await anyio.sleep(60)
    finally:
        stopped.set()
    return "waited"


def with_tools(state: State) -> ASGIApp:
    return assemble(state, [write_note, wait_long])


@pytest.fixture
def client(serve: Any) -> Iterable[httpx.Client]:
    notes.clear()
    with httpx.Client(base_url=serve(Scripted([]), with_tools).url) as client:
        yield client


def called(client: httpx.Client, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/playground/tools/{name}", json=body)
    return answer.status_code, answer.json()


def test_the_page_may_load_nothing_from_elsewhere_and_run_no_inline_script(client: httpx.Client) -> None:
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|https?://", answer.text)


def test_everything_that_the_files_name_is_there(client: httpx.Client) -> None:
    for path, file in page_files().items():
        text = file.content.decode()
        assert client.get(path).content == file.content
        named = re.findall(r'(?:src|href)="(playground/[^"]+)"', text)
        imported = re.findall(r'from "\./([^"]+)"', text)
        for name in [*named, *(f"playground/{item}" for item in imported)]:
            assert f"/{name}" in page_files(), f"{path} names {name}"


def test_no_file_makes_markup_of_text() -> None:
    for path, file in page_files().items():
        assert not re.search(
            rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", file.content
        ), path


def test_the_page_weighs_less_than_100_kilobytes() -> None:
    assert sum(len(file.content) for file in page_files().values()) < 100_000


def test_what_the_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/playground/main.js")
    again = client.get("/playground/main.js", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert client.head("/").headers["content-length"] == str(len(page_files()["/"].content))


@pytest.mark.parametrize(
    "path", ["/playground/", "/playground/../app.py", "/playground/%2e%2e/app.py", "/playground/x.js"]
)
def test_only_the_files_of_the_page_are_served(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_itself_needs_no_token_but_all_that_it_asks_does(serve: Any) -> None:
    with httpx.Client(base_url=serve(Scripted([]), with_tools, token="secret").url) as client:
        assert client.get("/").status_code == 200
        assert client.get("/playground/main.js").status_code == 200
        for answer in (client.get("/playground/config.json"), client.post("/playground/tools/now", json={})):
            assert answer.json()["errors"][0]["code"] == 9106
        allowed = client.get("/playground/config.json", headers={"authorization": "Bearer secret"}).json()
        assert allowed["needs_token"] is True


def test_the_configuration_tells_models_with_their_limits(client: httpx.Client) -> None:
    told = client.get("/playground/config.json").json()
    [model] = told["models"]
    assert (model["name"], model["edition"], model["max_tokens"], model["is_agent"]) == (
        "@cf/test/model",
        "2025",
        256,
        False,
    )
    assert told["parameters"]["2025"] == parameters("2025")


def test_the_configuration_tells_the_tools_and_which_of_them_ask_first(client: httpx.Client) -> None:
    tools = {item["name"]: item for item in client.get("/playground/config.json").json()["tools"]}
    assert {name for name, item in tools.items() if item["approve"]} == {"write_note"}
    assert {"now", "calculate"} <= set(tools)
    assert tools["write_note"]["parameters"]["required"] == ["text"]


@pytest.mark.parametrize(
    ("edition", "name", "low", "high"),
    [
        ("2024", "temperature", 0, 5),
        ("2024", "top_p", 0, 2),
        ("2025", "top_p", 0.001, 1),
        ("2024-tools", "presence_penalty", 0, 2),
        ("2025", "presence_penalty", -2, 2),
        ("2025", "seed", 1, 9_999_999_999),
    ],
)
def test_parameters_have_the_documented_ranges(edition: Edition, name: str, low: float, high: float) -> None:
    [row] = [row for row in parameters(edition) if row["name"] == name]
    assert (row["minimum"], row["maximum"]) == (low, high)


def test_the_first_edition_has_one_parameter() -> None:
    assert [row["name"] for row in parameters("2023")] == ["max_tokens"]


def test_a_tool_is_called_with_arguments_as_text_or_object(client: httpx.Client) -> None:
    for arguments in ({"expression": "6 * 7"}, '{"expression": "6 * 7"}'):
        status, result = called(client, "calculate", arguments=arguments)
        assert (status, result["status"], result["content"]) == (200, "ok", "42")
        assert result["seconds"] >= 0


def test_wrong_arguments_are_told_as_the_model_would_see_them(client: httpx.Client) -> None:
    status, result = called(client, "calculate", arguments={"formula": [1]})
    assert (status, result["status"]) == (200, "invalid")
    assert "expression" in result["content"]


def test_an_unknown_tool_is_told_as_the_model_would_see_it(client: httpx.Client) -> None:
    status, result = called(client, "calculat", arguments={})
    assert (status, result["status"]) == (200, "unknown")
    assert "Did you mean 'calculate'?" in result["content"]


@pytest.mark.parametrize("approved", [None, False, "true", 1])
def test_a_marked_tool_does_not_run_unless_it_was_approved(client: httpx.Client, approved: Any) -> None:
    status, body = called(client, "write_note", arguments={"text": "hi"}, approved=approved)
    assert (status, body["success"], notes) == (403, False, [])


def test_an_approved_call_runs(client: httpx.Client) -> None:
    status, result = called(client, "write_note", arguments={"text": "hi"}, approved=True)
    assert (status, result["content"], notes) == (200, "wrote 2 characters", ["hi"])


@pytest.mark.parametrize("body", [[], "text", {"arguments": 3}, {"arguments": None}])
def test_a_body_without_arguments_is_refused(client: httpx.Client, body: Any) -> None:
    answer = client.post("/playground/tools/now", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 3003)


def test_pages_of_other_sites_call_no_tools(client: httpx.Client) -> None:
    answer = client.post("/playground/tools/now", json={"arguments": {}}, headers={"origin": "https://example.com"})
    assert answer.status_code == 403


def test_a_call_ends_when_the_page_goes_away(client: httpx.Client) -> None:
    started.clear()
    stopped.clear()
    with pytest.raises(httpx.ReadTimeout):
        client.post("/playground/tools/wait_long", json={"arguments": {}}, timeout=httpx.Timeout(10, read=0.5))
    assert started.is_set()
    assert stopped.wait(10)


def test_there_is_no_playground_where_it_is_switched_off(serve: Any) -> None:
    url = serve(Scripted([]), with_tools, playground=False).url
    assert httpx.get(url + "/").status_code == 404
    assert httpx.post(url + "/playground/tools/now", json={}).status_code == 404


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_and_controls_have_the_contrast_that_people_need(scheme: int) -> None:
    style = page_files()["/playground/base.css"].content.decode()
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    colours = {name: pair[scheme] for name, *pair in found}
    grounds = ("bg", "side", "card")
    for ink in ("ink", "soft", "accent", "bad"):
        for ground in grounds:
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ink, ground in (("ink", "tint"), ("accent", "tint"), ("bad", "bad-tint"), ("ink", "bad-tint"), ("ink", "line")):
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ground in ("accent", "accent-strong"):
        assert contrast(colours["on-accent"], colours[ground]) >= 4.5, ground
    assert all(contrast(colours["edge"], colours[ground]) >= 3 for ground in grounds)
    assert contrast(colours["soft"], colours["line"]) >= 4.5
