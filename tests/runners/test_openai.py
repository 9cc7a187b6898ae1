"""What the runner for chat-completions servers sends, and to where."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from agentkit.errors import AuthenticationError, ConfigurationError
from agentkit.generation import Finish, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec, Usage
from agentkit.runners import as_runner
from agentkit.runners.openai import OpenAIRunner

pytestmark = pytest.mark.anyio

URL = "http://models.test/v1"
REPLY = {
    "model": "m-2026",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}
ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {}})


async def sent(request: Request, **options: Any) -> tuple[httpx.Request, Finish]:
    """The one request that the runner made, and the end of its reply."""
    with respx.MockRouter() as router:
        route = router.post(url__regex=".*").respond(json=REPLY, headers={"x-request-id": "r1"})
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            runner = OpenAIRunner("m", client=client, **options)
            *_, finish = [delta async for delta in runner.generate(request)]
        assert isinstance(finish, Finish)
        return route.calls.last.request, finish


async def test_a_request_in_full() -> None:
    request, finish = await sent(Request([Message("user", "Hi")], (ADD,)), base_url=URL, api_key="secret")
    assert (request.method, str(request.url)) == ("POST", f"{URL}/chat/completions")
    assert json.loads(request.content) == {
        "model": "m",
        "tools": [ADD.to_dict()],
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 2048,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = {name: request.headers[name] for name in ("authorization", "content-type", "user-agent")}
    assert headers == {"authorization": "Bearer secret", "content-type": "application/json", "user-agent": "agentkit"}
    assert finish == Finish("stop", Usage(3, 1, requests=1), "m-2026", request_id="r1")


@pytest.mark.parametrize("base", [URL, f"{URL}/", f"{URL}/chat/completions", f"{URL}/chat/completions/", f" {URL}\n"])
async def test_the_base_url_may_have_any_ending(base: str) -> None:
    request, _ = await sent(Request([]), base_url=base)
    assert str(request.url) == f"{URL}/chat/completions"


async def test_a_server_of_ones_own_needs_no_key() -> None:
    request, _ = await sent(Request([]), base_url=URL)
    assert "authorization" not in request.headers


async def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", URL)
    monkeypatch.setenv("OPENAI_API_KEY", "secret\n")
    request, _ = await sent(Request([]))
    assert str(request.url) == f"{URL}/chat/completions"
    assert request.headers["authorization"] == "Bearer secret"


async def test_headers_of_the_user_count_more() -> None:
    request, _ = await sent(Request([]), base_url=URL, headers={"User-Agent": "mine", "x-a": "1"})
    assert request.headers.get_list("user-agent") == ["mine"]
    assert request.headers["x-a"] == "1"


async def test_not_streaming() -> None:
    request, _ = await sent(Request([], sampling=Sampling(max_tokens=5)), base_url=URL, stream=False)
    assert json.loads(request.content) == {"model": "m", "messages": [], "max_tokens": 5}


@pytest.mark.parametrize("base", [None, "https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"])
async def test_the_hosted_service(base: str | None) -> None:
    request, _ = await sent(Request([]), api_key="secret", base_url=base)
    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert json.loads(request.content)["max_completion_tokens"] == 2048


async def test_without_a_server_and_without_a_key_nothing_is_asked() -> None:
    runner = OpenAIRunner("m")
    with pytest.raises(AuthenticationError, match="OPENAI_BASE_URL for a server of yours, or OPENAI_API_KEY"):
        [delta async for delta in runner.generate(Request([]))]


def test_a_model_is_needed() -> None:
    with pytest.raises(ConfigurationError, match="name of a model"):
        OpenAIRunner("", base_url=URL)


def test_the_name_makes_the_runner_again() -> None:
    runner = as_runner("openai:org/model:7b", base_url=URL)
    assert isinstance(runner, OpenAIRunner)
    assert runner.name == "openai:org/model:7b"


async def test_what_cannot_be_sent_is_refused_before_it_is() -> None:
    runner = OpenAIRunner("m", base_url=URL)
    with pytest.raises(ConfigurationError, match="JSON"):
        [delta async for delta in runner.generate(Request([], extra={"x": object()}))]


@pytest.mark.parametrize("strict", [False, True])
async def test_a_call_written_as_text_is_a_call_unless_it_must_be_right(strict: bool) -> None:
    written = '<tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call>'
    with respx.MockRouter() as router:
        router.post(url__regex=".*").respond(json={"response": written})
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            request = Request([Message("user", "1 + 1?")], (ADD,), strict=strict)
            deltas = [delta async for delta in OpenAIRunner("m", base_url=URL, client=client).generate(request)]
    calls = [(delta.name, delta.arguments) for delta in deltas if isinstance(delta, ToolCall)]
    assert calls == ([] if strict else [("add", '{"a": 1}')])
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == (written if strict else "")
