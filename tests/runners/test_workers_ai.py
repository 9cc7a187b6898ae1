"""What the runner for Workers AI sends, and to where."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from agentkit.errors import AuthenticationError, ConfigurationError, ModelNotFoundError
from agentkit.generation import Finish, Request, TextDelta
from agentkit.messages import Message, ToolSpec, Usage
from agentkit.runners import as_runner
from agentkit.runners.workers_ai import WorkersAIRunner

pytestmark = pytest.mark.anyio

MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
ACCOUNT = "0123456789abcdef0123456789abcdef"
RUN = f"https://api.cloudflare.com/client/v4/accounts/{ACCOUNT}/ai/run/{MODEL}"
HEADERS = {"cf-ai-req-id": "r1", "cf-ai-neurons": "1.98"}
REPLY = {"result": {"response": "Hello"}, "success": True, "errors": [], "messages": []}
ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {}})


async def sent(request: Request, **options: Any) -> tuple[httpx.Request, list[Any]]:
    """The one request that the runner made, and the deltas of its reply."""
    given = {"account_id": ACCOUNT, "api_token": "secret"} | options
    with respx.MockRouter() as router:
        route = router.post(url__regex=".*").respond(json=REPLY, headers=HEADERS)
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            runner = WorkersAIRunner(MODEL, client=client, **given)
            deltas = [delta async for delta in runner.generate(request)]
        return route.calls.last.request, deltas


async def test_a_request_in_full() -> None:
    request, deltas = await sent(Request([Message("user", "Hi")], (ADD,)))
    assert (request.method, str(request.url)) == ("POST", RUN)
    assert request.url.raw_path.endswith(b"/ai/run/@cf/meta/llama-3.3-70b-instruct-fp8-fast")
    assert json.loads(request.content) == {
        "tools": [ADD.to_dict()],
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 2048,
        "stream": True,
    }
    headers = {name: request.headers[name] for name in ("authorization", "content-type", "user-agent")}
    assert headers == {"authorization": "Bearer secret", "content-type": "application/json", "user-agent": "agentkit"}
    assert "x-session-affinity" not in request.headers
    assert deltas == [TextDelta("Hello"), Finish("stop", Usage(neurons=1.98, requests=1), MODEL, request_id="r1")]


async def test_a_schema_is_bare_and_not_streamed() -> None:
    request, _ = await sent(Request([], output_schema={"type": "object"}))
    body = json.loads(request.content)
    assert body["response_format"] == {"type": "json_schema", "json_schema": {"type": "object"}}
    assert "stream" not in body


@pytest.mark.parametrize(("key", "header"), [("abc-1", "abc-1"), ("chat 7/ä\n", "chat%207/%C3%A4%0A")])
async def test_a_conversation_stays_on_its_replica(key: str, header: str) -> None:
    request, _ = await sent(Request([], conversation=key))
    assert request.headers["x-session-affinity"] == header


GATEWAY = f"https://gateway.ai.cloudflare.com/v1/{ACCOUNT}/mine"
LOCAL = "http://localhost:8000"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (GATEWAY, f"{GATEWAY}/workers-ai/{MODEL}"),
        (f"{GATEWAY}/", f"{GATEWAY}/workers-ai/{MODEL}"),
        (f"{GATEWAY}/workers-ai", f"{GATEWAY}/workers-ai/{MODEL}"),
        (LOCAL, f"{LOCAL}/client/v4/accounts/{ACCOUNT}/ai/run/{MODEL}"),
        (f"{LOCAL}/client/v4", f"{LOCAL}/client/v4/accounts/{ACCOUNT}/ai/run/{MODEL}"),
        (f"{LOCAL}/ai", f"{LOCAL}/ai/run/{MODEL}"),
        (f"{LOCAL}/client/v4/accounts/x/ai/run/", f"{LOCAL}/client/v4/accounts/x/ai/run/{MODEL}"),
    ],
)
async def test_the_base_url(base: str, url: str) -> None:
    request, _ = await sent(Request([]), base_url=base)
    assert str(request.url) == url


async def test_a_gateway_does_not_answer_from_its_cache() -> None:
    direct, _ = await sent(Request([]))
    gateway, _ = await sent(Request([]), base_url=GATEWAY)
    asked, _ = await sent(Request([]), base_url=GATEWAY, headers={"CF-AIG-Skip-Cache": "false"})
    assert "cf-aig-skip-cache" not in direct.headers
    assert gateway.headers["cf-aig-skip-cache"] == "true"
    assert asked.headers.get_list("cf-aig-skip-cache") == ["false"]


async def test_a_gateway_has_the_account_in_its_url() -> None:
    request, _ = await sent(Request([]), base_url=GATEWAY, account_id=None)
    assert request.url.path.startswith(f"/v1/{ACCOUNT}/")


@pytest.mark.parametrize("name", ["CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN"])
async def test_settings_come_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", f"{ACCOUNT}\n")
    monkeypatch.setenv(name, " secret\n")
    request, _ = await sent(Request([]), account_id=None, api_token=None)
    assert str(request.url) == RUN
    assert request.headers["authorization"] == "Bearer secret"


def test_the_seeds_name_of_the_token_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_AUTH_TOKEN", "a b")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "secret")
    with pytest.raises(AuthenticationError, match="CLOUDFLARE_AUTH_TOKEN"):
        WorkersAIRunner(MODEL, account_id=ACCOUNT)


def test_a_missing_account_is_told() -> None:
    with pytest.raises(AuthenticationError, match=r"account_id is missing\. .*CLOUDFLARE_ACCOUNT_ID"):
        WorkersAIRunner(MODEL, api_token="secret")


def test_a_missing_token_is_told() -> None:
    with pytest.raises(AuthenticationError, match=r"api_token is missing\. .*_AUTH_TOKEN or CLOUDFLARE_API_TOKEN"):
        WorkersAIRunner(MODEL, account_id=ACCOUNT)


@pytest.mark.parametrize("account", ["a/b", "me@example.com", "a-b"])
def test_an_account_that_is_none_is_refused(account: str) -> None:
    with pytest.raises(AuthenticationError, match="32 letters and digits"):
        WorkersAIRunner(MODEL, account_id=account, api_token="secret")


@pytest.mark.parametrize("model", ["", "llama", "cf/meta/llama"])
def test_a_model_that_is_none_is_refused(model: str) -> None:
    with pytest.raises(ConfigurationError, match="@cf/ or @hf/"):
        WorkersAIRunner(model, account_id=ACCOUNT, api_token="secret")


@pytest.mark.parametrize("name", [MODEL, f"workers-ai:{MODEL}"])
def test_the_name_makes_the_runner_again(name: str) -> None:
    runner = as_runner(name, account_id=ACCOUNT, api_token="secret")
    assert isinstance(runner, WorkersAIRunner)
    assert runner.name == f"workers-ai:{MODEL}"


async def test_an_unknown_model_is_told() -> None:
    body = {"errors": [{"message": f"No such model {MODEL} or task", "code": 5007}], "success": False}
    with respx.MockRouter() as router:
        router.post(RUN).respond(400, json=body)
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            runner = WorkersAIRunner(MODEL, client=client, account_id=ACCOUNT, api_token="secret")
            with pytest.raises(ModelNotFoundError, match="No such model"):
                [delta async for delta in runner.generate(Request([]))]
