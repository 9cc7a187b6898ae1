"""What a server says that it serves, to real clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest
from cloudflare import Cloudflare
from starlette.types import ASGIApp

from agentkit.runners.scripted import Scripted
from agentkit.server.assembly import assemble
from agentkit.server.models import Served
from agentkit.server.state import State
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.schemas import input_schema, output_schema

Serve = Callable[..., Any]

QWEN = Card("@cf/qwen/qwen1.5-1.8b-chat", edition="2024", context=7500, capabilities=("function_calling",))
LLAMA = Card("@hf/thebloke/llama-2-13b-chat-awq", edition="2024-tools", aliases=("llama",))
OWN = Card("mine", capabilities=("async_queue", "json_mode"))
NAMES = [QWEN.name, LLAMA.name, "llama", "mine"]


def whole(state: State) -> ASGIApp:
    return assemble(state)


@pytest.fixture
def site(serve: Serve) -> Any:
    """Three models, one with an alias."""
    return serve([Served(card, Scripted([])) for card in (QWEN, LLAMA, OWN)], whole)


@pytest.fixture
def client(site: Any) -> Any:
    with Cloudflare(api_token="any", base_url=f"{site.url}/client/v4", max_retries=0) as client:
        yield client


def test_the_official_client_lists_the_models(client: Cloudflare) -> None:
    rows: list[Any] = list(client.ai.models.list(account_id="me"))
    assert [row["name"] for row in rows] == NAMES
    assert {row["task"]["name"] for row in rows} == {"Text Generation"}


def test_the_official_client_reads_page_by_page(client: Cloudflare) -> None:
    page = client.ai.models.list(account_id="me", per_page=3)
    assert len(page.result) == 3
    assert page.result_info is not None
    assert page.result_info.to_dict() == {"page": 1, "per_page": 3, "count": 3, "total_count": 4}
    rows: list[Any] = list(page)
    assert [row["name"] for row in rows] == NAMES


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"author": "qwen"}, [QWEN.name]),
        ({"source": 2}, [LLAMA.name]),
        ({"search": "13B"}, [LLAMA.name, "llama"]),
        ({"task": "Text Generation"}, NAMES),
        ({"task": "Text Generation ", "search": "13B"}, []),
        ({"hide_experimental": True}, NAMES),
    ],
)
def test_the_official_client_searches(client: Cloudflare, query: dict[str, Any], names: list[str]) -> None:
    rows: list[Any] = list(client.ai.models.list(account_id="me", **query))
    assert [row["name"] for row in rows] == names


def test_a_task_that_nothing_has_is_an_empty_success(site: Any) -> None:
    reply = httpx.get(f"{site.url}/client/v4/accounts/me/ai/models/search", params={"task": "Text-to-Image"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {
        "result": [],
        "success": True,
        "errors": [],
        "messages": [],
        "result_info": {"page": 1, "per_page": 50, "count": 0, "total_count": 0},
    }


def test_the_official_client_gets_the_schemas(client: Cloudflare) -> None:
    found = client.ai.models.schema.get(account_id="me", model=QWEN.name).to_dict()
    assert found == {"input": input_schema("2024"), "output": output_schema("2024")}


def test_the_schemas_of_an_alias_are_those_of_its_model(site: Any) -> None:
    reply = httpx.get(f"{site.url}/ai/models/schema", params={"model": "llama"})
    assert reply.json()["result"]["input"] == input_schema("2024-tools")


@pytest.mark.parametrize(("query", "code"), [({}, 5006), ({"model": ""}, 5006), ({"model": "@cf/no/body"}, 5007)])
def test_schemas_of_no_model_are_refused(site: Any, query: dict[str, str], code: int) -> None:
    reply = httpx.get(f"{site.url}/ai/models/schema", params=query)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["code"] == code


def test_the_official_client_lists_tasks_and_authors(client: Cloudflare) -> None:
    tasks: list[Any] = list(client.ai.tasks.list(account_id="me"))
    authors: list[Any] = list(client.ai.authors.list(account_id="me"))
    assert [task["name"] for task in tasks] == ["Text Generation"]
    assert [author["name"] for author in authors] == ["qwen", "thebloke"]


@pytest.mark.parametrize("base", ["/v1", "/ai/v1", "/client/v4/accounts/me/ai/v1"])
def test_openais_client_lists_the_same_models(site: Any, base: str) -> None:
    with openai.OpenAI(api_key="any", base_url=site.url + base, max_retries=0) as client:
        assert [model.id for model in client.models.list()] == NAMES
        assert client.models.retrieve(QWEN.name).owned_by == "qwen"
        assert client.models.retrieve("llama").id == "llama"
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("gpt-4")


@pytest.mark.parametrize("base", ["/v1", "/client/v4/accounts/me/ai/v1"])
def test_a_faithful_server_has_no_such_list(serve: Serve, base: str) -> None:
    site = serve([Served(QWEN, Scripted([]))], whole, faithful=True)
    reply = httpx.get(f"{site.url}{base}/models")
    assert reply.status_code == 405
    assert reply.json() == {
        "result": None,
        "success": False,
        "errors": [{"code": 7001, "message": "GET not supported for requested URI."}],
        "messages": [],
    }


def test_the_catalogue_is_only_read(site: Any) -> None:
    reply = httpx.post(f"{site.url}/ai/models/search")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (405, 7001)
